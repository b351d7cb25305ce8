"""Recycled contacts who come back: on a day, or with what they do next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import record
from crm.errors import Invalid
from crm.models import Contact, Stage, User
from leads.come_back import ComingBack, come_back_active, come_back_due
from leads.models import ComeBack, Mql, Notification, Task, VerdictReason, WorkingHours
from leads.verdict import give_verdict
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import NOW, make_activity, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

RECYCLED = "No project yet"
DAY = date(2026, 4, 1)
THAT_MORNING = datetime.fromisoformat("2026-04-01T09:00:00Z")


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return make_rep("ada", first_name="Ada").user


@pytest.fixture
def mql(rep: User) -> Mql:
    return make_mql("vera@people.example", first_name="Vera")


def recycle(mql: Mql, *, on_day: date | None = None, on_activity: bool = False) -> ComeBack:
    back = ComingBack(on_day, on_activity)
    give_verdict(mql, "recycled", by=mql.owner, at=NOW, reason=RECYCLED, coming_back=back)
    return ComeBack.objects.get(mql=mql)


def tasks_to_come_back() -> list[Task]:
    return list(Task.objects.open().filter(kind=Task.Kind.COME_BACK))


def test_on_the_day_the_rep_has_a_task_and_is_told(mql: Mql, rep: User) -> None:
    recycle(mql, on_day=DAY)

    assert come_back_due(at=THAT_MORNING - timedelta(days=1)) == 0
    assert come_back_due(at=THAT_MORNING) == 1

    [task] = tasks_to_come_back()
    assert (task.contact, task.assignee, task.due_at) == (mql.contact, rep, THAT_MORNING)
    assert task.title == "Come back to Vera"
    assert Notification.objects.get(kind=Notification.Kind.CAME_BACK).user == rep


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=4)])
def test_the_job_twice_gives_one_task(mql: Mql, late: timedelta) -> None:
    recycle(mql, on_day=DAY)

    come_back_due(at=THAT_MORNING + late)
    come_back_due(at=THAT_MORNING + late)

    assert len(tasks_to_come_back()) == 1
    assert Notification.objects.filter(kind=Notification.Kind.CAME_BACK).count() == 1


def test_the_day_begins_where_the_rep_works(mql: Mql, rep: User) -> None:
    rep.rep.hours = WorkingHours.objects.create(name="Auckland", time_zone="Pacific/Auckland")
    rep.rep.save(update_fields=["hours"])
    recycle(mql, on_day=DAY)

    evening_before = datetime.fromisoformat("2026-03-31T12:00:00Z")

    assert come_back_due(at=evening_before) == 1
    # 9 in the morning there.
    assert tasks_to_come_back()[0].due_at == datetime.fromisoformat("2026-03-31T20:00:00Z")


def test_who_does_something_of_their_own_accord_is_come_back_to(mql: Mql, rep: User) -> None:
    recycle(mql, on_activity=True)

    make_activity(mql.contact, "page_view", at=NOW + timedelta(days=2))

    [task] = tasks_to_come_back()
    assert task.assignee == rep
    assert ComeBack.objects.get().done_because == "They were active again"


def test_many_activities_give_one_task(mql: Mql) -> None:
    recycle(mql, on_activity=True)

    make_activity(mql.contact, "page_view", at=NOW + timedelta(days=2))
    make_activity(mql.contact, "page_view", at=NOW + timedelta(days=3))

    assert len(tasks_to_come_back()) == 1


@pytest.mark.parametrize(
    ("kind", "columns"), [("call", {}), ("email_sent", {}), ("note", {}), ("page_view", {"automated": True})]
)
def test_what_we_or_machines_do_brings_nobody_back(mql: Mql, kind: str, columns: dict[str, bool]) -> None:
    recycle(mql, on_activity=True)

    make_activity(mql.contact, kind, at=NOW + timedelta(days=2), **columns)

    assert tasks_to_come_back() == []


def test_what_they_did_before_is_not_a_return(mql: Mql) -> None:
    recycle(mql, on_activity=True)

    make_activity(mql.contact, "page_view", days_ago=3, at=NOW + timedelta(days=1))

    assert tasks_to_come_back() == []


def test_a_day_and_an_activity_whichever_comes_first(mql: Mql) -> None:
    recycle(mql, on_day=DAY, on_activity=True)

    make_activity(mql.contact, "page_view", at=NOW + timedelta(days=2))
    come_back_due(at=THAT_MORNING)

    assert len(tasks_to_come_back()) == 1


def test_who_wants_no_calls_is_left_in_peace(mql: Mql) -> None:
    recycle(mql, on_day=DAY)
    record.set_consent([mql.contact_id], "sales", "opted_out", ground="Said so", at=NOW)

    come_back_due(at=THAT_MORNING)

    assert tasks_to_come_back() == []
    assert ComeBack.objects.get().done_because == "They opted out"


def test_who_was_disqualified_since_is_left_in_peace(mql: Mql) -> None:
    recycle(mql, on_day=DAY)
    record.move_stage([mql.contact_id], Stage.DISQUALIFIED, by=None, at=NOW + timedelta(days=1))

    come_back_due(at=THAT_MORNING)

    assert tasks_to_come_back() == []
    assert ComeBack.objects.get().done_because == "They are at Disqualified"


def test_an_mql_that_opens_first_ends_the_wait(mql: Mql) -> None:
    recycle(mql, on_day=date(2026, 6, 1))
    later = NOW + timedelta(days=40)
    make_activity(mql.contact, "webinar_attended", at=later)
    drain(at=later)

    come_back_due(at=later + timedelta(days=90))

    assert Mql.objects.open().filter(contact=mql.contact).exists()
    assert ComeBack.objects.get().done_because == "A new MQL opened"
    assert tasks_to_come_back() == []


def test_for_a_rep_who_is_gone_the_team_lead_has_the_task(mql: Mql, rep: User) -> None:
    lead = make_user("lead")
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])
    recycle(mql, on_day=DAY)
    User.objects.filter(pk=rep.pk).update(is_active=False)

    come_back_due(at=THAT_MORNING)

    assert tasks_to_come_back()[0].assignee == lead
    assert Notification.objects.get(kind=Notification.Kind.CAME_BACK).user == lead


def test_where_nobody_is_left_the_task_is_for_everybody(mql: Mql, rep: User) -> None:
    recycle(mql, on_day=DAY)
    User.objects.filter(pk=rep.pk).update(is_active=False)

    come_back_due(at=THAT_MORNING)

    assert tasks_to_come_back()[0].assignee is None


@pytest.mark.parametrize("day", [NOW.date(), date(2020, 1, 1), date(2029, 1, 1)])
def test_a_day_that_has_come_or_is_too_far_is_refused(mql: Mql, rep: User, day: date) -> None:
    with pytest.raises(Invalid, match="not within the next two years"):
        give_verdict(mql, "recycled", by=rep, at=NOW, reason=RECYCLED, coming_back=ComingBack(day))

    assert Mql.objects.open().exists()


def test_only_the_recycled_come_back(mql: Mql, rep: User) -> None:
    with pytest.raises(Invalid, match="recycled"):
        give_verdict(mql, "qualified", by=rep, at=NOW, coming_back=ComingBack(DAY))


def test_facts_of_contacts_nobody_waits_for_cost_one_query(mql: Mql) -> None:
    with CaptureQueriesContext(connection) as queries:
        come_back_active([mql.contact_id], at=NOW)

    assert len(queries) == 1


def test_of_jobs_at_once_each_contact_is_taken_by_one(transactional_db: None, at_once: AtOnce) -> None:
    publish_small_model()
    make_rep("ada", team=make_team())
    VerdictReason.objects.get_or_create(verdict="recycled", text=RECYCLED)
    for _ in range(3):
        recycle(make_mql(), on_day=DAY)

    results = at_once(*[partial(come_back_due, at=THAT_MORNING)] * 4)

    assert raised(results) == []
    assert sum(results) == len(tasks_to_come_back()) == 3
    assert Contact.objects.filter(tasks__kind=Task.Kind.COME_BACK).distinct().count() == 3
