"""Working time: who is at work when, by when something is due, and how long it took.

A rep works by their own hours, else by their team's, else by the organisation's, which are those of `settings` as
clocks on the wall in `TIME_ZONE` show them. Public holidays and closed days are free. Time is counted as it passes, so
that a change of the clocks within a working day makes it an hour longer or shorter.

A rep's absences are not part of their working time: whoever is away is given nothing new, yet the clocks of what they
have run on, since the prospect waits all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.functions import Coalesce

from leads.models import Absence, Rep, Team, WorkingHours
from leads.public_holidays import public_holidays

LONGEST_DAYS = 366 * 10
"""Days that are looked at for working time: hours in which nobody ever works must not be searched for ever."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When somebody is at work: `days` of the week, Monday being 0, from `start` to `end` by the clocks of `zone`, save
    on the public holidays of a `country`, or a part of it, and on the days `closed`.
    """

    start: time
    end: time
    days: frozenset[int]
    zone: ZoneInfo
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return (
            day.weekday() in self.days
            and day not in self.closed
            and not (self.country and day in public_holidays(self.country, self.subdivision, day.year))
        )

    def day_of(self, moment: datetime) -> date:
        """The date where they work."""
        return moment.astimezone(self.zone).date()

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the working day at `moment`, then every later one of the next ten years."""
        today = self.day_of(moment)
        for number in range(LONGEST_DAYS):
            day = today + timedelta(days=number)
            if self.is_working_day(day):
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


def hours_of(user_ids: Collection[int]) -> dict[int, WorkingTime]:
    """The working time of each of these users, in four queries at most: their own, else that of their team, or of the
    team they lead, else the organisation's.
    """
    chosen = dict(
        Rep.objects.filter(user__in=user_ids).values_list("user", Coalesce("hours", "team__hours")).order_by()
    )
    if strangers := set(user_ids) - chosen.keys():
        led = Team.objects.filter(lead__in=strangers).exclude(hours=None).order_by("-pk")
        chosen.update(led.values_list("lead", "hours"))
    rows = WorkingHours.objects.filter(pk__in={pk for pk in chosen.values() if pk})
    calendars = {row.pk: working_time(row) for row in rows.prefetch_related("closed_days")}
    office = office_hours()
    return {user: calendars.get(chosen.get(user) or 0, office) for user in user_ids}


def working_time(row: WorkingHours) -> WorkingTime:
    """What a calendar of the admin says. Reads its closed days, so prefetch them for many."""
    return WorkingTime(
        row.starts,
        row.ends,
        frozenset(row.days),
        ZoneInfo(row.time_zone),
        row.holidays_country,
        row.holidays_subdivision,
        frozenset(closed.day for closed in row.closed_days.all()),
    )


def is_at_work(hours: WorkingTime, at: datetime) -> bool:
    """Whether `at` is within working time: the first instant of a working day is, the last is not."""
    local = at.astimezone(hours.zone)
    return hours.start <= local.time() < hours.end and hours.is_working_day(local.date())


def next_start(hours: WorkingTime, at: datetime) -> datetime:
    """When work goes on: `at` itself within working time, else the start of the next working day."""
    return next((start for start, _ in hours.spans_from(at)), at)


def absent(hours: Mapping[int, WorkingTime], *, at: datetime) -> set[int]:
    """Which of these users are on a day of absence at `at`, by the calendar where they work. One query."""
    return set(away_until(hours, at=at))


def away_until(hours: Mapping[int, WorkingTime], *, at: datetime) -> dict[int, date]:
    """The last day of absence of those of these users who are absent at `at`."""
    days = {user: calendar.day_of(at) for user, calendar in hours.items()}
    if not days:
        return {}
    away = Absence.objects.filter(
        rep__user__in=days, first_day__lte=max(days.values()), last_day__gte=min(days.values())
    )
    return {
        user: last
        for user, first, last in away.order_by("last_day").values_list("rep__user", "first_day", "last_day")
        if first <= days[user] <= last
    }


def due_at(begin: datetime, *, minutes: float | None = None, hours: WorkingTime | None = None) -> datetime:
    """When `minutes` of working time (`SLA_MINUTES`) have passed since `begin`.

    Hours in which too little is worked in ten years count around the clock.
    """
    asked = left = timedelta(minutes=settings.SLA_MINUTES if minutes is None else minutes)
    for start, end in (hours or office_hours()).spans_from(begin):
        if left <= end - start:
            return start + left
        left -= end - start
    return begin + asked


def working_minutes_between(begin: datetime, end: datetime, *, hours: WorkingTime | None = None) -> float:
    """Minutes of working time from `begin` to `end`, with fractions. 0 where `end` is not later."""
    worked = timedelta()
    for start, stop in (hours or office_hours()).spans_from(begin):
        if start >= end:
            break
        worked += min(stop, end) - start
    return worked / timedelta(minutes=1)
