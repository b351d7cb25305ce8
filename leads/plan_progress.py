"""How far an MQL is on its follow-up plan, for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from leads.models import Enrolment, Mql, PlanStep
from leads.plan_days import day_number
from leads.plan_steps import REACHED, Proposal, hours_by_mql, in_words, next_of

State = Literal["taken", "next", "ahead", "dropped"]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step, and whether it was taken, is due next, or is still to come."""

    day: int
    what: str
    state: State


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan as it stands: the working day it is on, of how many, what is due next, and every step."""

    enrolment: Enrolment
    day: int
    days: int
    next: Proposal | None
    lines: tuple[StepLine, ...]


def progress(mql: Mql, *, at: datetime) -> Progress | None:
    """The plan that `mql` is on, or was on last. None where it never was on one."""
    enrolment = mql.enrolments.select_related("plan", "step").order_by("-started_at", "-pk").first()
    if enrolment is None:
        return None
    enrolment.mql = mql
    steps = list(enrolment.plan.steps.select_related("template"))
    days = max((step.day for step in steps), default=0)
    hours = hours_by_mql([mql])[mql.pk]
    today = day_number(enrolment.started_at, enrolment.ended_at or at, hours)
    upcoming = None if enrolment.ended_at else next_of(enrolment)
    return Progress(enrolment, min(today, days), days, upcoming, _lines(steps, enrolment))


def sentence(steps: Sequence[PlanStep]) -> str:
    """A plan in one sentence: Call at once, mail on day 1, call on day 3, give up on day 10."""
    said = [f"{_verb(step)} {'at once' if step.day == 0 else f'on day {step.day}'}" for step in steps]
    words = ", ".join(said)
    return f"{words[0].upper()}{words[1:]}." if words else "No steps yet."


def _verb(step: PlanStep) -> str:
    if step.action == PlanStep.Action.GIVE_UP:
        return f"give up ({step.reason})" if step.reason else "give up"
    return f"mail “{step.template}”" if step.template else step.action


def _lines(steps: Sequence[PlanStep], enrolment: Enrolment) -> tuple[StepLine, ...]:
    places = {step.pk: place for place, step in enumerate(steps)}
    present = places.get(enrolment.step_id or 0, len(steps))
    # The call that ended the plan is the one that its step asked for.
    reached = (
        enrolment.ended_because == REACHED
        and enrolment.step
        and enrolment.step.action == PlanStep.Action.CALL
    )

    def state(place: int) -> State:
        if place < present or (place == present and reached):
            return "taken"
        if enrolment.ended_at:
            return "dropped"
        return "next" if place == present else "ahead"

    return tuple(StepLine(step.day, in_words(step), state(place)) for place, step in enumerate(steps))
