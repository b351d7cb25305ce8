"""What the rep whom everybody signs in as did in the last hours, so that their day is under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from crm.models import Stage, User
from leads import come_back, sla
from leads.calls import log_call
from leads.come_back import ComingBack
from leads.models import CallOutcome, Mql, Verdict
from leads.notes import add_note
from scoring.drain import drain

CALLS = (
    (CallOutcome.NOT_NOW, "In a meeting. Asked for a call in the afternoon."),
    (CallOutcome.WRONG_NUMBER, "The number is that of their former company."),
    (CallOutcome.VOICEMAIL, "Left my number and what it is about."),
)
NOTES = (
    "Champion is the head of operations; finance joins for anything above 25k.",
    "Compares us with what they built themselves. Wants to see routing with their own territories.",
)
"""What was noted in the days before, one for each of the newest whom the rep works on."""
MINUTES_AGO = 25
CALLBACK_AFTER = 90
"""Working minutes."""
BACK_IN_DAYS = (0, 3)
"""In how many days the last two whom the rep recycled are looked at again."""


def spend_today(rep: User, now: datetime) -> None:
    """Call three of those whom `rep` works on, with notes about two, and come back to one who was recycled; another
    follows.
    """
    works_on = Mql.objects.open().filter(owner=rep).exclude(accepted_at=None).select_related("contact")
    called = sorted(works_on.order_by("-accepted_at", "pk"), key=lambda mql: not mql.contact.phone)
    callback = sla.due_at(now, minutes=CALLBACK_AFTER, hours=sla.hours_of({rep.pk})[rep.pk])
    for number, (mql, (outcome, note)) in enumerate(zip(called, CALLS, strict=False)):
        log_call(
            mql.contact,
            outcome,
            mql=mql,
            by=rep,
            at=now - timedelta(minutes=MINUTES_AGO - number),
            note=note,
            callback_at=callback if outcome == CallOutcome.NOT_NOW else None,
        )
    for days, (mql, text) in enumerate(zip(called, NOTES, strict=False), start=1):
        noted = max(now - timedelta(days=days), (mql.accepted_at or mql.opened_at) + timedelta(minutes=20))
        add_note(mql.contact, text, by=rep, at=min(noted, now), once=f"demo-{mql.contact_id}")
    _come_back(rep, now)
    drain(at=now)


def _come_back(rep: User, now: datetime) -> None:
    recycled = Mql.objects.filter(
        owner=rep, verdict=Verdict.RECYCLED, contact__stage=Stage.NURTURE, come_back=None
    )
    for days, mql in zip(BACK_IN_DAYS, recycled.order_by("-closed_at", "pk"), strict=False):
        day = timezone.localdate(now) + timedelta(days=days)
        come_back.wait(mql, ComingBack(on_day=day), at=mql.closed_at or now)
    come_back.come_back_due(at=now)
