"""The days that a backtest replays: the moments at which it asks what was known, and what the version made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone

WEEK = 7
WEEKS = 26
"""How far back, unless somebody says otherwise."""
MOST_WEEKS = 104


@dataclass(frozen=True, slots=True)
class Period:
    """`moments` in order, the first of which is when the version is thought to go live. Each later one ends a day."""

    moments: tuple[datetime, ...]

    def __post_init__(self) -> None:
        if len(self.moments) < 2 or any(after <= before for before, after in pairwise(self.moments)):
            raise ValueError("a period has two moments at least, each later than the one before")

    @property
    def start(self) -> datetime:
        return self.moments[0]

    @property
    def end(self) -> datetime:
        return self.moments[-1]

    @property
    def days(self) -> int:
        return len(self.moments) - 1


def last_weeks(weeks: int, *, now: datetime) -> Period:
    """The last `weeks` whole weeks, by the midnights of the desk's clock. The day that has begun is left out."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = range(weeks * WEEK, -1, -1)
    # By the wall clock: a day on which the clocks change is a day too.
    return Period(tuple(today - timedelta(days=day) for day in days))
