"""What happens as the time for a first touch runs out.

Unless a test says otherwise: 100 minutes, reminded at 50, moved on at 200, from Monday 09:00 on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads.escalation import keep_slas
from leads.jobs import SCHEDULED
from leads.models import Mql, Notification, Rep, SlaTarget, Task
from leads.verdict import accept
from scoring.drain import drain
from tests.factories import NOW, make_mql, make_qualifying_people, make_rep, make_team, make_user

MINUTE = timedelta(minutes=1)
Kind = Notification.Kind
pytestmark = pytest.mark.usefixtures("small_model")


@pytest.fixture(autouse=True)
def target(db: None) -> SlaTarget:
    return SlaTarget.objects.create(minutes=100, remind_at_percent=50, reassign_at_percent=200)


@pytest.fixture
def lead() -> User:
    return make_user("lead")


@pytest.fixture
def rep(lead: User) -> Rep:
    return make_rep("first", team=make_team(lead=lead))


def after(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_the_owner_is_reminded_once_at_half_of_the_time(rep: Rep, lead: User) -> None:
    make_mql()

    keep_slas(at=after(49.9))
    assert told(rep.user) == [Kind.MQL_ASSIGNED]

    keep_slas(at=after(50))
    keep_slas(at=after(51))
    assert told(rep.user) == [Kind.MQL_ASSIGNED, Kind.SLA_REMINDER]
    assert told(lead) == []


def test_the_team_lead_is_told_once_when_the_time_is_over(rep: Rep, lead: User) -> None:
    make_mql()

    keep_slas(at=after(99.9))
    assert told(lead) == []

    keep_slas(at=after(100))
    keep_slas(at=after(101))
    assert told(lead) == [Kind.SLA_BREACHED]


def test_the_lead_of_the_owners_team_is_told_and_no_other(rep: Rep, lead: User) -> None:
    other = make_user()
    make_team("Another", lead=other)
    make_mql()

    keep_slas(at=after(100))

    assert told(lead) == [Kind.SLA_BREACHED]
    assert told(other) == []


def test_at_the_set_point_it_goes_to_the_next_rep_and_both_are_told(rep: Rep, lead: User) -> None:
    mql = make_mql()
    second = make_rep("second", team=rep.team)

    keep_slas(at=after(199.9))
    mql.refresh_from_db()
    assert mql.owner == rep.user

    keep_slas(at=after(200))

    mql.refresh_from_db()
    assert mql.owner == second.user
    assert Task.objects.get(mql=mql).assignee == second.user
    assert mql.routed_because.startswith("Not touched in time.")
    assert told(rep.user)[-1] == Kind.MQL_TAKEN_AWAY
    assert told(second.user) == [Kind.MQL_ASSIGNED]


def test_the_next_rep_has_a_clock_of_their_own(rep: Rep) -> None:
    mql = make_mql()
    make_rep("second", team=rep.team)

    keep_slas(at=after(200))

    mql.refresh_from_db()
    assert mql.sla_started_at == after(200)
    assert mql.due_at == mql.breach_at == Task.objects.get(mql=mql).due_at == after(300)
    assert (mql.remind_at, mql.reassign_at) == (after(250), after(400))


def test_each_rep_has_it_once_and_then_it_stays_and_the_lead_is_told(rep: Rep, lead: User) -> None:
    mql = make_mql()
    second = make_rep("second", team=rep.team)
    minutes = [50, 100, 200, 250, 300, 400, 401, 500, 510, 1000, 2000]

    for each in minutes:
        keep_slas(at=after(each))

    mql.refresh_from_db()
    assert mql.owner == second.user
    assert mql.remind_at is mql.breach_at is mql.reassign_at is None
    assert told(lead) == [Kind.SLA_BREACHED] * 3
    assert told(rep.user) == [Kind.MQL_ASSIGNED, Kind.SLA_REMINDER, Kind.MQL_TAKEN_AWAY]
    assert told(second.user) == [Kind.MQL_ASSIGNED, Kind.SLA_REMINDER]


def test_days_late_everybody_is_told_one_thing(rep: Rep, lead: User) -> None:
    make_mql()
    thursday = NOW + timedelta(days=3)

    keep_slas(at=thursday)
    keep_slas(at=thursday + MINUTE)

    assert told(rep.user) == [Kind.MQL_ASSIGNED]
    assert told(lead) == [Kind.SLA_BREACHED]


def test_nobody_loses_an_mql_while_they_are_not_at_work(rep: Rep) -> None:
    mql = make_mql()
    second = make_rep("second", team=rep.team)
    night, morning = NOW + timedelta(hours=14), NOW + timedelta(days=1)

    keep_slas(at=night)
    mql.refresh_from_db()
    assert (mql.owner, mql.reassign_at) == (rep.user, morning)

    keep_slas(at=morning)
    mql.refresh_from_db()
    assert mql.owner == second.user


def test_what_was_touched_is_left_alone(rep: Rep, lead: User) -> None:
    mql = make_mql()
    make_rep("second", team=rep.team)
    accept(mql, by=rep.user, at=after(10))

    assert keep_slas(at=after(500)) == 0

    assert told(lead) == []
    assert Mql.objects.get(pk=mql.pk).owner == rep.user


def test_of_what_has_no_owner_the_leads_are_told_once_it_is_late(lead: User) -> None:
    make_team(lead=lead)
    make_mql()

    keep_slas(at=after(50))
    keep_slas(at=after(100))
    keep_slas(at=after(200))

    assert told(lead) == [Kind.MQL_UNASSIGNED, Kind.SLA_BREACHED]


def test_without_a_set_point_it_stays_with_its_owner(rep: Rep, target: SlaTarget) -> None:
    SlaTarget.objects.update(reassign_at_percent=None, remind_at_percent=None)
    mql = make_mql()
    make_rep("second", team=rep.team)

    keep_slas(at=after(500))

    mql.refresh_from_db()
    assert mql.owner == rep.user
    assert Kind.SLA_REMINDER not in told(rep.user)


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_move_it_once(rep: Rep, at_once: Any) -> None:
    mql = make_mql()
    others = [make_rep(team=rep.team) for _ in range(3)]

    results = at_once(*[lambda: keep_slas(at=after(200))] * 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert Mql.objects.get(pk=mql.pk).owner in [each.user for each in others]
    assert mql.assignments.count() == 2
    assert Notification.objects.filter(kind=Kind.MQL_ASSIGNED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_a_rep_is_working_on_is_left_for_the_next_run(rep: Rep, beside: Any) -> None:
    mql = make_mql()
    make_rep("second", team=rep.team)

    with transaction.atomic():
        Mql.objects.select_for_update(no_key=True).get(pk=mql.pk)
        held = beside(lambda: keep_slas(at=after(200))).result(timeout=30)

    assert held == 0
    assert keep_slas(at=after(200)) == 1


@pytest.mark.parametrize("number", [2, 20])
def test_many_take_as_many_queries_as_few(rep: Rep, number: int) -> None:
    make_qualifying_people(number)
    drain(at=NOW)
    make_rep("second", team=rep.team)

    with CaptureQueriesContext(connection) as queries:
        kept = keep_slas(at=after(200))

    assert kept == number
    assert len(queries) < 60


def test_it_is_kept_every_minute() -> None:
    assert [each.minutes for each in SCHEDULED if each.func == "leads.jobs.keep_slas"] == [1]
