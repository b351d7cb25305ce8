"""The SLA clock of an MQL: which target, in whose hours, from when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.clocks import Target, restart, set_clocks, target_of
from leads.models import Mql, Rep, SlaTarget, Task, WorkingHours
from leads.route import route_unassigned
from scoring.drain import drain
from tests.factories import NOW, make_mql, make_qualifying_people, make_rep

pytestmark = pytest.mark.usefixtures("small_model")
MINUTE = timedelta(minutes=1)
SATURDAY = datetime(2026, 2, 28, 15, 0, tzinfo=UTC)


def in_new_york(rep: Rep) -> Rep:
    rep.hours = WorkingHours.objects.create(
        name="New York", time_zone="America/New_York", starts=time(9), ends=time(17)
    )
    rep.save(update_fields=["hours"])
    return rep


def make_target(grade: str = "", minutes: int = 100, **columns: Any) -> SlaTarget:
    return SlaTarget.objects.create(grade=grade, minutes=minutes, **columns)


@pytest.mark.parametrize(
    ("grades", "minutes"),
    [
        pytest.param(["A1", "A", ""], 15, id="its own"),
        pytest.param(["A", ""], 60, id="that of its fit"),
        pytest.param(["A2", "B", ""], 240, id="that of every other"),
        pytest.param([], 480, id="the settings'"),
    ],
)
def test_the_closest_target_counts(grades: list[str], minutes: int) -> None:
    known = {"A1": 15, "A": 60, "A2": 30, "B": 90, "": 240}
    among = {"": Target(480)} | {grade: Target(known[grade]) for grade in grades}

    assert target_of("A1", among).minutes == minutes


def test_an_mql_opens_with_its_clock_in_its_owners_hours() -> None:
    make_target(minutes=100, remind_at_percent=50, reassign_at_percent=200)
    in_new_york(make_rep())

    mql = make_mql()

    nine = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    assert (mql.sla_minutes, mql.sla_started_at) == (100, NOW)
    assert mql.due_at == mql.breach_at == nine + 100 * MINUTE
    assert mql.remind_at == nine + 50 * MINUTE
    assert mql.reassign_at == nine + 200 * MINUTE
    assert Task.objects.get(mql=mql).due_at == mql.due_at


def test_without_targets_the_settings_count_and_it_stays_with_its_owner() -> None:
    make_rep()

    mql = make_mql()

    assert mql.due_at == NOW + 240 * MINUTE
    assert mql.remind_at == NOW + 120 * MINUTE
    assert mql.reassign_at is None


def test_without_an_owner_the_organisations_hours_count_and_nobody_is_reminded() -> None:
    make_target(minutes=100, reassign_at_percent=200)

    mql = make_mql(at=SATURDAY)

    assert mql.owner is None
    assert mql.due_at == mql.breach_at == NOW + 100 * MINUTE
    assert mql.remind_at is mql.reassign_at is None


def test_an_owner_found_later_has_what_is_left_since_it_opened() -> None:
    make_target(minutes=100, remind_at_percent=50, reassign_at_percent=200)
    mql = make_mql()
    make_rep()

    route_unassigned(at=NOW + 60 * MINUTE)

    mql.refresh_from_db()
    assert mql.sla_started_at == NOW
    assert mql.due_at == NOW + 100 * MINUTE
    assert mql.remind_at is None, "half of the time had passed before"
    assert mql.reassign_at == NOW + 260 * MINUTE, "nobody loses what they had no time to do"


def test_the_first_touch_is_due_when_the_new_owners_hours_say() -> None:
    make_target(minutes=100)
    mql = make_mql()
    in_new_york(make_rep())

    route_unassigned(at=NOW + MINUTE)

    assert Task.objects.get(mql=mql).due_at == datetime(2026, 3, 2, 15, 40, tzinfo=UTC)


def test_a_clock_set_again_stands_as_before() -> None:
    make_target(reassign_at_percent=200)
    make_rep()
    mql = make_mql()
    before = Mql.objects.values().get(pk=mql.pk)

    set_clocks([mql], at=NOW)

    assert Mql.objects.values().get(pk=mql.pk) == before


def test_a_breach_that_was_told_is_not_told_again_for_a_clock_set_again() -> None:
    make_rep()
    mql = make_mql()
    mql.breach_at = None

    set_clocks([mql], at=NOW + 300 * MINUTE)

    mql.refresh_from_db()
    assert mql.breach_at is None


def test_a_clock_that_starts_anew_runs_from_then() -> None:
    make_target(minutes=100, remind_at_percent=50, reassign_at_percent=200)
    make_rep()
    mql = make_mql()
    mql.breach_at = mql.remind_at = mql.reassign_at = None
    later = NOW + 200 * MINUTE

    restart([mql], at=later)

    mql.refresh_from_db()
    assert mql.sla_started_at == later
    assert mql.due_at == mql.breach_at == later + 100 * MINUTE
    assert (mql.remind_at, mql.reassign_at) == (later + 50 * MINUTE, later + 200 * MINUTE)


def test_what_is_touched_has_no_clock_to_set() -> None:
    make_rep()
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(first_touched_at=NOW + MINUTE, remind_at=None)
    mql.refresh_from_db()

    set_clocks([mql], at=NOW + 2 * MINUTE)

    mql.refresh_from_db()
    assert mql.remind_at is None


@pytest.mark.parametrize("number", [1, 12])
def test_the_clocks_of_many_take_as_many_queries_as_of_one(number: int) -> None:
    in_new_york(make_rep())
    make_qualifying_people(number)
    drain(at=NOW)
    mqls = list(Mql.objects.open())

    with CaptureQueriesContext(connection) as queries:
        set_clocks(mqls, at=NOW)

    assert len(mqls) == number
    assert len(queries) == 6
