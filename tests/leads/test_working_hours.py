"""Whose hours count, and when somebody is at work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Absence, ClosedDay, WorkingHours
from leads.sla import WorkingTime, absent, due_at, hours_of, is_at_work, next_start, office_hours
from tests.factories import make_rep, make_team, make_user

pytestmark = pytest.mark.django_db
BERLIN = WorkingTime(time(9), time(17), frozenset(range(5)), ZoneInfo("Europe/Berlin"), "DE", "BY")


def moment(text: str, zone: tzinfo = UTC) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def make_hours(name: str, **columns: Any) -> WorkingHours:
    columns.setdefault("time_zone", "Europe/Berlin")
    return WorkingHours.objects.create(name=name, **columns)


def test_a_rep_works_their_own_hours_else_the_teams_else_the_organisations() -> None:
    of_team, own = make_hours("Team"), make_hours("Own", time_zone="America/New_York")
    team = make_team("With hours")
    team.hours = of_team
    team.save(update_fields=["hours"])
    early, usual, plain = make_rep(team=team), make_rep(team=team), make_rep(team=make_team("Without"))
    early.hours = own
    early.save(update_fields=["hours"])
    stranger = make_user()

    hours = hours_of([early.user_id, usual.user_id, plain.user_id, stranger.pk])

    assert hours[early.user_id].zone == ZoneInfo("America/New_York")
    assert hours[usual.user_id].zone == ZoneInfo("Europe/Berlin")
    assert hours[plain.user_id] == hours[stranger.pk] == office_hours()


def test_a_team_lead_who_is_no_rep_works_the_teams_hours() -> None:
    lead = make_user()
    team = make_team(lead=lead)
    team.hours = make_hours("Team")
    team.save(update_fields=["hours"])

    assert hours_of([lead.pk])[lead.pk].zone == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("number", [1, 20])
def test_hours_of_many_take_as_many_queries_as_of_one(number: int) -> None:
    team = make_team()
    team.hours = make_hours("Team")
    team.save(update_fields=["hours"])
    users = [make_rep(team=team).user_id for _ in range(number)] + [make_user().pk]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        hours_of(users)

    assert len(queries) == 4


@pytest.mark.parametrize(
    ("local", "works"),
    [
        pytest.param("2026-03-02 09:00", True, id="as the day begins"),
        pytest.param("2026-03-02 08:59:59", False, id="a second before"),
        pytest.param("2026-03-02 16:59:59", True, id="a second before the end"),
        pytest.param("2026-03-02 17:00", False, id="as the day ends"),
        pytest.param("2026-02-28 12:00", False, id="on Saturday"),
        pytest.param("2026-01-06 12:00", False, id="on a holiday of the state"),
        pytest.param("2026-04-06 12:00", False, id="on a holiday that moves"),
        pytest.param("2026-04-07 12:00", True, id="on the day after it"),
    ],
)
def test_somebody_is_at_work_from_the_start_of_a_working_day_to_before_its_end(
    local: str, works: bool
) -> None:
    assert is_at_work(BERLIN, moment(local, BERLIN.zone)) is works


def test_a_holiday_of_another_state_is_worked() -> None:
    hamburg = WorkingTime(BERLIN.start, BERLIN.end, BERLIN.days, BERLIN.zone, "DE", "HH")

    assert is_at_work(hamburg, datetime(2026, 1, 6, 12, 0, tzinfo=BERLIN.zone))


def test_a_closed_day_is_free() -> None:
    row = make_hours("Closed at times")
    ClosedDay.objects.create(hours=row, day=date(2026, 3, 4), name="Summer party")
    rep = make_rep()
    rep.hours = row
    rep.save(update_fields=["hours"])
    hours = hours_of([rep.user_id])[rep.user_id]

    assert not is_at_work(hours, datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    assert is_at_work(hours, datetime(2026, 3, 5, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "start"),
    [
        pytest.param("2026-03-02 10:00", "2026-03-02 10:00", id="at work"),
        pytest.param("2026-03-02 07:00", "2026-03-02 09:00", id="before work"),
        pytest.param("2026-04-02 17:00", "2026-04-07 09:00", id="over Easter"),
    ],
)
def test_work_goes_on_with_the_next_working_day(at: str, start: str) -> None:
    assert next_start(BERLIN, moment(at, BERLIN.zone)) == moment(start, BERLIN.zone)


def test_hours_in_which_nobody_ever_works_count_around_the_clock() -> None:
    never = WorkingTime(time(9), time(17), frozenset(), ZoneInfo("UTC"))
    at = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    assert due_at(at, minutes=90, hours=never) == at + timedelta(minutes=90)
    assert next_start(never, at) == at


@pytest.mark.parametrize(
    ("at", "away"),
    [
        pytest.param("2026-03-02 04:59", False, id="the day before, where they work"),
        pytest.param("2026-03-02 05:00", True, id="the first day"),
        pytest.param("2026-03-04 04:59", True, id="the last day"),
        pytest.param("2026-03-04 05:00", False, id="the day after"),
    ],
)
def test_a_rep_is_absent_for_whole_days_by_the_calendar_where_they_work(at: str, away: bool) -> None:
    rep, other = make_rep(), make_rep()
    rep.hours = make_hours("East coast", time_zone="America/New_York")
    rep.save(update_fields=["hours"])
    Absence.objects.create(rep=rep, first_day=date(2026, 3, 2), last_day=date(2026, 3, 3))
    hours = hours_of([rep.user_id, other.user_id])

    assert absent(hours, at=moment(at)) == ({rep.user_id} if away else set())
