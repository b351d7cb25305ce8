"""What changed, as a story: who did what, in sentences, and how one asks for a part of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads.history.moments import OUTSIDE, Asked
from leads.history.story import Story, story
from leads.history.tables import Topic
from leads.models import AssignmentRule, Rep
from scoring.models import Rule, Segment
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL
from tests.leads.past import EVERYTHING, Past


@pytest.mark.parametrize(
    ("step", "sentences"),
    [
        ("imported", ["root, in the shell (scoring_model) made version 1, “Small”: 2 rules in 2 groups"]),
        (
            "threshold",
            [
                "Grace Hopper changed version 1: Threshold: 60 → 65",
                "Grace Hopper changed the note of version 1: “Fewer, better.”",
            ],
        ),
        (
            "rule added",
            [
                (
                    "Grace Hopper changed version 1: “Director” added to ICP:"
                    " +30 when the job title contains “director”"
                )
            ],
        ),
        ("rule changed", ["Grace Hopper changed version 1: Director: points 30 → 15"]),
        (
            "condition changed",
            [
                (
                    "Grace Hopper changed version 1: Director: the job title contains “director” →"
                    " the job title contains “managing director”"
                )
            ],
        ),
        ("rule off", ["Grace Hopper changed version 1: Director: switched off"]),
        (
            "rule deleted",
            [
                (
                    "Ada Lovelace changed version 1: “Director” removed:"
                    " +15 when the job title contains “managing director”"
                )
            ],
        ),
        ("persona", ["Ada Lovelace changed version 1: “Vera” added, who must qualify"]),
        (
            "a draft of it",
            ["Grace Hopper made version 2, “Small”, from version 1: 2 rules in 2 groups and 1 persona"],
        ),
        ("draft deleted", ["Grace Hopper deleted version 2, “Small”: 2 rules in 2 groups and 1 persona"]),
        ("published", ["Grace Hopper published version 1"]),
        (
            "planned",
            ["Grace Hopper planned version 2 to go live on 12 March 2026, 08:30: “After the fair”"],
        ),
        (
            "published as planned",
            [
                (
                    "The job “Publish what is due” published version 2, as planned, and version 1 retired:"
                    " “After the fair”; of those who qualify by it alone, the best 50 become MQLs at once and 20 a day"
                    " after them"
                )
            ],
        ),
        ("rolled back", ["Grace Hopper rolled back to version 1, and version 2 retired"]),
        ("paused", ["Grace Hopper paused the opening of MQLs: “The fair”"]),
        ("resumed", ["Grace Hopper let MQLs open again"]),
        (
            "segment",
            ["Grace Hopper made the segment Enterprise: when the company has at least 1,000 employees"],
        ),
        (
            "segment changed",
            [
                (
                    "Grace Hopper changed the segment Enterprise: the company has at least 1,000 employees →"
                    " the company has at least 500 employees; now only when their score is at least 40"
                )
            ],
        ),
        ("segment deleted", ["Grace Hopper deleted the segment Enterprise"]),
        ("list", ["Grace Hopper made the list competitors"]),
        (
            "domains",
            [
                (
                    "Grace Hopper added 48 domains to the list competitors:"
                    " rival00.example, rival47.example and 46 others"
                )
            ],
        ),
        ("domain gone", ["Grace Hopper took 1 domain from the list competitors: rival07.example"]),
        ("list deleted", ["Grace Hopper deleted the list competitors: with its 47 domains"]),
        (
            "rep changed",
            ["Ada Lovelace changed the rep Joan Clarke: most open MQLs 20 → no limit; weight 1 → 2"],
        ),
        (
            "absence",
            [
                (
                    "Somebody outside the application noted that Joan Clarke is away from 9 March 2026 to"
                    " 13 March 2026 (Holiday)"
                )
            ],
        ),
        (
            "assignment rule",
            [
                "Ada Lovelace made the assignment rule DACH: to the team South when the country is “DE” or “AT”"
            ],
        ),
        (
            "assignment rule changed",
            [
                "Ada Lovelace changed the assignment rule DACH: to the team South → to Joan Clarke",
                "Ada Lovelace put the assignment rules in another order",
            ],
        ),
        (
            "target changed",
            [
                (
                    "Ada Lovelace changed the SLA target of grade A1: minutes of working time 15 → 30;"
                    " goes to the next rep never → at 200 %"
                )
            ],
        ),
        ("closed day", ["Ada Lovelace closed 24 December 2026 (Christmas Eve) in the working hours Paris"]),
        (
            "reason",
            ["Ada Lovelace made the verdict reason “Asked for time”: for Recycled to nurture"],
        ),
    ],
)
def test_a_change_is_told_in_a_sentence(past: Past, step: str, sentences: list[str]) -> None:
    assert past.sentences(step) == sentences


@pytest.mark.parametrize("step", ["nothing new", "swept", "turn"])
def test_what_is_nobodys_decision_is_not_told(past: Past, step: str) -> None:
    assert past.moments[step] not in [paragraph.at for paragraph in story(EVERYTHING, size=1_000).paragraphs]


def test_what_a_former_user_did_is_told_under_their_name(past: Past) -> None:
    AssignmentRule.objects.all().delete()
    Rep.objects.all().delete()
    User.objects.filter(username="joan").delete()

    assert past.told("rule changed").who == "Grace Hopper"
    assert past.sentences("rep changed")[0].startswith("Ada Lovelace changed the rep a former user")


def test_what_one_request_did_in_several_transactions_is_one_paragraph(past: Past) -> None:
    with past.step("first half"):
        Segment.objects.create(name="North")
    with past.step("second half"):
        Segment.objects.create(name="West")
    made = Segment.pgh_event_model.objects.get(name="North")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scoring_segmentevent DISABLE TRIGGER ALL")
        cursor.execute(
            "UPDATE scoring_segmentevent SET pgh_context_id = %s WHERE name = 'West'", [made.pgh_context_id]
        )

    assert past.sentences("first half") == [
        "Grace Hopper made the segment North",
        "Grace Hopper made the segment West",
    ]


def steps(past: Past, told: Story) -> set[str]:
    """The steps that are told, among those of which the tests below ask."""
    names = {at: name for name, at in past.moments.items()}
    return {names[paragraph.at] for paragraph in told.paragraphs}


@pytest.mark.parametrize(
    ("asked", "found", "missed"),
    [
        ({"topics": [Topic.SEGMENTS]}, "segment", "list"),
        ({"topics": [Topic.ROUTING]}, "team", "published"),
        ({"who": "1000002"}, "rule deleted", "rule changed"),
        ({"who": "job"}, "published as planned", "published"),
        ({"who": OUTSIDE}, "absence", "rep"),
        ({"version": 2}, "planned", "imported"),
        ({"version": 1}, "rule changed", "segment"),
        ({"version": 1}, "published as planned", "paused"),
        ({"words": "director"}, "condition changed", "threshold"),
        ({"words": "RIVAL07"}, "domain gone", "list"),
        ({"words": "competitors"}, "domains", "segment"),
        ({"words": "after the fair"}, "planned", "rolled back"),
        ({"words": "clarke"}, "absence", "target"),
        ({"until": date(2026, 3, 2)}, "threshold", "reason"),
        ({"since": date(2026, 3, 3)}, "reason", "threshold"),
    ],
)
def test_the_story_is_asked_for_by_what_who_when_version_and_words(
    past: Past, asked: dict[str, Any], found: str, missed: str
) -> None:
    told = steps(past, story(Asked(**{"topics": list(Topic), **asked}), size=1_000))

    assert found in told
    assert missed not in told


def test_a_long_story_is_read_page_by_page_without_gap_or_repeat(past: Past) -> None:
    whole = [paragraph.at for paragraph in story(EVERYTHING, size=1_000).paragraphs]

    read, before, more = [], None, True
    while more:
        page = story(EVERYTHING, before=before, size=7)
        read += [paragraph.at for paragraph in page.paragraphs]
        before, more = page.older, page.older is not None

    assert read == whole


def test_the_same_queries_tell_of_few_moments_and_of_many(past: Past) -> None:
    draft = save_draft(SMALL_MODEL, by=None, at=NOW)

    def change(times: int) -> None:
        for number in range(times):
            with past.step(f"change {times} {number}"):
                Rule.objects.filter(group__version=draft).update(points=number + 100 * times)

    def queries(version: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert story(Asked(topics=list(Topic), version=version)).paragraphs
        return len(captured)

    change(2)
    few = queries(draft.number)
    change(30)

    assert queries(draft.number) == few
