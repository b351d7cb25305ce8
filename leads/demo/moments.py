"""When things happen: mostly on weekdays in office hours, by the clock of the place."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from leads.demo.names import Place

HOURS = tuple(range(24))
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 1, 3, 8, 13, 14, 12, 7, 9, 13, 13, 11, 8, 4, 3, 3, 3, 2, 1)
WEEKEND_SHARE = 0.12
"""How much of what would fall on a weekend stays there."""


def weekday(moment: datetime, rng: Random) -> datetime:
    """`moment`, or the same hour of a day of the working week before it where it falls on a weekend."""
    back = rng.randint(1, 5)
    return moment - timedelta(days=moment.weekday() - 5 + back) if moment.weekday() >= 5 else moment


def office_moment(around: datetime, place: Place, rng: Random) -> datetime:
    """A moment on the day of `around` that a person at work there would choose.

    Draws the same numbers on a weekend as on a weekday, so that the day of the run does not change who does what.
    """
    [hour] = rng.choices(HOURS, HOUR_WEIGHTS)
    stays = rng.random() < WEEKEND_SHARE
    second = rng.randrange(3600)
    day = around.replace(hour=0, minute=0, second=0, microsecond=0)
    workday = weekday(day, rng)
    return (day if stays else workday) + timedelta(hours=hour - place.hours, seconds=second)
