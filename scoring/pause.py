"""Stopping and resuming the opening of MQLs while scoring goes on."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from crm.errors import Conflict, FieldError
from crm.models import User
from scoring import jobs, marks
from scoring.everyone import ask_for_everyone
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


def hold() -> bool:
    """Whether nobody may become an MQL now. A pause that holds is locked until the transaction ends: whoever resumes
    waits for those who were told so, and finds what they wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM scoring_pause WHERE ended_at IS NULL FOR SHARE")
        return cursor.fetchone() is not None


def resume(*, by: User | None, at: datetime) -> int:
    """Open MQLs again, those too that qualified meanwhile. Returns how many contacts are evaluated for it at once.

    Raises Conflict where nothing is paused. Those over the threshold come first; that everyone follows is part of the
    same transaction, so that nobody is forgotten if this process dies before it has marked them.
    """
    with transaction.atomic():
        ask_for_everyone(at=at)
        if not Pause.objects.filter(ended_at=None).update(ended_at=at, ended_by=by):
            raise Conflict(FieldError("", "MQLs are not paused", "there is nothing to resume"))
    waiting = marks.mark_crossing(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
    logger.info("resumed by=%s marked=%s", by.pk if by else None, waiting)
    return waiting
