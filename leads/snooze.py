"""Putting a task off, to a time at which its rep is at work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import models, transaction
from django.db.models import F

from crm.errors import Conflict, FieldError, Forbidden, Invalid
from crm.models import User
from leads import sla
from leads.models import Task
from leads.sla import WorkingTime, next_start
from leads.tasks import AlreadyDone

LATEST = timedelta(days=366)


class Snooze(models.TextChoices):
    """Times to put a task off to, besides any other that one chooses."""

    HOUR = "hour", "In an hour"
    TOMORROW = "tomorrow", "Tomorrow morning"
    NEXT_WEEK = "next_week", "Next week"


def times(hours: WorkingTime, *, at: datetime) -> dict[Snooze, datetime]:
    """When each choice is for somebody who works `hours`: all of them are working time."""
    today = hours.day_of(at)
    monday = today + timedelta(days=7 - today.weekday())
    return {
        Snooze.HOUR: next_start(hours, (at + timedelta(hours=1)).replace(second=0, microsecond=0)),
        Snooze.TOMORROW: _morning_from(today + timedelta(days=1), hours),
        Snooze.NEXT_WEEK: _morning_from(monday, hours),
    }


def _morning_from(day: date, hours: WorkingTime) -> datetime:
    """The opening of the first working day from `day` on."""
    midnight = datetime.combine(day, time(), hours.zone).astimezone(UTC)
    return next_start(hours, midnight)


@transaction.atomic
def snooze(task: Task, until: Snooze | datetime, *, by: User, at: datetime) -> Task:
    """Put `task` off until a choice or a moment, or the next working time after it.

    A first touch cannot be put off: its SLA runs on. Raises AlreadyDone, Conflict for a first touch, Invalid for a time
    that is none, Forbidden for who may not.
    """
    held = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if not Task.objects.changeable_by(by).filter(pk=held.pk).exists():
        raise Forbidden(FieldError("assignee", "this task is somebody else's", "ask them or their team lead"))
    if held.done_at:
        raise AlreadyDone(held)
    if held.kind == Task.Kind.FIRST_TOUCH:
        raise Conflict(
            FieldError("kind", "the SLA of a first touch runs on", "make it, or hand the MQL over")
        )
    owner = held.assignee_id or by.pk
    hours = sla.hours_of({owner})[owner]
    due_at = times(hours, at=at)[until] if isinstance(until, Snooze) else _checked(until, hours, at)
    if due_at != held.due_at:
        Task.objects.filter(pk=held.pk).update(due_at=due_at, snoozed_times=F("snoozed_times") + 1)
    held.refresh_from_db()
    return held


def _checked(until: datetime, hours: WorkingTime, at: datetime) -> datetime:
    if until.tzinfo is None:
        raise Invalid(FieldError("until", "has no time zone", "add one, as in 2026-03-01T09:00:00Z"))
    if not at < until <= at + LATEST:
        raise Invalid(FieldError("until", "is past, or more than a year ahead", "choose a time to come"))
    return next_start(hours, until)
