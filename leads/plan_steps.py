"""The steps of follow-up plans as tasks: which one is due, and asking for the one after it.

What happened, and so whether a plan goes on, is for `leads.plans` to say. The functions here expect the MQL's row to be
locked, save those that lock it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.models import Contact, User
from leads import sla
from leads.mailable import refusal
from leads.models import Enrolment, Mql, PlanStep, Task
from leads.models.task import TaskQuerySet
from leads.plan_days import day_number, moment_of
from leads.sla import WorkingTime, next_start
from leads.touches import touches_of, when_there_is_room
from leads.wrong_number import is_wrong_number

Action = PlanStep.Action
KIND_OF = {Action.CALL: Task.Kind.CALL, Action.MAIL: Task.Kind.MAIL}
ALL_DONE = "Every step is done"
REACHED = "Reached by phone"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What comes next, by when, and the task that asks for it: none where the plan is to give up."""

    what: str
    due_at: datetime
    task: Task | None = None


def held(mql: Mql) -> Enrolment | None:
    """The plan that `mql` is on, as it stands with the MQL's row locked."""
    Mql.objects.select_for_update(no_key=True).filter(pk=mql.pk).values_list("pk").first()
    found = Enrolment.objects.open().filter(mql=mql)
    return found.select_related("plan", "step__template", "mql__contact").first()


def hours_by_mql(mqls: Iterable[Mql]) -> dict[int, WorkingTime]:
    """When the owner of each works; the organisation's hours where nobody owns it."""
    by_owner = sla.hours_of({mql.owner_id for mql in mqls if mql.owner_id})
    office = sla.office_hours()
    return {mql.pk: by_owner[mql.owner_id] if mql.owner_id else office for mql in mqls}


def tasks_of(enrolment: Enrolment) -> TaskQuerySet:
    """What is open of the present step."""
    if enrolment.step_id is None:
        return Task.objects.none()
    return Task.objects.open().filter(mql=enrolment.mql_id, step=enrolment.step_id)


def is_to_call(enrolment: Enrolment) -> bool:
    """Whether what is due next is a call: the step itself, or the callback that took its place."""
    if kinds := set(tasks_of(enrolment).values_list("kind", flat=True)):
        return kinds != {Task.Kind.MAIL}
    return enrolment.step is not None and enrolment.step.action == Action.CALL


def settle(enrolment: Enrolment, *, by: User | None, at: datetime, outcome: str) -> None:
    """Close what asks for the present step. A first touch is made by that."""
    asking = tasks_of(enrolment)
    if asking.filter(kind=Task.Kind.FIRST_TOUCH).exists():
        Mql.objects.filter(pk=enrolment.mql_id, first_touched_at=None).update(first_touched_at=at)
    asking.update(done_at=at, done_by=by, outcome=outcome)


def ask(
    step: PlanStep,
    mqls: Sequence[Mql],
    moments: Mapping[int, datetime],
    hours: Mapping[int, WorkingTime],
    *,
    most: int,
    at: datetime,
) -> None:
    """Ask for `step` of each of `mqls`, by the moment given for it or when the contact may be reached again, `most`
    times in seven days. Whose step is asked for already is passed over.
    """
    if step.action == Action.GIVE_UP:
        return
    asked = set(Task.objects.open().filter(mql__in=mqls, step=step).values_list("mql", flat=True))
    missing = [mql for mql in mqls if mql.pk not in asked]
    if not missing:
        return
    touches = touches_of([mql.contact_id for mql in missing], at=at)
    tasks = []
    for mql in missing:
        due_at = when_there_is_room(touches[mql.contact_id], most, max(moments[mql.pk], at))
        tasks.append(
            Task(
                kind=KIND_OF[Action(step.action)],
                title=_title(step, mql.contact),
                contact=mql.contact,
                mql=mql,
                assignee_id=mql.owner_id,
                step=step,
                due_at=next_start(hours[mql.pk], due_at),
                created_at=at,
            )
        )
    Task.objects.bulk_create(tasks)


def ask_again(enrolment: Enrolment, *, at: datetime) -> None:
    """Ask for the present step where nothing does: by its day, or by when the MQL is to be touched if that is later."""
    if enrolment.step is None:
        return
    mql, hours = enrolment.mql, hours_by_mql([enrolment.mql])
    moment = moment_of(enrolment.step.day, enrolment.started_at, hours[mql.pk])
    if enrolment.step.day == 0 and mql.due_at:
        moment = max(moment, mql.due_at)
    ask(enrolment.step, [mql], {mql.pk: moment}, hours, most=enrolment.plan.touches_per_week, at=at)


def go_on(
    enrolment: Enrolment, *, at: datetime, callback: Task | None = None, without_calls: bool = False
) -> Proposal | None:
    """Move to the step after the present one and ask for it. None once every step is done.

    An open `callback` takes the place of that step. `without_calls` passes over calls, as a number that is
    known to be wrong does. Mail is passed over where the contact may not be written to.
    """
    following = _following(enrolment, at)
    if without_calls or is_wrong_number(enrolment.mql.contact):
        following = [step for step in following if step.action != Action.CALL]
    if refusal(enrolment.mql.contact):
        following = [step for step in following if step.action != Action.MAIL]
    if not following:
        end_all([enrolment], ALL_DONE, at=at)
        return _proposal_of(callback) if callback else None
    step, mql = following[0], enrolment.mql
    hours = hours_by_mql([mql])
    moment = max(
        moment_of(_day_of(step, enrolment, hours[mql.pk], at), enrolment.started_at, hours[mql.pk]), at
    )
    move_to(enrolment, step, moment)
    if callback:
        return put_in_place(callback, enrolment)
    ask(step, [mql], {mql.pk: moment}, hours, most=enrolment.plan.touches_per_week, at=at)
    return next_of(enrolment)


def move_to(enrolment: Enrolment, step: PlanStep, moment: datetime) -> None:
    enrolment.step = step
    enrolment.give_up_at = moment if step.action == Action.GIVE_UP else None
    enrolment.save(update_fields=["step", "give_up_at"])


def put_in_place(callback: Task, enrolment: Enrolment) -> Proposal:
    """Let `callback` stand for the present step. Where that gives up, it does so on the day after the callback."""
    callback.step = enrolment.step
    callback.save(update_fields=["step"])
    if enrolment.give_up_at:
        hours = hours_by_mql([enrolment.mql])[enrolment.mql_id]
        enrolment.give_up_at = max(enrolment.give_up_at, moment_of(1, callback.due_at, hours))
        enrolment.save(update_fields=["give_up_at"])
    return _proposal_of(callback)


def wait_for_room(enrolment: Enrolment, *, at: datetime) -> Proposal | None:
    """Put the present step off while the contact has been reached as often as the plan allows. Says what is next."""
    mql = enrolment.mql
    touches = touches_of([mql.contact_id], at=at)[mql.contact_id]
    hours = hours_by_mql([mql])[mql.pk]
    for task in tasks_of(enrolment).filter(kind__in=KIND_OF.values()):
        free = when_there_is_room(touches, enrolment.plan.touches_per_week, task.due_at)
        if free > task.due_at:
            task.due_at = next_start(hours, free)
            task.save(update_fields=["due_at"])
    return next_of(enrolment)


def next_of(enrolment: Enrolment) -> Proposal | None:
    """What is due next."""
    if task := tasks_of(enrolment).order_by("due_at", "pk").first():
        return _proposal_of(task)
    if enrolment.give_up_at:
        return Proposal(Action.GIVE_UP.label, enrolment.give_up_at)
    return None


def end_all(enrolments: Sequence[Enrolment], because: str, *, at: datetime) -> None:
    """Take MQLs off their plans, with the tasks that only a plan asked for: a first touch and a promised callback are
    owed all the same.
    """
    if not enrolments:
        return
    Enrolment.objects.open().filter(pk__in=[each.pk for each in enrolments]).update(
        ended_at=at, ended_because=because[:120]
    )
    asked = Task.objects.open().filter(mql__in=[each.mql_id for each in enrolments], step__isnull=False)
    asked.filter(kind__in=KIND_OF.values()).update(done_at=at, done_by=None, outcome=because[:200])


def _following(enrolment: Enrolment, at: datetime) -> list[PlanStep]:
    """The steps that are still to come: behind the present one, or behind today where that was taken out."""
    steps = list(enrolment.plan.steps.select_related("template"))
    places = {step.pk: place for place, step in enumerate(steps)}
    if enrolment.step_id in places:
        return steps[places[enrolment.step_id] + 1 :]
    hours = hours_by_mql([enrolment.mql])[enrolment.mql_id]
    today = day_number(enrolment.started_at, at, hours)
    return [step for step in steps if step.day >= today]


def _day_of(step: PlanStep, enrolment: Enrolment, hours: WorkingTime, at: datetime) -> int:
    """The working day of `step`: later than planned by as many days as the step before it was."""
    if enrolment.step is None:
        return step.day
    today = day_number(enrolment.started_at, at, hours)
    return max(step.day, today + step.day - enrolment.step.day)


def in_words(step: PlanStep) -> str:
    """What a step asks for: Call, Mail “Welcome”, Give up and recycle."""
    return f"Mail “{step.template}”" if step.template else step.get_action_display()


def _title(step: PlanStep, contact: Contact) -> str:
    return f"{in_words(step)}: {contact.name}"[:200]


def _proposal_of(task: Task) -> Proposal:
    return Proposal(task.get_kind_display(), task.due_at, task)
