"""Background work of the judgement. Each job is safe twice: the marks are the queue, and a drain takes each once."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from scoring import drain, marks
from scoring.models import DrainRequest

ASKED_FOR_LONG = timedelta(seconds=60)
"""A request this old was lost with its worker; the next one may be made."""
DRAIN_SECONDS = 60.0
"""How long one job drains before it makes way for others and asks for the next."""


def ask_to_drain() -> None:
    """Queue a drain, unless one is waiting already. Called after a commit that left marks."""
    now = timezone.now()
    free = Q(requested_at=None) | Q(requested_at__lt=now - ASKED_FOR_LONG)
    if DrainRequest.objects.filter(free, pk=1).update(requested_at=now):
        async_task("scoring.jobs.drain_marks", task_name="drain")


def drain_marks() -> int:
    """Evaluate whom facts or rules changed for. Run after facts, and every minute for what was left over."""
    # Given back first: a mark that is made while this job drains asks for the next one.
    DrainRequest.objects.filter(pk=1).update(requested_at=None)
    done, finished = drain.drain_for(DRAIN_SECONDS)
    if not finished:
        ask_to_drain()
    return done


def evaluate_everyone() -> int:
    """Mark everyone, nightly: decay and windows move scores that no fact touches."""
    marked = marks.mark_everyone(at=timezone.now())
    ask_to_drain()
    return marked
