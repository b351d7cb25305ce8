"""Taking back what one just did to an MQL: within a minute, and as long as nobody has built on it."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from crm import record
from crm.errors import Conflict, FieldError, Forbidden
from crm.models import Contact, StageChange, User
from leads import notify, plans
from leads.actions import TIME_TO_UNDO, restored, stands_as
from leads.hand_over import Step, record_assignments
from leads.models import ComeBack, Enrolment, Mql, MqlAction, Notification, Task

logger = logging.getLogger(__name__)

TOLD_OF_HAND_OVERS = (Notification.Kind.MQL_ASSIGNED, Notification.Kind.MQL_TAKEN_AWAY)


@transaction.atomic
def undo(action: MqlAction, *, by: User, at: datetime) -> Mql:
    """Put everything back as it stood before `action`: MQL, stage, tasks and plan; messages that wait never leave.

    A second time is harmless. Raises Forbidden where somebody else did it, Conflict where more than a minute has passed
    or something was done since.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(mqls=action.mql_id)
    mql = (
        Mql.objects.select_related("owner", "contact__company")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=action.mql_id)
    )
    held = MqlAction.objects.select_for_update().get(pk=action.pk)
    if held.by_id != by.pk:
        raise Forbidden(FieldError("", f"{held.by or 'the plan'} did this", "only they can take it back"))
    if held.undone_at:
        return mql
    _check(held, mql, at)
    kept = held.before
    former = mql.owner
    Mql.objects.filter(pk=mql.pk).update(**restored(kept["mql"]))
    mql = Mql.objects.select_related("owner", "contact__company").get(pk=mql.pk)
    if kept["come_back"]:
        ComeBack.objects.filter(pk=kept["come_back"]).delete()
    _take_back_move(kept, contact, by=by, at=at)
    _reopen_tasks(kept["tasks"], mql, held.at)
    if kept["enrolment"]:
        _resume(kept["enrolment"], at)
    if kept["assignment"]:
        _give_back(mql, former, held, by=by, at=at)
    held.undone_at = at
    held.save(update_fields=["undone_at"])
    logger.info("undone action=%s mql=%s by=%s", held.pk, mql.pk, by.pk)
    return mql


def _check(action: MqlAction, mql: Mql, at: datetime) -> None:
    """Raise Conflict where it is too late, or where something came after it."""
    if at > action.at + TIME_TO_UNDO:
        raise Conflict(FieldError("", "more than a minute has passed", "what was decided stands"))
    later = MqlAction.objects.filter(mql=mql, pk__gt=action.pk, undone_at=None).first()
    if later:
        whose = "you" if later.by_id == action.by_id else str(later.by or "its plan")
        said = f"{whose} {later.get_kind_display().lower()} it since"
        raise Conflict(FieldError("", said, "only the latest can be taken back"))
    if not stands_as(mql, action.before["after"]):
        raise Conflict(FieldError("", "the MQL was changed since", "look at it again"))
    if action.before["after"]["closed_at"] and Mql.objects.open().filter(contact=mql.contact_id).exists():
        raise Conflict(FieldError("", "the contact has qualified anew since", "work the new MQL"))


def _take_back_move(kept: dict[str, Any], contact: Contact, *, by: User, at: datetime) -> None:
    if kept["move"]:
        stood = restored(kept["contact"])
        record.take_back_move(
            StageChange.objects.get(pk=kept["move"]),
            stage_changed_at=stood["stage_changed_at"],
            recycled_at=stood["recycled_at"],
            by=by,
            at=at,
        )
    elif contact.stage != kept["contact"]["stage"]:
        raise Conflict(FieldError("stage", "the contact was moved since", "look at it again"))


def _reopen_tasks(kept: list[list[Any]], mql: Mql, closed_at: datetime) -> None:
    """Open again, for whose they were, the tasks that the action closed. What somebody did since stays done."""
    for pk, assignee, due in kept:
        settled = Task.objects.filter(Q(done_at=None) | Q(done_at=closed_at), pk=pk, mql=mql)
        settled.update(done_at=None, done_by=None, outcome="", assignee=assignee, due_at=parse_datetime(due))


def _resume(enrolment_id: int, at: datetime) -> None:
    enrolment = Enrolment.objects.exclude(ended_at=None).filter(pk=enrolment_id).first()
    if enrolment:
        plans.resume(enrolment, at=at)


def _give_back(mql: Mql, former: User | None, action: MqlAction, *, by: User, at: datetime) -> None:
    """Note that `mql` is no longer `former`'s. What they were told of it goes; if they read it, they are told."""
    trail: list[Step] = [{"step": f"{action.get_kind_display()} by {by}", "outcome": "Taken back"}]
    from_owner = former.pk if former else None
    record_assignments([mql], from_owners={mql.pk: from_owner}, by=by, at=at, trails={mql.pk: trail})
    notify.withdraw([mql], since=action.at, at=at)
    told = mql.notifications.filter(kind__in=TOLD_OF_HAND_OVERS, created_at__gte=action.at)
    if told.exclude(read_at=None).exists():
        notify.tell_of_moving(mql, former, mql.owner, at=at, by=by)
    told.unread().filter(created_at=action.at).delete()
