"""Which lines of one person's score differ between two models, and which of them broke a persona."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.errors import Invalid
from crm.models import Contact
from scoring.evaluate import Evaluator
from scoring.explain import Explanation, explain_with
from scoring.explain_differences import line_sentence, lines_that_differ, what_changed
from scoring.models import Effect
from scoring.personas import check_personas, persona_faults
from scoring.publish import publish
from scoring.spec import ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft
from tests.factories import NOW, make_activity, make_contact
from tests.scoring.conftest import WORKED_EXAMPLE, condition

pytestmark = pytest.mark.django_db

PRICING, WEBINAR, VICE_PRESIDENT, ACADEMIC = WORKED_EXAMPLE.rules
READER = PersonaSpec(
    "Reader",
    True,
    {"job_title": "VP"},
    (
        {"kind": "page_view", "subject": "/pricing", "times": 4},
        {"kind": "webinar_attended", "days_ago": 30},
    ),
)
MODEL = replace(WORKED_EXAMPLE, personas=(READER,))


def with_rule(rule: RuleSpec, **changes: Any) -> ModelSpec:
    return replace(MODEL, rules=tuple(replace(one, **changes) if one is rule else one for one in MODEL.rules))


@pytest.fixture
def reader() -> Contact:
    """A vice president with four views of the prices now: 40 points, held to 25, and fit of 30."""
    contact = make_contact(job_title="VP")
    for minutes in range(4):
        make_activity(contact, subject="/pricing", at=NOW - timedelta(minutes=minutes))
    return contact


def explained(contact: Contact, spec: ModelSpec) -> Explanation:
    return explain_with(Evaluator(spec), [contact.pk], at=NOW)[contact.pk]


def told(contact: Contact, now: ModelSpec) -> list[str]:
    return what_changed(explained(contact, MODEL), explained(contact, now), was=MODEL, now=now)


def test_under_the_same_model_nothing_differs(reader: Contact) -> None:
    assert lines_that_differ(explained(reader, MODEL), explained(reader, MODEL)) == []
    assert told(reader, MODEL) == []


@pytest.mark.parametrize(
    ("rule", "changes", "sentences"),
    [
        (VICE_PRESIDENT, {"points": 12.5}, ["Vice president gave 30, now 12.5"]),
        (VICE_PRESIDENT, {"points": -5}, ["Vice president gave 30, now −5"]),
        (VICE_PRESIDENT, {"enabled": False}, ["Vice president gave 30, now nothing"]),
        (VICE_PRESIDENT, {"name": "Deputy"}, []),
        (
            VICE_PRESIDENT,
            {"effect": Effect.DISQUALIFY, "points": 0},
            ["Vice president disqualifies now"],
        ),
        (WEBINAR, {"when": PRICING.when}, ["Webinar attended gave nothing, now 20"]),
        (
            PRICING,
            {"max_points": 30},
            ["Limit of rule “Pricing page viewed” took 15, now 10"],
        ),
        (PRICING, {"name": "Prices", "max_points": 25}, []),
        (ACADEMIC, {"points": -99}, []),
    ],
)
def test_what_differs_is_told_by_line(
    rule: RuleSpec, changes: dict[str, Any], sentences: list[str], reader: Contact
) -> None:
    assert told(reader, with_rule(rule, **changes)) == sentences


def test_the_largest_difference_comes_first_and_says_by_how_much(reader: Contact) -> None:
    now = replace(
        MODEL, rules=(replace(PRICING, points=1, max_points=None), WEBINAR, replace(VICE_PRESIDENT, points=0))
    )

    lines = lines_that_differ(explained(reader, MODEL), explained(reader, now))

    assert [line.name for line in lines] == [
        "Pricing page viewed",
        "Vice president",
        "Limit of rule “Pricing page viewed”",
    ]
    assert lines[1].difference == Decimal(-30)


def test_who_was_fast_tracked_and_is_no_longer(reader: Contact) -> None:
    fast = with_rule(VICE_PRESIDENT, effect=Effect.FAST_TRACK, points=0)

    lines = lines_that_differ(explained(reader, fast), explained(reader, replace(MODEL, rules=(PRICING,))))

    assert [line_sentence(line) for line in lines] == ["Vice president fast-tracks no longer"]


def test_a_bar_that_moved_is_told_beside_the_lines(reader: Contact) -> None:
    now = replace(MODEL, name="Stricter", threshold=80, fit_grades=(9, 8, 7))

    assert told(reader, now) == ["Threshold: 60 → 80"]


def test_many_lines_are_counted_after_the_first(reader: Contact) -> None:
    title = (condition("job_title", "known"),)
    more = tuple(RuleSpec(f"Rule {number}", "ICP", title, points=number) for number in range(1, 9))

    sentences = told(reader, replace(MODEL, rules=(*MODEL.rules, *more)))

    assert sentences[0] == "Rule 8 gave nothing, now 8"
    assert sentences[-1] == "3 other lines"
    assert len(sentences) == 6


# --- personas


def test_a_broken_persona_names_the_line_that_changed() -> None:
    draft = with_rule(PRICING, points=2.5)

    [fault] = persona_faults(draft, at=NOW, against=MODEL)

    assert fault.problem == (
        "“Reader” must qualify and does not: scored 50 of 60: Intent 20, ICP 30. What changed: "
        "Pricing page viewed gave 40, now 10; Limit of rule “Pricing page viewed” took 15, now nothing"
    )


def test_without_a_model_to_hold_it_against_a_persona_says_what_it_came_to() -> None:
    [fault] = persona_faults(with_rule(PRICING, points=2.5), at=NOW)

    assert fault.problem == "“Reader” must qualify and does not: scored 50 of 60: Intent 20, ICP 30"


def test_a_persona_that_holds_says_what_changed_too() -> None:
    [result] = check_personas(with_rule(VICE_PRESIDENT, points=31), at=NOW, against=MODEL)

    assert result.as_expected
    assert result.changed == ("Vice president gave 30, now 31",)


@pytest.mark.parametrize("held_against_the_live", [True, False])
def test_publishing_is_refused_with_the_line_that_changed(held_against_the_live: bool) -> None:
    """Against the live version, and where none is live against the one that the draft was made from."""
    former = save_draft(MODEL, by=None, at=NOW)
    if held_against_the_live:
        publish(former, by=None, at=NOW)
    made_from = None if held_against_the_live else former
    draft = save_draft(with_rule(PRICING, points=2.5), by=None, at=NOW, made_from=made_from)

    with pytest.raises(Invalid) as refused:
        publish(draft, by=None, at=NOW)

    assert "What changed: Pricing page viewed gave 40, now 10;" in str(refused.value.errors[0])
