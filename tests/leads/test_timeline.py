"""A contact's story, in order and in pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import record
from crm.models import Contact, Stage
from leads.timeline import Group, chosen, timeline
from scoring.drain import drain
from scoring.marks import mark_everyone
from scoring.models import ScoreChange, ScoringVersion
from tests.factories import NOW, make_activity, make_contact, make_qualifying

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(small_model: ScoringVersion) -> Contact:
    """Somebody to whom much happened at one and the same moment."""
    contact = make_qualifying()
    for _ in range(5):
        make_activity(contact, subject="/pricing")
    drain(at=NOW)
    record.move_stage([contact.pk], Stage.SAL, by=None, at=NOW)
    return contact


def test_the_newest_comes_first_whatever_it_is(contact: Contact) -> None:
    make_activity(contact, "call", at=NOW + timedelta(hours=1))

    entries = timeline(contact).entries

    assert entries[0].what == "activity"
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert {entry.what for entry in entries} == {"stage", "score", "activity"}


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_one_after_the_other_are_the_whole_story(contact: Contact, size: int) -> None:
    whole = [(entry.what, entry.row.pk) for entry in timeline(contact, size=50).entries]

    told, before = [], ""
    for _ in range(20):
        part = timeline(contact, before=before, size=size)
        told += [(entry.what, entry.row.pk) for entry in part.entries]
        before = part.earlier
        if not before:
            break

    assert told == whole
    assert len(whole) == 10


def test_fading_within_a_grade_is_no_event(small_model: ScoringVersion) -> None:
    contact = make_qualifying()
    drain(at=NOW)
    moved = ScoreChange.objects.get(contact=contact)
    ScoreChange.objects.create(
        contact=contact,
        version=small_model,
        at=NOW + timedelta(days=1),
        fit_from=moved.fit_to,
        fit_to=moved.fit_to,
        engagement_from=moved.engagement_to,
        engagement_to=moved.engagement_to - 1,
        grade_from=moved.grade_to,
        grade_to=moved.grade_to,
        because=[],
    )

    assert [entry.row for entry in timeline(contact).entries if entry.what == "score"] == [moved]


@pytest.mark.parametrize("before", ["x", "AAAA", "MjAyNi0wMy0wMiAxIDI", "ÄÖ"])
def test_a_cursor_that_makes_no_sense_starts_from_the_newest(contact: Contact, before: str) -> None:
    assert timeline(contact, before=before).entries == timeline(contact).entries


def test_another_contacts_story_stays_theirs(contact: Contact) -> None:
    other = make_contact(stage=Stage.LEAD)
    mark_everyone(at=NOW)

    assert [entry.what for entry in timeline(other).entries] == ["stage"]


def test_a_long_story_takes_as_many_queries_as_a_short_one(contact: Contact) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            timeline(contact)
        return len(captured)

    short = queries()
    for number in range(60):
        make_activity(contact, days_ago=number)

    assert queries() == short == 3


@pytest.mark.parametrize(
    ("group", "told"),
    [
        (Group.WEB, ["page_view", "whitepaper_shared", "webinar_attended"]),
        (Group.MAIL, ["email_click"]),
        (Group.CALLS, ["call"]),
        (Group.NOTES, ["note"]),
    ],
)
def test_each_group_is_told_alone(small_model: ScoringVersion, group: Group, told: list[str]) -> None:
    contact = make_qualifying()
    for kind in ("page_view", "whitepaper_shared", "email_click", "call", "note"):
        make_activity(contact, kind)

    entries = timeline(contact, show=frozenset({group})).entries

    assert {entry.row.kind for entry in entries} == set(told)


@pytest.mark.parametrize(("group", "what"), [(Group.STAGES, "stage"), (Group.SCORES, "score")])
def test_stages_and_scores_are_told_alone(contact: Contact, group: Group, what: str) -> None:
    assert {entry.what for entry in timeline(contact, show=frozenset({group})).entries} == {what}


def test_groups_add_up_to_the_whole_story(contact: Contact) -> None:
    make_activity(contact, "call")
    make_activity(contact, "note")

    assert timeline(contact, show=frozenset(Group)).entries == timeline(contact).entries


def test_a_filtered_story_has_pages_too(contact: Contact) -> None:
    for number in range(6):
        make_activity(contact, "call", days_ago=number)
    calls = frozenset({Group.CALLS})

    first = timeline(contact, show=calls, size=4)
    second = timeline(contact, show=calls, size=4, before=first.earlier)

    assert [len(first.entries), len(second.entries)] == [4, 2]
    assert second.earlier == ""


def test_groups_that_do_not_exist_are_passed_over() -> None:
    assert chosen(["mail", "x", ""]) == {Group.MAIL}
