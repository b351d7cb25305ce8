"""How deadlines are put into words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leads.deadlines import duration, first_touch, note_hours, task
from leads.models import Mql, Rep, Task, WorkingHours
from tests.factories import make_rep

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 2, 27, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "due_at", "state", "words"),
    [
        (MONDAY, MONDAY + timedelta(hours=3, minutes=20), "ahead", "3 h left"),
        (MONDAY, MONDAY + timedelta(minutes=59), "soon", "59 min left"),
        (MONDAY, MONDAY + timedelta(seconds=20), "soon", "Due now"),
        (MONDAY, MONDAY, "over", "Overdue"),
        (MONDAY, MONDAY - timedelta(minutes=45), "over", "45 min overdue"),
        (MONDAY, MONDAY - timedelta(days=12), "over", "12 days overdue"),
        (FRIDAY_EVENING, MONDAY, "ahead", "1 h left"),
        (FRIDAY_EVENING, MONDAY + timedelta(hours=1), "ahead", "2 h left"),
    ],
)
def test_what_is_left_of_an_sla_is_working_time(
    at: datetime, due_at: datetime, state: str, words: str
) -> None:
    deadline = first_touch(Mql(due_at=due_at), at=at)

    assert (deadline.state, deadline.words, deadline.at) == (state, words, due_at)


@pytest.fixture
def new_yorker(db: None) -> Rep:
    rep = make_rep()
    rep.hours = WorkingHours.objects.create(name="New York", time_zone="America/New_York")
    rep.save(update_fields=["hours"])
    return rep


@pytest.mark.parametrize("kind", ["mql", "task"])
def test_what_is_left_is_counted_in_the_hours_of_whoever_has_it(new_yorker: Rep, kind: str) -> None:
    due_at = MONDAY + timedelta(hours=5)
    mql = Mql(pk=1, due_at=due_at, owner=new_yorker.user)
    asked = Task(pk=1, due_at=due_at, assignee=new_yorker.user, kind=Task.Kind.FIRST_TOUCH)

    note_hours([mql, asked])

    told = first_touch(mql, at=MONDAY) if kind == "mql" else task(asked, at=MONDAY)
    assert told.words == "1 h left"


def test_the_last_quarter_of_the_time_there_was_is_soon() -> None:
    hot = Mql(due_at=MONDAY + timedelta(minutes=10), sla_minutes=15)

    assert first_touch(hot, at=MONDAY).state == "ahead"
    assert first_touch(hot, at=MONDAY + timedelta(minutes=7)).state == "soon"


def test_an_sla_that_was_met_stays_met() -> None:
    mql = Mql(due_at=MONDAY - timedelta(days=1), first_touched_at=MONDAY - timedelta(hours=1))

    assert first_touch(mql, at=MONDAY).words == "Touched"


def test_an_accepted_mql_says_so() -> None:
    touched = MONDAY - timedelta(hours=1)

    assert first_touch(Mql(first_touched_at=touched, accepted_at=touched), at=MONDAY).words == "Accepted"


def test_an_mql_without_a_deadline_says_so() -> None:
    assert first_touch(Mql(), at=MONDAY).words == "No deadline"


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (timedelta(minutes=30), "soon", "in 30 min"),
        (timedelta(hours=30), "ahead", "in 30 h"),
        (timedelta(days=3), "ahead", "in 3 days"),
        (timedelta(hours=-5), "over", "5 h overdue"),
    ],
)
def test_a_task_is_counted_by_the_clock(left: timedelta, state: str, words: str) -> None:
    deadline = task(Task(kind=Task.Kind.CALLBACK, due_at=MONDAY + left), at=MONDAY)

    assert (deadline.state, deadline.words) == (state, words)


def test_a_first_touch_is_counted_as_the_sla_that_it_keeps() -> None:
    due_at = MONDAY - timedelta(days=3)

    deadline = task(Task(kind=Task.Kind.FIRST_TOUCH, due_at=due_at), at=MONDAY)

    assert deadline == first_touch(Mql(due_at=due_at), at=MONDAY)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than 1 min"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(length: timedelta, words: str) -> None:
    assert duration(length) == words
