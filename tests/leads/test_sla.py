"""Working time. Unless a test says otherwise: Monday to Friday, 09:00 to 17:30."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from leads.sla import WorkingTime, due_at, working_minutes_between

WEEK = frozenset(range(5))
LONDON = WorkingTime(time(9), time(17, 30), WEEK, ZoneInfo("Europe/London"))
NEW_YORK = WorkingTime(time(9), time(17, 30), WEEK, ZoneInfo("America/New_York"))
NIGHTS = WorkingTime(time(0), time(8), frozenset(range(7)), ZoneInfo("Europe/Paris"))


def utc(day: int, clock: str, *, month: int = 3, year: int = 2026) -> datetime:
    """A moment, by default in March 2026, whose second day is a Monday."""
    return datetime.combine(date(year, month, day), time.fromisoformat(clock), UTC)


@pytest.mark.parametrize(
    ("opened", "minutes", "due"),
    [
        pytest.param(utc(2, "09:00"), 240, utc(2, "13:00"), id="within the day"),
        pytest.param(utc(2, "07:12"), 240, utc(2, "13:00"), id="before work begins"),
        pytest.param(utc(2, "13:30"), 240, utc(2, "17:30"), id="just by the end of the day"),
        pytest.param(utc(2, "13:31"), 240, utc(3, "09:01"), id="a minute too late for the day"),
        pytest.param(utc(2, "16:30"), 240, utc(3, "12:00"), id="overnight"),
        pytest.param(utc(2, "17:30"), 240, utc(3, "13:00"), id="at the end of the day"),
        pytest.param(utc(6, "16:30"), 240, utc(9, "12:00"), id="over the weekend"),
        pytest.param(utc(7, "11:00"), 240, utc(9, "13:00"), id="on Saturday"),
        pytest.param(utc(2, "09:00"), 510, utc(2, "17:30"), id="a whole day"),
        pytest.param(utc(2, "09:00"), 510 * 5 + 1, utc(9, "09:01"), id="a week and a minute"),
        pytest.param(
            utc(31, "17:00", month=12, year=2026), 60, utc(1, "09:30", month=1, year=2027), id="new year"
        ),
    ],
)
def test_a_first_touch_is_due_after_so_much_working_time(
    opened: datetime, minutes: int, due: datetime
) -> None:
    assert due_at(opened, minutes=minutes, hours=LONDON) == due


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        pytest.param(
            utc(7, "15:00"), utc(9, "09:10"), 10, id="opened on Saturday, touched on Monday at 09:10"
        ),
        pytest.param(utc(2, "09:00"), utc(2, "09:00:30"), 0.5, id="half a minute"),
        pytest.param(utc(2, "08:00"), utc(2, "18:00"), 510, id="a whole day"),
        pytest.param(utc(6, "17:00"), utc(9, "09:30"), 60, id="over the weekend"),
        pytest.param(utc(7, "09:00"), utc(8, "17:00"), 0, id="within the weekend"),
        pytest.param(utc(2, "18:00"), utc(3, "08:00"), 0, id="within the night"),
        pytest.param(utc(2, "09:00"), utc(27, "18:00"), 510 * 20, id="four weeks"),
        pytest.param(utc(3, "09:00"), utc(2, "09:00"), 0, id="the wrong way round"),
    ],
)
def test_only_working_minutes_count(begin: datetime, end: datetime, minutes: float) -> None:
    assert working_minutes_between(begin, end, hours=LONDON) == minutes


def test_a_working_day_keeps_its_hours_on_the_wall_when_the_clocks_change_overnight() -> None:
    friday, monday = utc(6, "17:00"), utc(9, "12:30")

    assert due_at(friday, minutes=240, hours=NEW_YORK) == utc(6, "21:00")
    assert due_at(friday + timedelta(hours=4), minutes=120, hours=NEW_YORK) == utc(9, "13:30")
    assert working_minutes_between(friday + timedelta(hours=4), monday, hours=NEW_YORK) == 90


@pytest.mark.parametrize(
    ("sunday", "worked"),
    [
        pytest.param(datetime(2026, 3, 29, tzinfo=NIGHTS.zone), 420, id="an hour is skipped"),
        pytest.param(datetime(2026, 10, 25, tzinfo=NIGHTS.zone), 540, id="an hour comes twice"),
    ],
)
def test_time_counts_as_it_passes_when_the_clocks_change_during_work(sunday: datetime, worked: int) -> None:
    eight = datetime.combine(sunday, time(8), NIGHTS.zone)

    assert working_minutes_between(sunday, eight, hours=NIGHTS) == worked
    assert due_at(sunday, minutes=worked, hours=NIGHTS) == eight


def test_working_time_is_what_the_settings_say(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    settings.WORKDAY_START, settings.WORKDAY_END = time(10), time(16)
    settings.WORKDAYS = frozenset({5})
    settings.SLA_MINUTES = 90

    assert due_at(utc(2, "09:00")) == utc(7, "06:00")
    assert working_minutes_between(utc(2, "09:00"), utc(14, "05:00")) == 390


@pytest.mark.parametrize("day", [2, 6, 7, 28, 29])
@pytest.mark.parametrize("minutes", [1, 30, 240, 511, 3000])
def test_what_is_due_after_some_minutes_took_as_many(day: int, minutes: int) -> None:
    opened = utc(day, "11:17")

    due = due_at(opened, minutes=minutes, hours=LONDON)

    assert working_minutes_between(opened, due, hours=LONDON) == minutes
