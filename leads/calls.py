"""Calls to prospects: what came of one, and what follows from it.

A call is a fact about its contact. About an open MQL it also stops the clock of the first touch, closes what asked for
the call, and lets the follow-up plan go on. It neither accepts the MQL nor closes it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm import record
from crm.errors import FieldError, Forbidden, Invalid
from crm.facts import ActivityFacts, Result
from crm.models import ActivityKind, Contact, User
from leads import first_touch, plans, tasks
from leads.models import Mql, Rep, Task
from leads.models.plan import CallOutcome
from leads.next_step import NextStep, of_plan, of_task, suggested
from leads.wrong_number import WRONG_NUMBER

logger = logging.getLogger(__name__)

LONGEST_NOTE = 5000
LATEST_CALLBACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Logged:
    """What came of logging a call. `is_new` is unset for one that was logged before, by the same form."""

    is_new: bool
    next_step: NextStep | None


@transaction.atomic
def log_call(
    contact: Contact,
    outcome: CallOutcome | str,
    *,
    by: User,
    at: datetime,
    mql: Mql | None = None,
    note: str = "",
    callback_at: datetime | None = None,
    once: str = "",
) -> Logged:
    """Record a call to `contact`, and propose what comes next. A second one with the same `once` changes nothing.

    *Not now* needs the time at which to call back; any other outcome but a wrong number may have one. Raises Invalid
    with every fault, Forbidden for who works in no team or may not work `mql`.
    """
    outcome, note = _checked(outcome, note, callback_at, at)
    if not Rep.objects.takes_part(by):
        raise Forbidden(FieldError("", "you may read contacts and log no calls", "ask a team lead"))
    contact = Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=contact.pk)
    held = first_touch.hold(mql, by=by) if mql else None
    if held and held.contact_id != contact.pk:
        raise Invalid(FieldError("mql", f"MQL {held.pk} is about another contact", "name one of theirs"))
    if not _record(contact, outcome, note, by, at, once):
        return Logged(is_new=False, next_step=None)
    _mark_number(contact, outcome, by, at)
    working = held if held and held.closed_at is None else None
    step = _follow_up(contact, working, outcome, callback_at, by, at)
    logger.info("logged call contact=%s outcome=%s by=%s", contact.pk, outcome, by.pk)
    return Logged(is_new=True, next_step=step)


def _checked(
    outcome: CallOutcome | str, note: str, callback_at: datetime | None, at: datetime
) -> tuple[CallOutcome, str]:
    if outcome not in CallOutcome.values:
        known = ", ".join(CallOutcome.values)
        raise Invalid(FieldError("outcome", f"“{outcome[:40]}” is not known", f"use one of {known}"))
    outcome, note, faults = CallOutcome(outcome), note.strip(), []
    if len(note) > LONGEST_NOTE or "\x00" in note:
        faults.append(FieldError("note", "is too long", f"shorten it to {LONGEST_NOTE} characters"))
    if fault := _callback_fault(outcome, callback_at, at):
        faults.append(fault)
    if faults:
        raise Invalid(*faults)
    return outcome, note


def _callback_fault(outcome: CallOutcome, callback_at: datetime | None, at: datetime) -> FieldError | None:
    if callback_at is None:
        if outcome == CallOutcome.NOT_NOW:
            return FieldError("callback_at", "is missing", "say when to call back")
        return None
    if outcome == CallOutcome.WRONG_NUMBER:
        return FieldError("callback_at", "makes no sense for a wrong number", "leave it empty")
    if callback_at.tzinfo is None:
        return FieldError("callback_at", "has no time zone", "add one, as in 2026-03-01T09:00:00Z")
    if not at < callback_at <= at + LATEST_CALLBACK:
        return FieldError("callback_at", "is past, or more than a year ahead", "give a time to come")
    return None


def _record(contact: Contact, outcome: CallOutcome, note: str, by: User, at: datetime, once: str) -> bool:
    """Put the call on the timeline. Whether it was not there yet."""
    said = {"outcome": outcome.value, "by": str(by), "number": contact.phone, "text": note}
    [written] = record.append_activities(
        [
            ActivityFacts(
                contact=contact.pk,
                kind=ActivityKind.CALL,
                occurred_at=at,
                source=tasks.SOURCE,
                subject=outcome.label,
                external_id=f"call-{once}" if once else "",
                properties={name: value for name, value in said.items() if value},
            )
        ],
        at=at,
    )
    if written.errors:
        raise Invalid(*written.errors)
    return written.result == Result.CREATED


def _mark_number(contact: Contact, outcome: CallOutcome, by: User, at: datetime) -> None:
    """Note that the number is wrong, or that it is right after all. Another number leaves the mark behind."""
    properties: dict[str, Any] = dict(contact.properties)
    if outcome == CallOutcome.WRONG_NUMBER and contact.phone:
        properties[WRONG_NUMBER] = contact.phone
    elif outcome == CallOutcome.CONNECTED:
        properties.pop(WRONG_NUMBER, None)
    if properties != contact.properties:
        record.correct_contact(contact.pk, by=by, at=at, properties=properties)


def _follow_up(
    contact: Contact,
    mql: Mql | None,
    outcome: CallOutcome,
    callback_at: datetime | None,
    by: User,
    at: datetime,
) -> NextStep:
    """Close what asked for the call, open the callback that was agreed, and say what comes next."""
    _close_callbacks(contact, mql, outcome, by, at)
    callback = _open_callback(contact, mql, callback_at, by, at) if callback_at else None
    proposal = plans.after_call(mql, outcome, by=by, at=at, callback_at=callback_at) if mql else None
    if mql:
        first_touch.touch(mql, by=by, at=at, outcome=outcome.label)
    if callback:
        return of_task(callback)
    return of_plan(proposal) if proposal else suggested(contact, outcome, by=by, at=at)


def _close_callbacks(contact: Contact, mql: Mql | None, outcome: CallOutcome, by: User, at: datetime) -> None:
    """The callbacks of today are made with this call. Those that stand for a plan's step are the plan's to close."""
    tonight = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    due = Task.objects.open().changeable_by(by).filter(kind=Task.Kind.CALLBACK, contact=contact, step=None)
    of_it = due.filter(Q(mql=mql) | Q(mql=None), due_at__lte=tonight)
    ids = of_it.order_by("pk").values_list("pk", flat=True)
    Task.objects.open().filter(pk__in=list(ids)).update(done_at=at, done_by=by, outcome=outcome.label)


def _open_callback(contact: Contact, mql: Mql | None, callback_at: datetime, by: User, at: datetime) -> Task:
    owner = mql.owner if mql and mql.owner and mql.owner.is_active else by
    return tasks.add_task(
        contact,
        f"Call back: {contact.name}"[:200],
        kind=Task.Kind.CALLBACK,
        due_at=callback_at,
        by=by,
        at=at,
        mql=mql,
        assignee=owner,
    )
