"""Stopping and resuming the opening of MQLs while scoring goes on."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from crm.errors import Conflict, FieldError
from crm.models import User
from scoring import jobs, marks
from scoring.models import Pause

logger = logging.getLogger(__name__)


def pause(*, by: User | None, at: datetime, why: str = "") -> Pause:
    """Open no MQL from now on. Raises Conflict where that is so already."""
    try:
        with transaction.atomic():
            held = Pause.objects.create(began_at=at, began_by=by, why=why)
    except IntegrityError as error:
        raise Conflict(FieldError("", "MQLs are paused already", "resume them first")) from error
    logger.info("paused by=%s", by.pk if by else None)
    return held


@transaction.atomic
def resume(*, by: User | None, at: datetime) -> int:
    """Open MQLs again, those too that qualified meanwhile. Returns how many contacts are evaluated for it.

    Raises Conflict where nothing is paused.
    """
    if not Pause.objects.filter(ended_at=None).update(ended_at=at, ended_by=by):
        raise Conflict(FieldError("", "MQLs are not paused", "there is nothing to resume"))
    waiting = marks.mark_crossing(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
    logger.info("resumed by=%s marked=%s", by.pk if by else None, waiting)
    return waiting
