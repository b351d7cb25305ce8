"""What changed between two models, in sentences. Nothing here needs a database."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.differences import Change, Difference, Place, differences
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from tests.scoring.conftest import WORKED_EXAMPLE, condition
from tests.scoring.drawn_specs import specs

PRICING, WEBINAR, VICE_PRESIDENT, ACADEMIC = WORKED_EXAMPLE.rules
VP = PersonaSpec("VP", True, {"job_title": "VP"}, ({"kind": "page_view", "subject": "/pricing", "times": 3},))
NOBODY = PersonaSpec("Nobody", False)
MODEL = replace(WORKED_EXAMPLE, personas=(VP, NOBODY))


def with_rule(rule: RuleSpec, **changes: Any) -> ModelSpec:
    """The model with one of its rules changed."""
    return replace(MODEL, rules=tuple(replace(one, **changes) if one is rule else one for one in MODEL.rules))


def sentences(before: ModelSpec | None, after: ModelSpec) -> list[str]:
    return [difference.sentence for difference in differences(before, after)]


def test_a_model_is_not_different_from_itself() -> None:
    assert differences(MODEL, MODEL) == []


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"name": "B"}, Place.QUALIFYING, "Name: “Worked example” → “B”"),
        ({"threshold": 72.5}, Place.QUALIFYING, "Threshold: 60 → 72.5"),
        ({"min_fit": 0}, Place.QUALIFYING, "Least fit: 20 → 0"),
        ({"min_engagement": 25}, Place.QUALIFYING, "Least engagement: 20 → 25"),
        ({"max_fit": 100}, Place.QUALIFYING, "Most fit: no limit → 100"),
        ({"max_engagement": 0}, Place.QUALIFYING, "Most engagement: no limit → 0"),
        (
            {"requalify_after_days": 0},
            Place.QUALIFYING,
            "Qualifies again after a recycle: after 30 days → at once",
        ),
        (
            {"restart_engagement_on_recycle": False},
            Place.QUALIFYING,
            "What they did before a recycle: counts no more → still counts",
        ),
        ({"decay": DecaySpec()}, Place.FADING, "Points fade: halving every 30 days → not at all"),
        ({"fit_grades": (80, 50, 20)}, Place.GRADES, "Grades of fit: A from 75 → 80, C from 25 → 20"),
        ({"engagement_grades": (75, 40, 25)}, Place.GRADES, "Grades of engagement: 2 from 50 → 40"),
        ({"groups": MODEL.groups[::-1]}, Place.GROUPS, "Groups in another order"),
        ({"rules": MODEL.rules[::-1]}, Place.RULES, "Rules in another order"),
        ({"personas": (NOBODY, VP)}, Place.PERSONAS, "Personas in another order"),
        ({"personas": (VP,)}, Place.PERSONAS, "“Nobody” removed"),
        ({"personas": (replace(VP, name="Boss"), NOBODY)}, Place.PERSONAS, "“VP” renamed to “Boss”"),
        ({"personas": (replace(VP, qualifies=False), NOBODY)}, Place.PERSONAS, "VP: must not qualify now"),
        (
            {"personas": (replace(VP, contact={"job_title": "CTO", "company": {"employees": 9}}), NOBODY)},
            Place.PERSONAS,
            "VP: job title “VP” → “CTO”, company employees not said → 9",
        ),
        (
            {"personas": (replace(VP, activities=({"kind": "chat", "days_ago": 2},)), NOBODY)},
            Place.PERSONAS,
            "VP: now did: chat, 2 days ago, no longer did: page view /pricing, 3 times, just now",
        ),
    ],
)  # fmt: skip
def test_what_changed_beside_the_rules_is_said_at_its_place(
    changes: dict[str, Any], place: Place, sentence: str
) -> None:
    found = differences(MODEL, replace(MODEL, **changes))

    assert [(one.place, one.sentence, one.rule) for one in found] == [(place, sentence, "")]


@pytest.mark.parametrize(
    ("rule", "changes", "said"),
    [
        (PRICING, {"points": 15}, "points 10 → 15"),
        (PRICING, {"points": -2.5, "max_points": None}, "points 10 → −2.5, at most 25 → no limit"),
        (PRICING, {"enabled": False}, "switched off"),
        (PRICING, {"effect": Effect.FAST_TRACK}, "effect +10 points → an MQL at once"),
        (PRICING, {"effect": Effect.DISQUALIFY}, "effect +10 points → never an MQL"),
        (PRICING, {"per": Per.ONCE}, "counted each time → once"),
        (PRICING, {"at_least": 3}, "at least 1 → 3 times"),
        (PRICING, {"window_days": 90}, "counting all time → the last 90 days"),
        (PRICING, {"decay": DecaySpec()}, "points fade as the model says → not at all"),
        (
            PRICING,
            {"decay": DecaySpec(DecayKind.STEP, 7, 25)},
            "points fade as the model says → losing 25 % every 7 days",
        ),
        (
            PRICING,
            {"when": (PRICING.when[0], condition("subject", "starts_with", "/preise"))},
            "the subject starts with “/pricing” → the subject starts with “/preise”",
        ),
        (PRICING, {"when": PRICING.when[:1]}, "no longer only when the subject starts with “/pricing”"),
        (PRICING, {"when": PRICING.when[::-1]}, "conditions in another order"),
        (
            VICE_PRESIDENT,
            {"when": (*VICE_PRESIDENT.when, condition("country", "equals", "Germany"))},
            "now only when the country is “Germany”",
        ),
        (
            VICE_PRESIDENT,
            {"when": (condition("job_title", "in", ["vp", "CEO"]),)},
            "the job title contains “vp” → the job title is “vp” or “CEO”",
        ),
        (
            VICE_PRESIDENT,
            {"when": (condition("job_title", "contains", "VP "),)},
            "the job title contains “vp” → the job title contains “VP ”",
        ),
    ],
)
def test_a_changed_rule_says_what_exactly(rule: RuleSpec, changes: dict[str, Any], said: str) -> None:
    found = differences(MODEL, with_rule(rule, **changes))

    assert found == [Difference(Place.RULES, f"{rule.name}: {said}", Change.CHANGED, rule.name)]


def test_values_of_a_long_list_are_told_by_what_came_and_went() -> None:
    countries = [f"Country {number}" for number in range(40)]
    before = with_rule(VICE_PRESIDENT, when=(condition("country", "in", countries),))
    after = with_rule(VICE_PRESIDENT, when=(condition("country", "in", [*countries[1:], "Chile"]),))

    assert sentences(before, after) == [
        "Vice president: the country is one of: “Chile” added, “Country 0” removed"
    ]  # fmt: skip


def test_words_that_are_the_same_give_way_to_how_the_file_says_it() -> None:
    before = with_rule(VICE_PRESIDENT, when=(condition("properties.a_b", "known"),))
    after = with_rule(VICE_PRESIDENT, when=(condition("properties.a b", "known"),))

    (said,) = sentences(before, after)

    assert said.startswith("Vice president: ")
    assert "their a b" in said


def test_a_rule_that_came_and_one_that_went_are_said_as_sentences() -> None:
    demo = RuleSpec(
        "Demo", "Intent", (condition("kind", "equals", "demo_requested"),), effect=Effect.FAST_TRACK
    )

    found = differences(MODEL, replace(MODEL, rules=(PRICING, WEBINAR, VICE_PRESIDENT, demo)))

    assert found == [
        Difference(
            Place.RULES,
            "“Demo” added to Intent: An MQL at once when they request a demo",
            Change.ADDED,
            "Demo",
        ),
        Difference(
            Place.RULES, "“Academic” removed: −50 when the e-mail is academic", Change.REMOVED, "Academic"
        ),
    ]


def test_a_rule_that_is_called_otherwise_and_does_the_same_is_renamed() -> None:
    assert sentences(MODEL, with_rule(PRICING, name="Prices")) == [
        "“Pricing page viewed” renamed to “Prices”"
    ]  # fmt: skip


def test_a_rule_that_is_called_otherwise_and_does_something_else_is_another() -> None:
    found = differences(MODEL, with_rule(PRICING, name="Prices", points=11))

    assert [one.change for one in found] == [Change.ADDED, Change.REMOVED]


def test_a_rule_that_moves_says_from_where_to_where() -> None:
    learning = replace(MODEL, groups=(*MODEL.groups, GroupSpec("Learning", Dimension.ENGAGEMENT)))
    moved = replace(learning, rules=(PRICING, replace(WEBINAR, group="Learning"), *MODEL.rules[2:]))

    assert sentences(learning, moved) == ["Webinar attended: moved from Intent to Learning"]


def test_a_group_that_is_renamed_does_not_move_its_rules() -> None:
    renamed = replace(
        MODEL,
        groups=(replace(MODEL.groups[0], name="Interest"), MODEL.groups[1]),
        rules=tuple(
            replace(rule, group="Interest") if rule.group == "Intent" else rule for rule in MODEL.rules
        ),
    )

    assert sentences(MODEL, renamed) == ["Group “Intent”: renamed to “Interest”"]


@pytest.mark.parametrize(
    ("group", "sentence"),
    [
        (GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=60), "Group “Intent”: at most no limit → 60"),
        (GroupSpec("Intent", Dimension.ENGAGEMENT, min_points=-5), "Group “Intent”: at least no limit → −5"),
        (GroupSpec("Intent", Dimension.FIT), "Group “Intent”: counts for engagement → fit"),
    ],
)
def test_a_group_says_which_bound_moved(group: GroupSpec, sentence: str) -> None:
    assert sentences(MODEL, replace(MODEL, groups=(group, MODEL.groups[1]))) == [sentence]


def test_a_group_that_came_says_its_bounds() -> None:
    mail = GroupSpec("Mail", Dimension.ENGAGEMENT, -40, 15)

    assert sentences(MODEL, replace(MODEL, groups=(*MODEL.groups, mail))) == [
        "Group “Mail” added (engagement, at least −40, at most 15)"
    ]


def test_of_a_first_model_everything_is_new() -> None:
    found = differences(None, MODEL)

    assert "Threshold: 0 → 60" in [one.sentence for one in found]
    assert [one.rule for one in found if one.change == Change.ADDED and one.place == Place.RULES] == [
        rule.name for rule in MODEL.rules
    ]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_models_are_different_where_they_are_not_equal_and_there_alone(data: st.DataObject) -> None:
    before, other = data.draw(specs()), data.draw(specs())
    taken = data.draw(st.sets(st.sampled_from(("name", "threshold", "decay", "rules", "personas"))))
    after = replace(before, **{key: getattr(other, key) for key in taken})

    found = differences(before, after)

    assert bool(found) == (before != after)
    assert all(one.sentence for one in found)
