"""Background work of the judgement. Each job is safe twice: the marks are the queue, and a drain takes each once."""

from __future__ import annotations

import logging
from datetime import time, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from crm.schedules import Scheduled
from scoring import drain
from scoring.everyone import ask_for_everyone
from scoring.models import DrainRequest

logger = logging.getLogger(__name__)

ASKED_FOR_LONG = timedelta(seconds=60)
"""A request this old was lost with its worker; the next one may be made."""
DRAIN_SECONDS = 60.0
"""How long one job drains before it makes way for others and asks for the next."""


def ask_to_drain(*, lost_after: timedelta = ASKED_FOR_LONG) -> bool:
    """Queue a drain, unless one is waiting already. Called after a commit that left marks. Returns whether it did."""
    now = timezone.now()
    # Both or neither: a request without its job would keep everybody from asking until it counts as lost.
    with transaction.atomic():
        asked = DrainRequest.objects.take(at=now, lost_before=now - lost_after)
        if asked:
            async_task("scoring.jobs.drain_marks", task_name="drain")
    return asked


def ask_as_worker_starts(**_: Any) -> None:
    """Ask for what a worker before this one left behind: django-q brings a killed job back after minutes only."""
    try:
        # However young a request is, the worker that died may have taken its job along. One drain too many is none.
        ask_to_drain(lost_after=timedelta(0))
    except OperationalError as error:
        # The worker must start without its database too, and the schedule asks every minute.
        logger.warning("no drain asked for as the worker starts: %s", error)


def drain_marks() -> int:
    """Evaluate whom facts or rules changed for. Run after facts, and every minute for what was left over."""
    # Given back first: a mark that is made while this job drains asks for the next one.
    DrainRequest.objects.give_back()
    done, finished = drain.drain_for(DRAIN_SECONDS)
    if not finished:
        ask_to_drain()
    return done


def evaluate_everyone() -> None:
    """Have everyone evaluated, nightly: decay and windows move scores that no fact touches."""
    ask_for_everyone(at=timezone.now())
    ask_to_drain()


SCHEDULED = (
    Scheduled("Evaluate what is marked", "scoring.jobs.drain_marks", minutes=1),
    Scheduled("Evaluate everyone", "scoring.jobs.evaluate_everyone", clock=time(1)),
    Scheduled("Survey fields and values", "scoring.survey_jobs.survey_fields", clock=time(3)),
    Scheduled("Publish what is planned", "scoring.publication_jobs.publish_due", minutes=1),
    Scheduled("Note when everyone is evaluated", "scoring.publication_jobs.note_swept", minutes=1),
    Scheduled("Go on with trials", "scoring.trial_jobs.go_on_with_trials", minutes=1),
    Scheduled("Delete old trials", "scoring.trial_jobs.delete_old_trials", clock=time(3)),
)
