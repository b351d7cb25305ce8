"""When a change of rules would open so many MQLs that somebody must say how, and what is safe where nobody is asked.

Holding people back is done by the room above, as the publication says.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from scoring.models import Opening, ScoringVersion, Trial
from scoring.publish import Pace
from scoring.trials import is_current, newest_preview

KNOWN_FOR = timedelta(days=1)
"""How long a preview says how many would open now: people go on doing things."""
MORE_THAN_EXPECTED = 2
"""Beyond so many times of what whoever planned a publication accepted, it is another decision."""


def current_preview(version: ScoringVersion, *, at: datetime) -> Trial | None:
    """The preview that says what `version` would do now: of its rules, against the live ones, and not a day old."""
    trial = newest_preview(version)
    fresh = trial is not None and trial.ended_at is not None and trial.ended_at > at - KNOWN_FOR
    return trial if trial and fresh and is_current(trial) else None


def must_choose(expected: int | None) -> bool:
    """Whether somebody must say how MQLs open: more than the guard allows would, or nobody knows how many."""
    return expected is None or expected > settings.FLOOD_GUARD


def guarded() -> Pace:
    """No more at once than the guard allows, and as many each working day after."""
    most: int = settings.FLOOD_GUARD
    return Pace(Opening.PACED, now=most, per_day=max(1, most))


def fitting(pace: Pace, *, expected: int | None, opens: int) -> Pace:
    """The pace that was planned; guarded where far more would open by now than was accepted with it."""
    accepted = max(settings.FLOOD_GUARD, MORE_THAN_EXPECTED * (expected or 0))
    return guarded() if pace.opening == Opening.ALL and opens > accepted else pace
