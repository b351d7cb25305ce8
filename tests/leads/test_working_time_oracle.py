"""Working time against an oracle that looks at every minute on the wall, over changes of the clocks and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.sla import WorkingTime, due_at, is_at_work, next_start, working_minutes_between

MINUTE = timedelta(minutes=1)
LONGEST = 6 * 24 * 60
"""Minutes that the oracle walks: a long weekend and its neighbours."""

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
PLACES = [("", ""), ("DE", "BY"), ("US", "CA"), ("FR", "")]
# Days before a change of the clocks somewhere, before Easter, Christmas and a usual week.
STARTS = [date(2026, 3, 6), date(2026, 3, 27), date(2026, 4, 2), date(2026, 10, 2), date(2026, 10, 24),
          date(2026, 10, 31), date(2026, 12, 23), date(2026, 6, 10)]  # fmt: skip


def clocks(first: time, last: time) -> st.SearchStrategy[time]:
    return st.times(first, last).map(lambda clock: clock.replace(second=0, microsecond=0))


# Work neither starts nor ends within an hour that clocks skip or repeat: what that would mean is nobody's guess.
CALENDARS = st.builds(
    lambda start, end, days, zone, place, closed: WorkingTime(
        start, end, frozenset(days), ZoneInfo(zone), place[0], place[1], frozenset(closed)
    ),
    st.one_of(clocks(time(0), time(0, 59)), clocks(time(4), time(11))),
    clocks(time(12), time(23, 59)),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from(ZONES),
    st.sampled_from(PLACES),
    st.sets(st.sampled_from([day + timedelta(days=2) for day in STARTS]), max_size=2),
)
MOMENTS = st.builds(
    lambda day, minutes: datetime.combine(day, time(), UTC) + minutes * MINUTE,
    st.sampled_from(STARTS),
    st.integers(0, 2 * 24 * 60),
)


def minutes_at_work(hours: WorkingTime, begin: datetime, minutes: int) -> list[datetime]:
    """The minutes of work among so many from `begin` on."""
    free = holidays.country_holidays(hours.country, subdiv=hours.subdivision or None) if hours.country else {}
    found = []
    for number in range(minutes):
        wall = (begin + number * MINUTE).astimezone(hours.zone)
        today = wall.date()
        on_duty = wall.weekday() in hours.days and today not in hours.closed and today not in free
        if on_duty and hours.start <= wall.time() < hours.end:
            found.append(begin + number * MINUTE)
    return found


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, LONGEST))
def test_as_much_is_worked_as_whoever_counts_every_minute_finds(
    hours: WorkingTime, begin: datetime, minutes: int
) -> None:
    counted = minutes_at_work(hours, begin, minutes)

    assert working_minutes_between(begin, begin + minutes * MINUTE, hours=hours) == len(counted)


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 900))
def test_something_is_due_when_as_many_minutes_were_worked(
    hours: WorkingTime, begin: datetime, minutes: int
) -> None:
    due = due_at(begin, minutes=minutes, hours=hours)

    passed = int((due - begin) / MINUTE)
    if passed <= 2 * LONGEST:
        counted = minutes_at_work(hours, begin, passed)
        assert len(counted) == minutes
        assert counted[-1] == due - MINUTE


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS)
def test_work_goes_on_at_the_first_minute_on_the_wall_that_is_work(hours: WorkingTime, at: datetime) -> None:
    start = next_start(hours, at)

    counted = minutes_at_work(hours, at, LONGEST)
    assert is_at_work(hours, at) is (counted[:1] == [at])
    assert start == counted[0] if counted else start >= at + LONGEST * MINUTE
