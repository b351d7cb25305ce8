"""Counting what the facts hold, in the background. Safe twice: a survey takes the place of the one before."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django_q.tasks import async_task

from scoring.survey import is_stale, survey

ASKED_FOR = timedelta(minutes=5)
"""How long a process takes a survey that it asked for to be on its way."""


def ask_to_survey() -> bool:
    """Have the facts counted if that was not done within the hour. Returns whether it asked; never waits for it."""
    if not is_stale(at=timezone.now()):
        return False
    if not cache.add("scoring.survey", value=True, timeout=ASKED_FOR.total_seconds()):
        return False
    async_task("scoring.survey_jobs.survey_if_stale", task_name="survey")
    return True


def survey_if_stale() -> int:
    """Count, unless somebody else's request was served meanwhile."""
    return survey_fields() if is_stale(at=timezone.now()) else 0


def survey_fields() -> int:
    """Count, nightly: after a day the most frequent values may be others."""
    return survey(at=timezone.now())
