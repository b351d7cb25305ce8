"""How a deadline stands, in a word that styles it and in words that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings

from leads.models import Mql, Task
from leads.sla import WorkingTime, hours_of, working_minutes_between

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
COUNTED_IN_DAYS = timedelta(days=7)
"""Beyond this, how many working minutes have passed says less than the days."""


@dataclass(frozen=True, slots=True)
class Deadline:
    state: Literal["over", "soon", "ahead", "met", "none"]
    words: str
    at: datetime | None


def note_hours(rows: Sequence[Mql | Task]) -> None:
    """Note on each row that waits for a first touch the working time of whoever has it, for a page that counts in it.

    Four queries at most. Rows without the note are counted in the organisation's.
    """
    waiting = [(row, user) for row in rows if (user := _who_must_touch(row))]
    hours = hours_of({user for _, user in waiting}) if waiting else {}
    for row, user in waiting:
        vars(row)[_NOTED] = hours[user]


_NOTED = "_working_time"


def _who_must_touch(row: Mql | Task) -> int | None:
    if isinstance(row, Mql):
        return None if row.first_touched_at else row.owner_id
    return row.assignee_id if row.kind == Task.Kind.FIRST_TOUCH else None


def _hours(row: Mql | Task) -> WorkingTime | None:
    return vars(row).get(_NOTED)


def first_touch(mql: Mql, *, at: datetime) -> Deadline:
    """How the SLA of `mql` stands at `at`: what is left of it, or by how much it is over, in working time."""
    if mql.first_touched_at:
        return Deadline("met", "Accepted" if mql.accepted_at else "Touched", mql.first_touched_at)
    if mql.due_at is None:
        return Deadline("none", "No deadline", None)
    return _in_working_time(mql.due_at, at, hours=_hours(mql), minutes=mql.sla_minutes)


def task(asked: Task, *, at: datetime) -> Deadline:
    """How a task stands. A first touch goes by working time, as the SLA it keeps; others by the clock, since a
    callback is promised for a time and not for working hours.
    """
    if asked.kind == Task.Kind.FIRST_TOUCH:
        return _in_working_time(asked.due_at, at, hours=_hours(asked))
    if asked.due_at <= at:
        return Deadline("over", f"{duration(at - asked.due_at)} overdue", asked.due_at)
    left = asked.due_at - at
    return Deadline("soon" if left <= timedelta(hours=1) else "ahead", f"in {duration(left)}", asked.due_at)


def _in_working_time(
    due_at: datetime, at: datetime, *, hours: WorkingTime | None, minutes: int | None = None
) -> Deadline:
    """How it stands in `hours`. The last quarter of the `minutes` there were is soon."""
    if due_at <= at:
        passed = _working_time(due_at, at, hours)
        return Deadline("over", f"{duration(passed)} overdue" if passed >= MINUTE else "Overdue", due_at)
    left = _working_time(at, due_at, hours)
    state: Literal["soon", "ahead"] = (
        "soon" if left <= timedelta(minutes=minutes or settings.SLA_MINUTES) / 4 else "ahead"
    )
    return Deadline(state, f"{duration(left)} left" if left >= MINUTE else "Due now", due_at)


def _working_time(begin: datetime, end: datetime, hours: WorkingTime | None) -> timedelta:
    if end - begin > COUNTED_IN_DAYS:
        return end - begin
    return timedelta(minutes=working_minutes_between(begin, end, hours=hours))


def duration(length: timedelta) -> str:
    """A length of time in its largest unit: 12 min, 3 h, 2 days."""
    minutes = length // MINUTE
    if minutes < 1:
        return "less than 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if length < 2 * DAY:
        return f"{minutes // 60} h"
    return f"{length // DAY} days"
