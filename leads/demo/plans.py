"""The made-up seller's follow-up plan, and the mail it is written with."""

from __future__ import annotations

from leads.models import MailTemplate, Plan, PlanStep, VerdictReason

PLAN = "Ten days"
MISSED = "Sorry to have missed you"
BODY = """Hello {first_name|there},

I tried to reach you at {company|your office} today. You looked at how we decide which leads to call first; I would
like to hear what made you look, and tell you in ten minutes whether we can help.

When would suit you?

{sender_first_name}
"""
STEPS = ((0, "call"), (1, "mail"), (3, "call"), (6, "call"), (10, "give_up"))


def write_plan() -> Plan:
    """Call now, mail on the next day, call twice more, and give up after ten."""
    template, _ = MailTemplate.objects.get_or_create(
        name=MISSED, defaults={"subject": "{first_name|Hello}, I just tried to reach you", "body": BODY}
    )
    reason = VerdictReason.objects.get(verdict="recycled", text="Not reached after several attempts")
    plan = Plan.objects.create(name=PLAN, is_default=True)
    PlanStep.objects.bulk_create(
        PlanStep(
            plan=plan,
            position=position,
            day=day,
            action=action,
            template=template if action == PlanStep.Action.MAIL else None,
            reason=reason if action == PlanStep.Action.GIVE_UP else None,
        )
        for position, (day, action) in enumerate(STEPS)
    )
    return plan
