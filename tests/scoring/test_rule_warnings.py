"""What looks wrong about sound rules. Nothing here needs a database."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.rule_matches import RuleMatches
from scoring.rule_warnings import RuleWarning, warnings_from_matches, warnings_of
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, RuleSpec
from tests.scoring.conftest import ICP, INTENT, WORKED_EXAMPLE, condition
from tests.scoring.drawn_specs import specs

PRICING = (condition("kind", "equals", "page_view"), condition("subject", "starts_with", "/pricing"))
PRICES_OF_TEAMS = (PRICING[0], condition("subject", "starts_with", "/pricing/teams"))
VP = (condition("job_title", "has_word", "vp"),)
VP_IN_FRANCE = (*VP, condition("country", "equals", "France"))
LINEAR = DecaySpec(DecayKind.LINEAR, 30)
BARS = {"threshold": 40, "fit_grades": (30, 20, 10), "engagement_grades": (30, 20, 10)}


def did(name: str = "Prices", when: tuple[ConditionSpec, ...] = PRICING, **what: Any) -> RuleSpec:
    given_points = {} if "effect" in what else {"points": 10.0}
    return RuleSpec(name, "Intent", when, **{**given_points, **what})


def fit(name: str = "VP", when: tuple[ConditionSpec, ...] = VP, **what: Any) -> RuleSpec:
    given_points = {} if "effect" in what else {"points": 30.0}
    return RuleSpec(name, "ICP", when, **{**given_points, **what})


def warned(*rules: RuleSpec, **model: Any) -> list[tuple[str, str]]:
    """Rule and problem of each warning about a model whose threshold and grades can all be reached."""
    spec = ModelSpec(name="Warned", groups=(INTENT, ICP), rules=rules, **{**BARS, **model})
    return [(one.rule, one.problem) for one in warnings_of(spec)]


REACHED = (fit("Anybody", (condition("phone", "known"),)), did("Anything", (condition("kind", "known"),)))
"""Rules by which every bar can be reached, so that a warning is about something else."""


@pytest.mark.parametrize(
    "spec",
    [
        replace(WORKED_EXAMPLE, fit_grades=(30, 20, 10), engagement_grades=(45, 20, 10)),
        ModelSpec(name="Small", groups=(INTENT, ICP), rules=REACHED, **BARS),  # type: ignore[arg-type]
    ],
)
def test_a_sensible_model_has_no_warnings(spec: ModelSpec) -> None:
    assert warnings_of(spec) == []


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            did(when=(*PRICING, condition("kind", "equals", "chat"))),
            "Can never match: the kind is page view, and the kind is chat.",
        ),
        (
            fit(when=(condition("country", "known"), condition("country", "unknown"))),
            "Can never match: the country is known, and the country is unknown.",
        ),
        (
            fit(when=(condition("company.employees", "gt", 500), condition("company.employees", "lt", 50))),
            "Can never match: the company has more than 500 employees, and the company has fewer than 50 employees.",
        ),
        (did(points=0), "Gives 0 points."),
        (did(max_points=5), "Gives +10 and is held to 5: one match is more than all."),
        (did(points=-10, max_points=5), "Gives −10 and is held to 5: one match is more than all."),
        (
            did(window_days=90, decay=LINEAR),
            "Looks back 90 days, and its points are gone after 30 days.",
        ),
    ],
)
def test_a_rule_is_warned_of_for_what_it_says_itself(rule: RuleSpec, problem: str) -> None:
    assert warned(rule, *REACHED) == [(rule.name, problem)]


@pytest.mark.parametrize(
    "rule",
    [
        did(max_points=10),
        did(window_days=30, decay=LINEAR),
        did(window_days=90, at_least=3, decay=LINEAR),
        did(effect=Effect.FAST_TRACK, window_days=90),
        did(points=-10, per=Per.ABSENCE, window_days=90),
        did(when=(*PRICING, condition("properties.plan", "equals", "a"), condition("properties.plan", "equals", "b"))),
        replace(did(points=0), enabled=False),
    ],
)  # fmt: skip
def test_a_rule_that_can_be_meant_is_not_warned_of(rule: RuleSpec) -> None:
    assert warned(rule, *REACHED, decay=LINEAR) == []


@pytest.mark.parametrize(
    ("first", "second", "warning"),
    [
        (
            fit("VP"),
            fit("Deputy", points=-5.0),
            ("Deputy", "Asks for the same as “VP”, which gives +30: the two work against each other."),
        ),
        (fit("VP"), fit("Twice"), ("Twice", "Asks for the same as “VP”: whoever matches gets the points of both.")),
        (
            did(),
            did("Twice", PRICING[::-1]),
            ("Twice", "Asks for the same as “Prices”: whoever matches gets the points of both."),
        ),
        (
            fit("Out", effect=Effect.DISQUALIFY),
            fit("In", VP_IN_FRANCE, effect=Effect.FAST_TRACK),
            ("In", "Never fast-tracks anybody: “Out” disqualifies everyone it matches, and that decides."),
        ),
        (
            fit("Gives", VP_IN_FRANCE),
            fit("Out", effect=Effect.DISQUALIFY),
            ("Gives", "Gives points only to people whom “Out” keeps from ever being an MQL."),
        ),
        (
            fit("Out", effect=Effect.DISQUALIFY),
            fit("Out of France", VP_IN_FRANCE, effect=Effect.DISQUALIFY),
            ("Out of France", "Adds nothing: whoever it matches is disqualified by “Out” already."),
        ),
        (
            did("Narrow", PRICES_OF_TEAMS, effect=Effect.FAST_TRACK, window_days=7),
            did("Wide", effect=Effect.FAST_TRACK, window_days=30),
            ("Narrow", "Adds nothing: whoever it matches is fast-tracked by “Wide” already."),
        ),
        (
            fit("One", effect=Effect.DISQUALIFY),
            fit("Other", effect=Effect.DISQUALIFY),
            ("Other", "Adds nothing: whoever it matches is disqualified by “One” already."),
        ),
    ],
)  # fmt: skip
def test_a_rule_is_warned_of_for_what_another_says(
    first: RuleSpec, second: RuleSpec, warning: tuple[str, str]
) -> None:
    assert warned(first, second, *REACHED) == [warning]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (fit("VP"), fit("VP in France", VP_IN_FRANCE)),
        (fit("VP"), replace(fit("Twice"), enabled=False)),
        (did(), did("At first", per=Per.ONCE)),
        (did(), did("Often", at_least=3, points=-5.0)),
        (did("Long", window_days=30, effect=Effect.DISQUALIFY), did("Ever", effect=Effect.FAST_TRACK)),
        (fit("In", effect=Effect.FAST_TRACK), fit("Out of France", VP_IN_FRANCE, effect=Effect.DISQUALIFY)),
        (did("Silent", points=-5.0, per=Per.ABSENCE, window_days=30), did("Lately", window_days=30)),
    ],
)
def test_two_rules_that_can_both_be_meant_are_not_warned_of(first: RuleSpec, second: RuleSpec) -> None:
    assert warned(first, second, *REACHED) == []


def test_who_did_nothing_for_long_did_nothing_for_a_while() -> None:
    long = did("Long", effect=Effect.DISQUALIFY, per=Per.ABSENCE, window_days=90)
    a_while = did("A while", effect=Effect.DISQUALIFY, per=Per.ABSENCE, window_days=30)

    assert warned(long, a_while, *REACHED) == [
        ("Long", "Adds nothing: whoever it matches is disqualified by “A while” already.")
    ]


def test_a_rule_whose_group_another_has_filled_adds_nothing() -> None:
    spec = ModelSpec(
        name="Full",
        groups=(INTENT, replace(ICP, max_points=30)),
        rules=(fit(), fit("VP in France", VP_IN_FRANCE, points=5.0), REACHED[1]),
        **BARS,  # type: ignore[arg-type]
    )

    assert warnings_of(spec) == [
        RuleWarning(
            "VP in France",
            "ICP",
            "Adds nothing: whoever it matches has all that “ICP” gives by “VP” already.",
            "Raise the maximum of “ICP”, or lower the points of “VP”.",
        )
    ]


@pytest.mark.parametrize(
    ("group", "points", "problem"),
    [
        ({"max_points": 0}, 10, "Its rules give points, and the group is held to at most 0."),
        ({"min_points": 0}, -10, "Its rules take points, and the group never falls below 0."),
    ],
)
def test_a_group_whose_bound_leaves_nothing_of_its_rules(
    group: dict[str, float], points: float, problem: str
) -> None:
    mail = GroupSpec("Mail", Dimension.ENGAGEMENT, **group)
    rule = replace(did(points=points), group="Mail")
    spec = ModelSpec(name="Held", groups=(INTENT, ICP, mail), rules=(rule, *REACHED), **BARS)  # type: ignore[arg-type]

    assert [(one.rule, one.group, one.problem) for one in warnings_of(spec)] == [("", "Mail", problem)]


@pytest.mark.parametrize(
    ("rules", "model", "problem"),
    [
        (
            (fit(points=20.0), did(max_points=15)),
            {},
            "Nobody can reach the threshold of 40: fit comes to at most 20 and engagement comes to at most 15.",
        ),
        (
            (fit(points=20.0), did(max_points=15), did("Demo", effect=Effect.FAST_TRACK)),
            {},
            (
                "Nobody but those who are fast-tracked can reach the threshold of 40: "
                "fit comes to at most 20 and engagement comes to at most 15."
            ),
        ),
        (
            (fit(), did()),
            {"max_fit": 10, "max_engagement": 5},
            "Nobody can reach the threshold of 40: fit comes to at most 10 and engagement comes to at most 5.",
        ),
        ((fit(), did()), {"min_fit": 31}, "Nobody can reach the least fit of 31: it comes to at most 30."),
        (
            (fit(points=40.0), did(per=Per.ONCE)),
            {"min_engagement": 20},
            "Nobody can reach the least engagement of 20: it comes to at most 10.",
        ),
        (
            (fit(), did()),
            {"threshold": 0},
            "The threshold of 0 is reached without any points: everybody qualifies.",
        ),
    ],
)
def test_a_bar_that_nobody_or_everybody_reaches_is_told(
    rules: tuple[RuleSpec, ...], model: dict[str, Any], problem: str
) -> None:
    no_grades = {"fit_grades": (5, 4, 3), "engagement_grades": (5, 4, 3)}

    assert warned(*rules, **{**no_grades, **model}) == [("", problem)]


@pytest.mark.parametrize(
    ("grades", "problem"),
    [
        (
            {"fit_grades": (50, 40, 10)},
            "Nobody can have the fit grade A or B: B begins at 40, and fit comes to at most 30.",
        ),
        (
            {"engagement_grades": (50, 25, 10), "max_engagement": 30},
            "Nobody can have the engagement grade 1: 1 begins at 50, and engagement comes to at most 30.",
        ),
    ],
)
def test_a_grade_that_nobody_can_have_is_told(grades: dict[str, Any], problem: str) -> None:
    assert warned(*REACHED, **grades) == [("", problem)]


def test_a_model_of_fit_alone_does_not_mean_grades_of_engagement() -> None:
    assert warned(fit(points=40.0), engagement_grades=(75, 50, 25)) == []


@pytest.mark.parametrize(
    ("counted", "problems"),
    [
        (RuleMatches(0, 1_234, 0), ["Matches nobody: none of 1,234 contacts."]),
        (RuleMatches(1_234, 1_234, 9), ["Matches all 1,234 contacts, and so tells nobody apart."]),
        (RuleMatches(5, 1_234, 9), []),
        (RuleMatches(0, 0, 0), []),
        (
            RuleMatches(0, 1_000_000, 0, estimated=True, looked_at=20_000),
            ["Matches none of the 20,000 contacts that were looked at."],
        ),
        (
            RuleMatches(1_000_000, 1_000_000, 0, estimated=True, looked_at=20_000),
            ["Matches all of the 20,000 contacts that were looked at, and so tells nobody apart."],
        ),
    ],
)
def test_counting_tells_who_matches_nobody_and_who_everybody(
    counted: RuleMatches, problems: list[str]
) -> None:
    spec = ModelSpec(name="Counted", threshold=1, groups=(INTENT, ICP), rules=(fit(), did()))

    assert [one.problem for one in warnings_from_matches(spec, {"VP": counted})] == problems


def test_a_rule_that_is_off_is_not_counted_against() -> None:
    spec = ModelSpec(name="Off", threshold=1, groups=(INTENT, ICP), rules=(replace(fit(), enabled=False),))

    assert warnings_from_matches(spec, {"VP": RuleMatches(0, 10, 0)}) == []


@settings(max_examples=20, deadline=None)
@given(spec=specs())
def test_any_model_can_be_looked_at_and_each_warning_names_a_mend(spec: ModelSpec) -> None:
    names = {"", *(rule.name for rule in spec.rules)}

    found = warnings_of(spec)

    assert all(one.problem.endswith(".") and one.mend.endswith(".") and one.rule in names for one in found)
