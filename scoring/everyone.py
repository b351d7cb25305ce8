"""Evaluating everyone, little by little, in the background.

Asking for it is one row, whatever the number of contacts, so that whoever publishes keeps nobody waiting. Drains do the
work: when no mark is due they mark the next slice of contacts, in a short transaction of its own, to the last of them.
Whoever has new facts meanwhile is always evaluated first.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.models import Contact
from scoring import marks
from scoring.models import EveryoneRequest

SLICE = 5_000
"""Contacts that are marked at a time: a few seconds of draining."""

ASK = """
    INSERT INTO scoring_everyonerequest (id, requested_at, marked_to) VALUES (1, %(at)s, 0)
    ON CONFLICT (id) DO UPDATE SET requested_at = EXCLUDED.requested_at, marked_to = 0
"""


def ask_for_everyone(*, at: datetime) -> None:
    """Have everyone evaluated. Where that is under way, it begins anew. Ask for a drain on commit."""
    with connection.cursor() as cursor:
        cursor.execute(ASK, {"at": at})


@transaction.atomic
def mark_next(*, at: datetime) -> int:
    """Mark the next slice of those who are still to be evaluated. Returns how many; 0 when nobody asked, all are
    through, or somebody else is just doing it.
    """
    asked = EveryoneRequest.objects.filter(requested_at__isnull=False)
    request = asked.select_for_update(skip_locked=True).first()
    if request is None:
        return 0
    marked, last = marks.mark_slice(after=request.marked_to, most=SLICE, at=at)
    if last is None:
        EveryoneRequest.objects.filter(pk=1).update(requested_at=None, marked_to=0)
    else:
        EveryoneRequest.objects.filter(pk=1).update(marked_to=last)
    return marked


def still_to_mark() -> int | None:
    """How many contacts are still to be marked; None when nobody asked, or all are through."""
    request = EveryoneRequest.objects.filter(requested_at__isnull=False).first()
    return None if request is None else Contact.objects.filter(pk__gt=request.marked_to).count()
