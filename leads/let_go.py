"""Opening MQLs for those who are held back, the best first, as many a day as their publication says."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from crm.models import Contact
from leads.hold_back import left_today
from leads.models import HeldBack, Mql
from leads.qualify import qualify
from scoring import pause
from scoring.models import Publication

logger = logging.getLogger(__name__)

BATCH = 200
"""How many are let go in one transaction."""


def let_go(*, at: datetime) -> int:
    """Open MQLs for those whose turn it is. Returns how many were opened.

    Safe twice, at once and late: how many had their turn is counted with the publication's row held.
    """
    opened = 0
    while (done := _let_some_go(at)) is not None:
        opened += done
    return opened


@transaction.atomic
def _let_some_go(at: datetime) -> int | None:
    """Let one batch go. Returns how many MQLs it opened; None where it is nobody's turn."""
    current = Publication.objects.current()
    if current is None or pause.hold():
        return None
    publication = Publication.objects.select_for_update(no_key=True).get(pk=current.pk)
    waiting = HeldBack.objects.waiting(publication)
    quota = min(left_today(publication, at=at), BATCH)
    batch = list(waiting.best_first().values_list("contact", flat=True)[:quota])
    if not batch:
        return None
    # A drain that ends somebody's waiting holds the contact first. So does this: they do not wait in a circle.
    people = Contact.objects.filter(pk__in=batch).order_by("pk").select_for_update(no_key=True)
    rows = list(waiting.filter(contact__in=list(people)).values_list("pk", flat=True))
    waiting.filter(pk__in=rows).update(ended_at=at, because=HeldBack.Because.TURN)
    opened = list(Mql.objects.filter(pk__in=qualify(batch, at=at)).values_list("contact", flat=True))
    logger.info("let go publication=%s opened=%s of=%s", publication.pk, len(opened), len(batch))
    missed = HeldBack.objects.filter(pk__in=rows).exclude(contact__in=opened)
    if pause.hold():
        # Somebody paused in these seconds: whoever got no MQL for it has their turn later.
        missed.update(ended_at=None, because="")
        return None
    # Whoever no longer qualifies takes nobody's turn.
    missed.update(because=HeldBack.Because.FELL)
    return len(opened)
