"""The calendar of follow-up plans: days count as somebody works them, and a step keeps the clock time of the start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leads.sla import WorkingTime, next_start


def moment_of(day: int, started_at: datetime, hours: WorkingTime) -> datetime:
    """The moment of working day `day` after the start, at the clock time of the start.

    A start outside working time counts as one at the next opening, which is then day 0.
    """
    base = next_start(hours, started_at)
    clock = base.astimezone(hours.zone).time()
    for number, (start, _) in enumerate(hours.spans_from(base)):
        if number == day:
            return datetime.combine(hours.day_of(start), clock, hours.zone).astimezone(UTC) if day else base
    return base + timedelta(days=day)


def day_number(started_at: datetime, at: datetime, hours: WorkingTime) -> int:
    """How many working days after the start `at` is. What lies between two of them belongs to the earlier."""
    first, last = hours.day_of(next_start(hours, started_at)), hours.day_of(at)
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(hours.is_working_day(day) for day in days)
