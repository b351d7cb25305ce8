"""What a rep must do: tasks opened, handed on and done.

A task that is done is a fact about its contact and is recorded through `crm.record`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from crm import record
from crm.errors import Conflict, FieldError, Forbidden, Invalid
from crm.facts import ActivityFacts
from crm.models import ActivityKind, Contact, User
from leads import notify, plans, touches
from leads.models import Mql, Notification, Rep, Task, Team

SOURCE = touches.SOURCE
"""What activities that are recorded here name as their source."""


class AlreadyDone(Conflict):
    """Somebody was faster."""

    def __init__(self, task: Task) -> None:
        super().__init__(
            FieldError("done_at", f"“{task.title}” is done already", "look at the contact's timeline")
        )


def open_first_touches(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Ask for the first touch of each of `mqls`, due with it. An MQL that has its task keeps it."""
    tasks = [
        Task(
            kind=Task.Kind.FIRST_TOUCH,
            title=f"First touch: {mql.contact.name}"[:200],
            contact=mql.contact,
            mql=mql,
            assignee_id=mql.owner_id,
            due_at=mql.due_at or mql.opened_at,
            created_at=at,
        )
        for mql in mqls
    ]
    Task.objects.bulk_create(tasks, ignore_conflicts=True)


def follow_owner(mqls: Sequence[Mql]) -> None:
    """Give what is open of `mqls` to their owners, as recorded."""
    owner = Mql.objects.filter(pk=OuterRef("mql")).values("owner")
    Task.objects.open().filter(mql__in=mqls).update(assignee=Subquery(owner))


@transaction.atomic
def add_task(
    contact: Contact,
    title: str,
    *,
    due_at: datetime,
    by: User,
    at: datetime,
    kind: Task.Kind | str = Task.Kind.FOLLOW_UP,
    mql: Mql | None = None,
    assignee: User | None = None,
) -> Task:
    """Note something to do for `contact`, by default by whoever asks. The first touch of an MQL opens with it.

    Asked for twice, as by a double click, it is noted once. Raises Forbidden for who works in no team, and where it
    belongs to an MQL that `by` may not change.
    """
    title = title.strip()
    if not Rep.objects.takes_part(by):
        raise Forbidden(FieldError("", "you may read contacts and add no tasks", "ask a team lead"))
    # The lock makes a second request wait until it can see the first one's task.
    assignee = User.objects.select_for_update(no_key=True).get(pk=(assignee or by).pk)
    if fault := _fault(title, kind, due_at, contact, mql, assignee):
        raise Invalid(fault)
    if mql and not Mql.objects.changeable_by(by).filter(pk=mql.pk).exists():
        raise Forbidden(FieldError("mql", f"MQL {mql.pk} is somebody else's", "ask them or their team lead"))
    asked = {
        "kind": kind,
        "title": title,
        "contact": contact,
        "mql": mql,
        "assignee": assignee,
        "due_at": due_at,
    }
    return Task.objects.open().filter(**asked).first() or Task.objects.create(**asked, created_at=at)


def _fault(
    title: str, kind: str, due_at: datetime, contact: Contact, mql: Mql | None, assignee: User
) -> FieldError | None:
    if not title or len(title) > 200 or "\x00" in title:
        return FieldError("title", "is empty or too long", "say in 1 to 200 characters what is to be done")
    if kind not in (Task.Kind.FOLLOW_UP, Task.Kind.CALLBACK):
        return FieldError("kind", f"“{kind}” cannot be added", "use follow_up or callback")
    if due_at.tzinfo is None:
        return FieldError("due_at", "has no time zone", "add one, as in 2026-03-01T09:00:00Z")
    if mql and mql.contact_id != contact.pk:
        return FieldError(
            "mql", f"MQL {mql.pk} is about another contact", "name one of this contact's, or none"
        )
    if not assignee.is_active:
        return FieldError("assignee", f"{assignee} is deactivated", "choose somebody who can sign in")
    return None


@transaction.atomic
def complete(task: Task, *, by: User, at: datetime, outcome: str = "") -> Task:
    """Mark `task` done. Raises AlreadyDone when somebody was faster, Forbidden for who may not.

    The first touch of an MQL stops its clock.
    """
    outcome = outcome.strip()
    if len(outcome) > 200 or "\x00" in outcome:
        raise Invalid(FieldError("outcome", "is too long", "say in at most 200 characters what came of it"))
    # In the order in which verdicts lock them: contact, MQL, task.
    Contact.objects.select_for_update(no_key=True).get(pk=task.contact_id)
    if task.mql_id:
        Mql.objects.select_for_update(no_key=True).get(pk=task.mql_id)
    if not Task.objects.changeable_by(by).filter(pk=task.pk).exists():
        raise Forbidden(FieldError("assignee", "this task is somebody else's", "ask them or their team lead"))
    if not Task.objects.open().filter(pk=task.pk).update(done_at=at, done_by=by, outcome=outcome):
        raise AlreadyDone(task)
    task.refresh_from_db()
    if task.mql and task.kind == Task.Kind.FIRST_TOUCH:
        Mql.objects.filter(pk=task.mql.pk, first_touched_at=None).update(first_touched_at=at)
    _record_done(task, at)
    plans.after_task(task, at=at)
    return task


@transaction.atomic
def reassign(task: Task, assignee: User, *, by: User, at: datetime) -> Task:
    """Give `task` to a teammate, and tell them, unless they took it themselves. Who has it already keeps it untold.

    Raises AlreadyDone, Invalid where the assignee is nobody that `by` may give it to, Forbidden for who may not.
    """
    held = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if held.assignee_id == assignee.pk and not held.done_at:
        return held
    if not Task.objects.changeable_by(by).filter(pk=held.pk).exists():
        raise Forbidden(FieldError("assignee", "this task is somebody else's", "ask them or their team lead"))
    if held.done_at:
        raise AlreadyDone(held)
    if not may_be_given(by).filter(pk=assignee.pk).exists():
        raise Invalid(FieldError("assignee", f"{assignee} is in none of your teams", "choose a teammate"))
    Task.objects.filter(pk=held.pk).update(assignee=assignee)
    held.refresh_from_db()
    if assignee != by:
        mql = Mql.objects.select_related("contact__company").filter(tasks=held).first()
        text = f"{by} gave you a task" + (": {who}" if mql else "")
        told = notify.Told(f"{held.pk}:{at:%Y%m%d%H%M%S}", assignee, mql, text)
        notify.tell(Notification.Kind.TASK_ASSIGNED, [told], at=at)
    return held


def may_be_given(by: User) -> QuerySet[User]:
    """Whom `by` may give a task to: themselves, their teammates and the leads of their teams; administrators anybody
    who is in a team or leads one.
    """
    active = User.objects.filter(is_active=True)
    teams = Team.objects.all() if by.is_superuser else Team.objects.filter(Q(reps__user=by) | Q(lead=by))
    return active.filter(Q(rep__team__in=teams) | Q(led_teams__in=teams)).distinct()


def _record_done(task: Task, at: datetime) -> None:
    [written] = record.append_activities(
        [
            ActivityFacts(
                contact=task.contact_id,
                kind=ActivityKind.TASK_DONE,
                occurred_at=at,
                source=SOURCE,
                subject=task.title,
                external_id=f"task-{task.pk}",
                properties={"outcome": task.outcome} if task.outcome else {},
            )
        ],
        at=at,
    )
    if written.errors:
        raise Invalid(*written.errors)


def close(mql: Mql, *, by: User | None, at: datetime, outcome: str, only: Task.Kind | None = None) -> None:
    """Close what is open of `mql`, or of that the tasks of one kind, because `outcome` settles it."""
    tasks = Task.objects.open().filter(mql=mql)
    if only:
        tasks = tasks.filter(kind=only)
    tasks.update(done_at=at, done_by=by, outcome=outcome)
