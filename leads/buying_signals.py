"""When a contact with an MQL last did something that counts: the newest buying signal, by which the inbox orders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Greatest

from leads.models import Mql
from scoring.explain import Explanation
from scoring.models import Dimension, ScoreChange


def newest_signal(explanation: Explanation, *, at: datetime) -> datetime:
    """When the newest thing happened that gave engagement points; `at` where a rule gives them for nothing done."""
    did = [reason for reason in explanation.reasons if reason.dimension == Dimension.ENGAGEMENT]
    return max((reason.newest for reason in did if reason.newest and reason.points > 0), default=at)


@transaction.atomic
def note_signals(contact_ids: Collection[int], *, at: datetime) -> None:
    """Have the open MQLs of these contacts know that engagement rose at `at`, where it did.

    Passes over what somebody is about to change, who may wait for what the caller holds: the next signal makes up for
    this one.
    """
    rises = ScoreChange.objects.filter(
        contact=OuterRef("contact"), at=at, engagement_to__gt=F("engagement_from")
    )
    risen = Mql.objects.open().filter(Exists(rises), contact__in=contact_ids).order_by("pk")
    held = list(risen.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    if held:
        Mql.objects.filter(pk__in=held).update(signal_at=Greatest("signal_at", Value(at)))
