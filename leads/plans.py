"""Follow-up plans: what a rep is to do next about an MQL, until somebody answers or the plan gives up.

Only the next step is ever open as a task, so that nothing piles up on a rep who is late: once it is done, or a call has
come to something, the step after it becomes a task. A late step pushes those behind it by as many working days. Steps
keep the owner's working hours, and wait while the contact has been called and written to as often as the plan allows.

The MQL's row is the lock, taken before the enrolment and its tasks. When the last step gives up, `leads.give_up` does
it: a verdict ends a plan, and so stands above this module.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from crm.models import ActivityKind, Contact, User
from leads import sla
from leads.models import CallOutcome, Enrolment, Mql, Plan, PlanStep, Task
from leads.plan_days import moment_of
from leads.plan_steps import (
    REACHED,
    Proposal,
    ask,
    ask_again,
    end_all,
    go_on,
    held,
    hours_by_mql,
    is_to_call,
    put_in_place,
    settle,
    wait_for_room,
)
from leads.touches import touches_left

__all__ = ["Proposal", "after_accept", "after_call", "after_mail", "after_task", "answers_since_start", "carry_on",
           "end", "end_answered", "end_overlooked", "enrol", "resume", "start", "touches_left"]  # fmt: skip

ANSWERS = {ActivityKind.EMAIL_REPLY: "They answered", ActivityKind.MEETING: "A meeting is agreed"}
ANSWER_WITHIN = 60
"""Minutes of working time in which a reply is to be answered."""
MAY_AGREE = (CallOutcome.CONNECTED, CallOutcome.NOT_NOW)
"""Outcomes of calls in which a callback may be agreed."""
MOST_PER_RUN = 200


def start(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Put each of `mqls` on the default plan, if there is one. Call it once they have owners. Safe twice."""
    if mqls and (plan := Plan.objects.default()):
        enrol(mqls, plan, at=at)


@transaction.atomic
def enrol(mqls: Sequence[Mql], plan: Plan, *, at: datetime) -> None:
    """Put each of `mqls` on `plan`, save those that are on one already. A plan without steps takes nobody."""
    first = plan.steps.select_related("template").first()
    if first is None:
        return
    hours = hours_by_mql(mqls)
    moments = {mql.pk: moment_of(first.day, at, hours[mql.pk]) for mql in mqls}
    gives_up = first.action == PlanStep.Action.GIVE_UP
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                mql=mql,
                plan=plan,
                started_at=at,
                step=first,
                give_up_at=moments[mql.pk] if gives_up else None,
            )
            for mql in mqls
        ],
        ignore_conflicts=True,
    )
    there = Enrolment.objects.open().filter(mql__in=mqls, plan=plan, step=first, started_at=at)
    started = set(there.values_list("mql", flat=True))
    enrolled = [mql for mql in mqls if mql.pk in started]
    if first.action == PlanStep.Action.CALL and first.day == 0:
        # The first touch is that call: two tasks for one call would be one too many.
        first_touches = Task.objects.open().filter(mql__in=enrolled, kind=Task.Kind.FIRST_TOUCH)
        first_touches.update(step=first)
    ask(first, enrolled, moments, hours, most=plan.touches_per_week, at=at)


def after_accept(mql: Mql, *, at: datetime) -> None:
    """Ask for the call that accepting without one leaves undone. Call it in the verdict's transaction."""
    if enrolment := held(mql):
        ask_again(enrolment, at=at)


@transaction.atomic
def after_call(
    mql: Mql, outcome: CallOutcome | str, *, by: User, at: datetime, callback_at: datetime | None = None
) -> Proposal | None:
    """Let the plan of `mql` go on after a call, and say what comes next. None: nothing does.

    Whoever is reached is not pursued any further, unless a callback is agreed: the open one of the MQL, or one by
    `callback_at`, which is opened. It takes the place of the next step. A wrong number leaves only mail.
    """
    enrolment = held(mql)
    if enrolment is None:
        return None
    calling = is_to_call(enrolment)
    if calling:
        settle(enrolment, by=by, at=at, outcome=CallOutcome(outcome).label)
    callback = _callback(enrolment, callback_at, at) if outcome in MAY_AGREE else None
    if outcome == CallOutcome.CONNECTED and callback is None:
        end_all([enrolment], REACHED, at=at)
        return None
    if enrolment.give_up_at and callback:
        return put_in_place(callback, enrolment)
    if callback is None and (enrolment.give_up_at or not calling):
        return wait_for_room(enrolment, at=at)
    return go_on(enrolment, at=at, callback=callback, without_calls=outcome == CallOutcome.WRONG_NUMBER)


@transaction.atomic
def after_mail(mql: Mql, *, by: User | None, at: datetime) -> Proposal | None:
    """Let the plan of `mql` go on after a mail, and say what comes next. One that no step asked for counts as a touch
    all the same.
    """
    enrolment = held(mql)
    if enrolment is None:
        return None
    if enrolment.step is None or enrolment.step.action != PlanStep.Action.MAIL or is_to_call(enrolment):
        return wait_for_room(enrolment, at=at)
    settle(enrolment, by=by, at=at, outcome="Mail written")
    return go_on(enrolment, at=at)


def after_task(task: Task, *, at: datetime) -> Proposal | None:
    """Let the plan go on once `task` is done. Call it in the transaction that does it and holds the MQL."""
    enrolment = held(task.mql) if task.mql and task.step_id else None
    if enrolment is None or enrolment.step_id != task.step_id or enrolment.give_up_at:
        return None
    return go_on(enrolment, at=at)


@transaction.atomic
def end(mql: Mql, because: str, *, at: datetime) -> None:
    """Take `mql` off its plan, with the tasks that only the plan asked for. Nothing where it is on none."""
    if enrolment := held(mql):
        end_all([enrolment], because, at=at)


@transaction.atomic
def resume(enrolment: Enrolment, *, at: datetime) -> None:
    """Put an MQL back on the plan that a verdict took it off. Its step is asked for, where no task does so."""
    if held(enrolment.mql):
        return
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=None, ended_because="")
    if again := held(enrolment.mql):
        ask_again(again, at=at)


@transaction.atomic
def end_answered(contact_ids: Collection[int], *, at: datetime) -> int:
    """End the plans of contacts who wrote back or agreed to a meeting since they started. Returns how many.

    A reply leaves a task to answer it. Facts are recorded all the time: this costs one query where nobody is enrolled.
    """
    concerned = Enrolment.objects.open().filter(mql__contact__in=contact_ids)
    enrolled = Enrolment.objects.open().filter(pk__in=list(concerned.values_list("pk", flat=True)))
    answers = answers_since_start(enrolled)
    if not answers:
        return 0
    people = Contact.objects.filter(mqls__in=answers).order_by("pk")
    list(people.select_for_update(of=("self",), no_key=True).values_list("pk"))
    rows = Mql.objects.filter(pk__in=answers).select_related("contact").order_by("pk")
    mqls = {mql.pk: mql for mql in rows.select_for_update(of=("self",), no_key=True)}
    found = list(enrolled.filter(mql__in=mqls).order_by("pk"))
    for kind, because in ANSWERS.items():
        end_all([each for each in found if answers[each.mql_id] == kind], because, at=at)
    _ask_to_answer(
        [mqls[each.mql_id] for each in found if answers[each.mql_id] == ActivityKind.EMAIL_REPLY], at
    )
    return len(found)


def end_overlooked(*, at: datetime) -> int:
    """End the plans of whoever answered and was overlooked, as by a process that died once the answer was recorded."""
    answered = answers_since_start(Enrolment.objects.open())
    if not answered:
        return 0
    people = Mql.objects.filter(pk__in=list(answered)[:MOST_PER_RUN]).values_list("contact", flat=True)
    return end_answered(list(people), at=at)


def answers_since_start(enrolments: QuerySet[Enrolment]) -> dict[int, str]:
    """By MQL, the kind of activity by which its contact answered since the plan started. The latest one counts."""
    activity = "mql__contact__activities"
    answered = enrolments.filter(
        **{
            f"{activity}__kind__in": list(ANSWERS),
            f"{activity}__automated": False,
            f"{activity}__occurred_at__gte": F("started_at"),
        }
    )
    rows = answered.values_list("mql", f"{activity}__kind")
    return dict(rows.order_by(f"{activity}__occurred_at", f"{activity}__pk"))


@transaction.atomic
def carry_on(*, at: datetime) -> int:
    """Move on the MQLs whose step was taken out of their plan. Returns how many. Safe twice and at once."""
    waiting = Enrolment.objects.open().filter(step=None)
    mqls = Mql.objects.filter(pk__in=waiting.values("mql")).order_by("pk")
    taken = list(mqls.select_for_update(no_key=True, skip_locked=True)[:MOST_PER_RUN])
    for mql in taken:
        if (enrolment := held(mql)) and enrolment.step is None:
            go_on(enrolment, at=at)
    return len(taken)


def _callback(enrolment: Enrolment, callback_at: datetime | None, at: datetime) -> Task | None:
    """The callback that was agreed: a new one by `callback_at`, else the open one that stands for no step."""
    mql = enrolment.mql
    agreed = Task.objects.open().filter(mql=mql, kind=Task.Kind.CALLBACK, step=None)
    if callback_at is None:
        return agreed.order_by("due_at", "pk").first()
    return agreed.filter(due_at=callback_at).first() or Task.objects.create(
        kind=Task.Kind.CALLBACK,
        title=f"Call back: {mql.contact.name}"[:200],
        contact=mql.contact,
        mql=mql,
        assignee_id=mql.owner_id,
        due_at=callback_at,
        created_at=at,
    )


def _ask_to_answer(mqls: Sequence[Mql], at: datetime) -> None:
    hours = hours_by_mql(mqls)
    Task.objects.bulk_create(
        Task(
            kind=Task.Kind.FOLLOW_UP,
            title=f"Answer the mail of {mql.contact.name}"[:200],
            contact=mql.contact,
            mql=mql,
            assignee_id=mql.owner_id,
            due_at=sla.due_at(at, minutes=ANSWER_WITHIN, hours=hours[mql.pk]),
            created_at=at,
        )
        for mql in mqls
    )
