"""Working time: by when sales must touch an MQL, and how long it took.

The clock runs on working days between the hours of `settings`, as clocks on the wall in `TIME_ZONE` show them. Time is
counted as it passes, so that a change of the clocks within a working day makes it an hour longer or shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When somebody is at work: `days` of the week, Monday being 0, from `start` to `end` by the clocks of `zone`."""

    start: time
    end: time
    days: frozenset[int]
    zone: ZoneInfo

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the working day at `moment`, then every later one. For ever: the caller stops."""
        today = moment.astimezone(self.zone).date()
        for number in count():
            day = today + timedelta(days=number)
            if day.weekday() in self.days:
                start, end = max(self._instant(day, self.start), moment), self._instant(day, self.end)
                if start < end:
                    yield start, end

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def office_hours() -> WorkingTime:
    """The organisation's working time, from settings."""
    return WorkingTime(
        settings.WORKDAY_START, settings.WORKDAY_END, settings.WORKDAYS, ZoneInfo(settings.TIME_ZONE)
    )


def due_at(opened_at: datetime, *, minutes: int | None = None, hours: WorkingTime | None = None) -> datetime:
    """When `minutes` of working time (`SLA_MINUTES`) have passed since `opened_at`."""
    left = timedelta(minutes=settings.SLA_MINUTES if minutes is None else minutes)
    for start, end in (hours or office_hours()).spans_from(opened_at):
        if left <= end - start:
            return start + left
        left -= end - start
    raise AssertionError("working days never end")


def working_minutes_between(begin: datetime, end: datetime, *, hours: WorkingTime | None = None) -> float:
    """Minutes of working time from `begin` to `end`, with fractions. 0 where `end` is not later."""
    worked = timedelta()
    for start, stop in (hours or office_hours()).spans_from(begin):
        if start >= end:
            break
        worked += min(stop, end) - start
    return worked / timedelta(minutes=1)
