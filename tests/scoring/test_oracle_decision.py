"""How the oracle gets from points to grade and decision, by hand."""

import math

import pytest
from hypothesis import given, settings

from tests.scoring.by_hand import DAY, PRICING, T, activity, contact, model, rule
from tests.scoring.oracle import Facts, rounded, score
from tests.scoring.strategies import Case, cases


@pytest.mark.parametrize(
    ("points", "cents"),
    [(0.125, "0.13"), (-0.125, "-0.13"), (2.675, "2.68"), (1.005, "1.01"), (0.1 + 0.2, "0.30"),
     (59.995, "60.00"), (59.9949, "59.99"), (-0.004, "0.00"), (1e-320, "0.00")],
)  # fmt: skip
def test_rounding_is_half_away_from_zero_by_the_written_number(points: float, cents: str) -> None:
    assert str(rounded(points)) == cents


@pytest.mark.parametrize(("views", "crosses"), [(1, False), (2, True)])
def test_the_threshold_is_held_against_rounded_points(views: int, crosses: bool) -> None:
    tenth = model(rule(PRICING, points=0.0025), threshold=0.01, min_fit=0, min_engagement=0)

    assert score(tenth, contact(), [activity(T)] * views, {}, T)["crosses"] is crosses


@pytest.mark.parametrize(("fit", "engaged"), [(0, 100), (100, 0), (19.99, 100), (100, 19.99)])
def test_one_dimension_alone_never_crosses(fit: float, engaged: float) -> None:
    lopsided = model(
        rule(PRICING, points=engaged),
        rule([{"field": "email", "op": "known"}], name="E", group="ICP", points=fit),
    )

    assert not score(lopsided, contact(), [activity(T)], {}, T)["crosses"]


@pytest.mark.parametrize(
    ("fit", "letter"),
    [(75, "A"), (74.99, "B"), (50, "B"), (25, "C"), (24.99, "D"), (0, "D"), (-50, "D"), (74.995, "A")],
)
def test_a_grade_begins_at_its_cut_point(fit: float, letter: str) -> None:
    graded = model(rule([{"field": "email", "op": "known"}], group="ICP", points=fit))

    assert score(graded, contact(), [], {}, T)["grade"] == f"{letter}4"


@pytest.mark.parametrize(
    ("effects", "crosses"),
    [([], False), (["fast_track"], True), (["disqualify"], False), (["fast_track", "disqualify"], False)],
)
def test_a_fast_track_crosses_unless_disqualified(effects: list[str], crosses: bool) -> None:
    rules = [
        {
            "name": effect,
            "group": "Intent",
            "effect": effect,
            "at_least": 2,
            "window_days": 7,
            "when": PRICING,
        }
        for effect in effects
    ]

    result = score(model(*rules), contact(), [activity(T), activity(T - 7 * DAY)], {}, T)

    assert result["crosses"] is crosses
    assert result["total"] == 0


@pytest.mark.parametrize("effect", ["fast_track", "disqualify"])
def test_an_effect_waits_for_at_least_inside_its_window(effect: str) -> None:
    waiting = {
        "name": "R",
        "group": "Intent",
        "effect": effect,
        "at_least": 2,
        "window_days": 7,
        "when": PRICING,
    }

    result = score(model(waiting), contact(), [activity(T), activity(T - 8 * DAY)], {}, T)

    assert not result["fast_tracked"]
    assert not result["disqualified"]


def test_absence_can_disqualify() -> None:
    silent = {
        "name": "R",
        "group": "Intent",
        "effect": "disqualify",
        "per": "absence",
        "window_days": 30,
        "when": PRICING,
    }

    assert score(model(silent), contact(), [], {}, T)["disqualified"]


def test_fit_rules_read_the_company_and_properties() -> None:
    who = contact(
        properties={"plan.tier": "Pro"},
        company={
            "name": "Acme",
            "domain": "acme.example",
            "employees": 400,
            "properties": {"tags": ["SaaS", None]},
        },
    )
    when: list[Facts] = [
        {"field": "properties.plan.tier", "op": "equals", "value": "pro"},
        {"field": "company.employees", "op": "between", "value": [400, 400]},
        {"field": "company.properties.tags", "op": "equals", "value": "saas"},
    ]

    assert score(model(rule(when, group="ICP")), who, [], {}, T)["fit"] == 10
    assert score(model(rule(when, group="ICP")), who | {"company": None}, [], {}, T)["fit"] == 0


# --- whatever the model and the history


@settings(max_examples=50)
@given(cases())
def test_points_and_caps_add_up_to_each_dimension(case: Case) -> None:
    for who, activities in case.people:
        result = score(case.model, who, activities, case.domain_lists, case.t, case.known_at)

        lines = [outcome.points for outcome in result["rules"].values()] + [
            points for _, points in result["caps"]
        ]
        assert math.isclose(sum(lines), result["total"], abs_tol=0.0101)
        assert result["total"] == result["fit"] + result["engagement"]
