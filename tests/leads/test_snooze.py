"""Putting a task off: to when, and for whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.errors import Conflict, Forbidden, Invalid
from crm.models import User
from leads.models import Notification, Task
from leads.sla import office_hours
from leads.snooze import Snooze, snooze, times
from leads.tasks import AlreadyDone, add_task, complete, may_be_given, reassign
from tests.factories import NOW, make_contact, make_mql, make_rep, make_team, make_user, publish_small_model

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = NOW + 4 * DAY


@pytest.fixture
def rep(db: None) -> User:
    return make_rep("ada", first_name="Ada").user


@pytest.fixture
def task(rep: User) -> Task:
    return add_task(make_contact(), "Call back", due_at=NOW + HOUR, by=rep, at=NOW)


@pytest.mark.parametrize(
    ("choice", "at", "until"),
    [
        (Snooze.HOUR, NOW, NOW + HOUR),
        (Snooze.HOUR, NOW + 8 * HOUR, NOW + DAY),
        (Snooze.TOMORROW, NOW + 5 * HOUR, NOW + DAY),
        (Snooze.TOMORROW, FRIDAY, NOW + 7 * DAY),
        (Snooze.NEXT_WEEK, NOW, NOW + 7 * DAY),
        (Snooze.NEXT_WEEK, NOW + 6 * DAY, NOW + 7 * DAY),
    ],
)
def test_every_choice_is_working_time(choice: Snooze, at: datetime, until: datetime) -> None:
    assert times(office_hours(), at=at)[choice] == until


def test_a_task_is_put_off_and_that_is_counted(task: Task, rep: User) -> None:
    snooze(task, Snooze.TOMORROW, by=rep, at=NOW)
    snooze(task, Snooze.TOMORROW, by=rep, at=NOW)

    task.refresh_from_db()
    assert (task.due_at, task.snoozed_times) == (NOW + DAY, 1)


def test_a_chosen_time_is_moved_into_working_time(task: Task, rep: User) -> None:
    assert snooze(task, NOW + 5 * DAY, by=rep, at=NOW).due_at == NOW + 7 * DAY


@pytest.mark.parametrize("until", [NOW, NOW - DAY, NOW + 400 * DAY, (NOW + DAY).replace(tzinfo=None)])
def test_a_time_that_is_none_is_refused(task: Task, rep: User, until: datetime) -> None:
    with pytest.raises(Invalid, match="until"):
        snooze(task, until, by=rep, at=NOW)


def test_a_first_touch_cannot_be_put_off(rep: User) -> None:
    publish_small_model()

    with pytest.raises(Conflict, match="SLA"):
        snooze(make_mql().tasks.get(), Snooze.HOUR, by=rep, at=NOW)


def test_what_is_done_cannot_be_put_off_or_handed_on(task: Task, rep: User) -> None:
    mate = make_rep("ben", team=rep.rep.team).user
    complete(task, by=rep, at=NOW)

    with pytest.raises(AlreadyDone):
        snooze(task, Snooze.HOUR, by=rep, at=NOW)
    with pytest.raises(AlreadyDone):
        reassign(task, mate, by=rep, at=NOW)


def test_another_reps_task_is_neither_put_off_nor_handed_on(task: Task, rep: User) -> None:
    mate = make_rep("ben", team=rep.rep.team).user

    with pytest.raises(Forbidden):
        snooze(task, Snooze.HOUR, by=mate, at=NOW)
    with pytest.raises(Forbidden):
        reassign(task, mate, by=mate, at=NOW)


def test_a_task_that_is_handed_on_is_told_once(task: Task, rep: User) -> None:
    mate = make_rep("ben", team=rep.rep.team).user

    for _ in range(2):
        reassign(task, mate, by=rep, at=NOW)

    task.refresh_from_db()
    assert task.assignee == mate
    [told] = Notification.objects.filter(kind="task_assigned")
    assert (told.user, told.text) == (mate, "Ada gave you a task")


def test_whoever_takes_a_task_themselves_is_told_nothing(task: Task, rep: User) -> None:
    lead = make_user()
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])

    reassign(task, lead, by=lead, at=NOW)

    assert not Notification.objects.filter(kind="task_assigned").exists()


def test_a_task_stays_in_the_team(task: Task, rep: User) -> None:
    stranger = make_rep("eve", team=make_team("South")).user

    with pytest.raises(Invalid, match="none of your teams"):
        reassign(task, stranger, by=rep, at=NOW)


def test_a_task_may_be_given_to_teammates_who_can_sign_in(rep: User) -> None:
    mate = make_rep("ben", team=rep.rep.team).user
    make_rep("gone", team=rep.rep.team, is_active=False)
    make_rep("eve", team=make_team("South"))

    assert set(may_be_given(rep)) == {rep, mate}
