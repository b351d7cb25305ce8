"""How a deadline stands, in a word that styles it and in words that people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings

from leads.models import Mql, Task
from leads.sla import working_minutes_between

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
COUNTED_IN_DAYS = timedelta(days=7)
"""Beyond this, how many working minutes have passed says less than the days."""


@dataclass(frozen=True, slots=True)
class Deadline:
    state: Literal["over", "soon", "ahead", "met", "none"]
    words: str
    at: datetime | None


def first_touch(mql: Mql, *, at: datetime) -> Deadline:
    """How the SLA of `mql` stands at `at`: what is left of it, or by how much it is over, in working time."""
    if mql.first_touched_at:
        return Deadline("met", "Accepted" if mql.accepted_at else "Touched", mql.first_touched_at)
    if mql.due_at is None:
        return Deadline("none", "No deadline", None)
    return _in_working_time(mql.due_at, at)


def task(asked: Task, *, at: datetime) -> Deadline:
    """How a task stands. A first touch goes by working time, as the SLA it keeps; others by the clock, since a
    callback is promised for a time and not for working hours.
    """
    if asked.kind == Task.Kind.FIRST_TOUCH:
        return _in_working_time(asked.due_at, at)
    if asked.due_at <= at:
        return Deadline("over", f"{duration(at - asked.due_at)} overdue", asked.due_at)
    left = asked.due_at - at
    return Deadline("soon" if left <= timedelta(hours=1) else "ahead", f"in {duration(left)}", asked.due_at)


def _in_working_time(due_at: datetime, at: datetime) -> Deadline:
    if due_at <= at:
        passed = _working_time(due_at, at)
        return Deadline("over", f"{duration(passed)} overdue" if passed >= MINUTE else "Overdue", due_at)
    left = _working_time(at, due_at)
    state: Literal["soon", "ahead"] = (
        "soon" if left <= timedelta(minutes=settings.SLA_MINUTES) / 4 else "ahead"
    )
    return Deadline(state, f"{duration(left)} left" if left >= MINUTE else "Due now", due_at)


def _working_time(begin: datetime, end: datetime) -> timedelta:
    if end - begin > COUNTED_IN_DAYS:
        return end - begin
    return timedelta(minutes=working_minutes_between(begin, end))


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
