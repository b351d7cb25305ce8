"""A follow-up plan for tests: call now, mail on day 1, call on day 3, give up on day 5; and how it is gone along."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.models import User
from leads import plans
from leads.models import Enrolment, MailTemplate, Mql, Plan, PlanStep, Task, VerdictReason
from tests.factories import NOW, make_activity

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY, THURSDAY, NEXT_MONDAY = NOW + DAY, NOW + 3 * DAY, NOW + 7 * DAY

STEPS = ((0, "call"), (1, "mail"), (3, "call"), (5, "give_up"))
REASON = "Not reached after several attempts"


def make_plan(
    name: str = "Five days",
    steps: tuple[tuple[int, str], ...] = STEPS,
    *,
    is_default: bool = True,
    touches_per_week: int = 4,
) -> Plan:
    template = MailTemplate.objects.get_or_create(
        name="Sorry to have missed you", defaults={"subject": "Hello"}
    )[0]
    reason = VerdictReason.objects.get(verdict="recycled", text=REASON)
    plan = Plan.objects.create(name=name, is_default=is_default, touches_per_week=touches_per_week)
    PlanStep.objects.bulk_create(
        PlanStep(
            plan=plan,
            position=position,
            day=day,
            action=action,
            template=template if action == "mail" else None,
            reason=reason if action == "give_up" else None,
        )
        for position, (day, action) in enumerate(steps)
    )
    return plan


def enrolment_of(mql: Mql) -> Enrolment:
    return Enrolment.objects.select_related("step").get(mql=mql)


def open_tasks(mql: Mql) -> list[tuple[str, object]]:
    """Kind and time of what is open of an MQL, the most pressing first."""
    return list(Task.objects.open().filter(mql=mql).order_by("due_at").values_list("kind", "due_at"))


def call(mql: Mql, outcome: str, *, by: User, at: datetime, **said: datetime) -> plans.Proposal | None:
    """A call as it is logged: a fact, and what the plan makes of it."""
    make_activity(mql.contact, "call", at=at, source="handoff", subject=outcome)
    return plans.after_call(mql, outcome, by=by, at=at, **said)


def to_the_last_step(mql: Mql, rep: User) -> None:
    """Everything is done in its time; giving up is left, on the Monday after."""
    call(mql, "voicemail", by=rep, at=NOW + HOUR)
    plans.after_mail(mql, by=rep, at=TUESDAY)
    call(mql, "no_answer", by=rep, at=THURSDAY)
