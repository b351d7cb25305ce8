"""The oracle is trusted because these points were computed by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.scoring.by_hand import (
    DAY,
    MICROSECOND,
    PRICING,
    WEBINAR,
    T,
    activity,
    contact,
    engagement,
    model,
    rule,
)
from tests.scoring.oracle import Facts, Score, score

# --- DESIGN's worked example


def worked_example(views_now: int, email_type: str = "business") -> Score:
    example = model(
        rule(PRICING, name="P", max_points=25),
        rule(WEBINAR, name="W", points=20, per="once"),
        rule([{"field": "job_title", "op": "contains", "value": "vp"}], name="T", group="ICP", points=30),
        rule(
            [{"field": "email_type", "op": "equals", "value": "academic"}], name="S", group="ICP", points=-50
        ),
        decay={"kind": "half_life", "days": 30},
    )
    views = [activity(T)] * views_now + [activity(T - 30 * DAY), activity(T - 60 * DAY)]
    webinar = activity(T - 30 * DAY, kind="webinar_attended", subject="Spring")
    return score(example, contact(job_title="VP Sales", email_type=email_type), [*views, webinar], {}, T)


def test_a_vp_who_viewed_the_prices_thrice_is_two_and_a_half_points_short() -> None:
    result = worked_example(views_now=1)

    assert result["rules"]["P"] == (17.5, 3, T)
    assert result["rules"]["W"] == (10.0, 1, T - 30 * DAY)
    assert [result["fit"], result["engagement"], result["total"]] == [30, Decimal("27.5"), Decimal("57.5")]
    assert result["grade"] == "C3"
    assert not result["crosses"]


def test_one_more_view_is_held_to_the_rules_maximum_and_crosses() -> None:
    result = worked_example(views_now=2)

    assert result["rules"]["P"] == (27.5, 4, T)
    assert result["caps"] == [("rule P", -2.5)]
    assert [result["engagement"], result["total"]] == [35, 65]
    assert result["crosses"]


def test_the_same_person_at_a_university_never_crosses() -> None:
    result = worked_example(views_now=50, email_type="academic")

    assert result["fit"] == -20
    assert result["grade"] == "D3"
    assert not result["crosses"]


# --- decay


@pytest.mark.parametrize(
    ("decay", "age", "points"),
    [
        ({"kind": "none"}, 400 * DAY, "10"),
        ({"kind": "half_life", "days": 10}, 5 * DAY, "7.07"),
        ({"kind": "half_life", "days": 10}, 20 * DAY, "2.5"),
        ({"kind": "half_life", "days": 1}, 4000 * DAY, "0"),
        ({"kind": "linear", "days": 90}, 45 * DAY, "5"),
        ({"kind": "linear", "days": 90}, 81 * DAY, "1"),
        ({"kind": "linear", "days": 90}, 90 * DAY, "0"),
        ({"kind": "linear", "days": 90}, 91 * DAY, "0"),
        ({"kind": "step", "percent": 20, "days": 7}, 7 * DAY - MICROSECOND, "10"),
        ({"kind": "step", "percent": 20, "days": 7}, 7 * DAY, "8"),
        ({"kind": "step", "percent": 20, "days": 7}, 20 * DAY, "6.4"),
        ({"kind": "step", "percent": 100, "days": 7}, 6 * DAY, "10"),
        ({"kind": "step", "percent": 100, "days": 7}, 7 * DAY, "0"),
    ],
)
def test_points_fade_by_age(decay: Facts, age: timedelta, points: str) -> None:
    assert engagement(rule(PRICING, decay=decay), activity(T - age)) == Decimal(points)


def test_a_rules_own_decay_overrides_the_versions() -> None:
    halving = model(rule(PRICING, decay={"kind": "none"}), decay={"kind": "half_life", "days": 1})

    assert score(halving, contact(), [activity(T - 5 * DAY)], {}, T)["engagement"] == 10


# --- what counts


def test_each_occurrence_gives_points_and_once_only_the_newest_does() -> None:
    views = [activity(T - 30 * DAY), activity(T - 10 * DAY), activity(T - 20 * DAY)]
    fading: Facts = {"kind": "linear", "days": 40}

    assert engagement(rule(PRICING, decay=fading), *views) == 15  # 2.5 + 7.5 + 5
    assert engagement(rule(PRICING, decay=fading, per="once"), *views) == Decimal("7.5")


@pytest.mark.parametrize(("views", "points"), [(0, 0), (1, 0), (2, 20), (3, 30)])
def test_fewer_than_at_least_give_nothing(views: int, points: int) -> None:
    assert engagement(rule(PRICING, at_least=2), *[activity(T)] * views) == points


@pytest.mark.parametrize(
    ("age", "points"),
    [(7 * DAY - MICROSECOND, 10), (7 * DAY, 10), (7 * DAY + MICROSECOND, 0), (-MICROSECOND, 0)],
)
def test_a_window_holds_both_its_ends(age: timedelta, points: int) -> None:
    assert engagement(rule(PRICING, window_days=7), activity(T - age)) == points


def test_the_future_does_not_count_until_it_has_come() -> None:
    view = activity(T + DAY)

    assert engagement(rule(PRICING), view) == 0
    assert engagement(rule(PRICING), view, at=T + DAY) == 10


def test_what_was_not_known_yet_does_not_count() -> None:
    late = activity(T - DAY, recorded_at=T + DAY)

    known_at_t = score(model(rule(PRICING)), contact(), [late], {}, T, known_at=T)
    known_later = score(model(rule(PRICING)), contact(), [late], {}, T, known_at=T + DAY)

    assert known_at_t["engagement"] == 0
    assert known_later["engagement"] == 10


def test_automated_activities_count_only_where_a_rule_names_them() -> None:
    opened = activity(T, automated=True)
    by_machines: list[Facts] = [*PRICING, {"field": "automated", "op": "equals", "value": True}]

    assert engagement(rule(PRICING), opened) == 0
    assert engagement(rule(by_machines), opened) == 10
    assert engagement(rule(by_machines), activity(T)) == 0


@pytest.mark.parametrize(("after", "points"), [(-MICROSECOND, 0), (0 * DAY, 0), (MICROSECOND, 10)])
def test_engagement_restarts_strictly_after_a_recycle(after: timedelta, points: int) -> None:
    recycled_at = T - 10 * DAY

    assert (
        engagement(rule(PRICING), activity(recycled_at + after), who=contact(recycled_at=recycled_at))
        == points
    )


def test_engagement_goes_on_over_a_recycle_when_the_version_says_so() -> None:
    going_on = model(rule(PRICING), restart_engagement_on_recycle=False)
    recycled = contact(recycled_at=T - DAY)

    assert score(going_on, recycled, [activity(T - 2 * DAY)], {}, T)["engagement"] == 10


def test_a_recycle_still_to_come_restarts_nothing() -> None:
    assert engagement(rule(PRICING), activity(T - DAY), who=contact(recycled_at=T + DAY)) == 10


# --- absence

ABSENT = rule(PRICING, per="absence", window_days=30, points=-10)


@pytest.mark.parametrize(
    ("age", "points"), [(30 * DAY, 0), (30 * DAY + MICROSECOND, -10), (DAY, 0), (-MICROSECOND, -10)]
)
def test_absence_gives_points_when_nothing_matched_in_the_window(age: timedelta, points: int) -> None:
    assert engagement(ABSENT, activity(T - age)) == points


@pytest.mark.parametrize(("created", "points"), [(T - 30 * DAY, -10), (T - 30 * DAY + MICROSECOND, 0)])
def test_absence_needs_a_contact_as_old_as_the_window(created: datetime, points: int) -> None:
    assert engagement(ABSENT, who=contact(created_at=created)) == points


def test_a_recycle_makes_nobody_absent() -> None:
    assert engagement(ABSENT, activity(T - 2 * DAY), who=contact(recycled_at=T - DAY)) == 0


def test_points_for_absence_do_not_fade() -> None:
    assert (
        score(model(ABSENT, decay={"kind": "half_life", "days": 1}), contact(), [], {}, T)["engagement"]
        == -10
    )


# --- caps


def test_a_rules_maximum_holds_both_ways() -> None:
    assert engagement(rule(PRICING, points=-10, max_points=25), *[activity(T)] * 4) == -25


def test_caps_follow_each_other_from_rule_to_group_to_dimension() -> None:
    capped = model(
        rule(PRICING, name="P", max_points=35),
        rule(WEBINAR, name="W", group="Events", points=40),
        max_engagement=50,
        groups=[
            {"name": "Intent", "dimension": "engagement", "max_points": 30},
            {"name": "Events", "dimension": "engagement"},
            {"name": "Debts", "dimension": "engagement", "min_points": -5, "max_points": 5},
        ],
    )

    result = score(capped, contact(), [*[activity(T)] * 4, activity(T, kind="webinar_attended")], {}, T)

    assert result["engagement"] == 50
    assert result["caps"] == [("rule P", -5.0), ("group Intent", -5.0), ("dimension engagement", -20.0)]


def test_a_groups_minimum_holds_its_debts() -> None:
    debts = model(
        rule(PRICING),
        groups=[{"name": "Intent", "dimension": "engagement", "min_points": -15, "max_points": 5}],
    )
    debts["rules"][0]["points"] = -10

    result = score(debts, contact(), [activity(T)] * 2, {}, T)

    assert result["engagement"] == -15
    assert result["caps"] == [("group Intent", 5.0)]


def test_a_dimensions_maximum_leaves_a_negative_sum_alone() -> None:
    assert (
        score(model(rule(PRICING, points=-70), max_engagement=50), contact(), [activity(T)], {}, T)[
            "engagement"
        ]
        == -70
    )
