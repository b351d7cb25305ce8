"""A follow-up plan for tests: call now, mail on day 1, call on day 3, give up on day 5."""

from __future__ import annotations

from leads.models import Enrolment, MailTemplate, Mql, Plan, PlanStep, Task, VerdictReason

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
