"""What comes next after a call: the plan's next step, the callback that was agreed, or what suits the outcome.

It is shown to the rep at once, who agrees or changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.errors import FieldError, Forbidden, Invalid
from crm.models import Contact, User
from leads import sla, tasks
from leads.models import Mql, Task
from leads.models.plan import CallOutcome
from leads.plan_days import moment_of
from leads.plans import Proposal

TITLES: Mapping[CallOutcome, Callable[[str], str]] = {
    CallOutcome.CONNECTED: "Follow up with {}".format,
    CallOutcome.VOICEMAIL: "Call {} again".format,
    CallOutcome.NO_ANSWER: "Call {} again".format,
    CallOutcome.WRONG_NUMBER: "Find a number of {} that works".format,
    CallOutcome.NOT_NOW: "Call {} back".format,
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do by a time. `task` asks for it already; without one it is no more than proposed.

    `is_certain` is set for what happens by itself, such as a plan that gives up.
    """

    title: str
    due_at: datetime
    task: Task | None = None
    is_certain: bool = False


def of_task(task: Task) -> NextStep:
    return NextStep(task.title, task.due_at, task)


def of_plan(proposal: Proposal) -> NextStep:
    """What a plan does next. One without a task gives up by itself."""
    if proposal.task:
        return of_task(proposal.task)
    return NextStep(proposal.what, proposal.due_at, is_certain=True)


def suggested(contact: Contact, outcome: CallOutcome, *, by: User, at: datetime) -> NextStep:
    """What suits `outcome` where no plan knows: at the same time on the next working day of `by`."""
    due_at = moment_of(1, at, sla.hours_of({by.pk})[by.pk])
    return NextStep(TITLES[outcome](contact.name)[:200], due_at.replace(second=0, microsecond=0))


@transaction.atomic
def agree(
    contact: Contact,
    title: str,
    *,
    due_at: datetime,
    by: User,
    at: datetime,
    task: Task | None = None,
    mql: Mql | None = None,
) -> Task:
    """Settle what comes next: change the open `task` that asks for it, or add one. Twice is harmless.

    Raises Invalid for a title or time that is none, Forbidden for who may not, AlreadyDone where it was done meanwhile.
    """
    if task is None:
        return tasks.add_task(contact, title, due_at=due_at, by=by, at=at, mql=mql)
    title = title.strip()
    if not title or len(title) > 200 or "\x00" in title:
        raise Invalid(FieldError("title", "is empty or too long", "say in 1 to 200 characters what to do"))
    held = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if not Task.objects.changeable_by(by).filter(pk=held.pk).exists():
        raise Forbidden(FieldError("assignee", "this task is somebody else's", "ask them or their team lead"))
    if held.done_at:
        raise tasks.AlreadyDone(held)
    held.title, held.due_at = title, due_at
    held.save(update_fields=["title", "due_at"])
    return held
