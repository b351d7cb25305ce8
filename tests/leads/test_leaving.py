"""A rep who leaves: everything that waits for them goes to others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.errors import Forbidden, Invalid
from crm.models import Contact, User
from leads.leaving import OpenWork, move_all_work, open_work
from leads.models import Assignment, ComeBack, Mql, Notification, ProspectMail, Rep, Task
from leads.route import route_unassigned
from leads.tasks import add_task
from leads.verdict import give_verdict
from scoring.models import ScoringVersion
from tests.factories import NOW, make_contact, make_mql, make_rep, make_team, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def boss(db: None) -> User:
    return make_user("boss", is_superuser=True)


@pytest.fixture
def ada(small_model: ScoringVersion) -> User:
    return make_rep("ada", first_name="Ada", last_name="Lovelace").user


def make_mail(contact: Contact, sender: User, body: str) -> ProspectMail:
    return ProspectMail.objects.create(
        contact=contact, sender=sender, subject="Hello", body=body, send_at=LATER, message_id=body
    )


def recycle(mql: Mql, boss: User) -> ComeBack:
    give_verdict(mql, "recycled", by=boss, at=NOW, reason="No project yet")
    return ComeBack.objects.create(
        contact=mql.contact, mql=mql, user=mql.owner, on_day=date(2026, 6, 1), created_at=NOW
    )


def test_all_that_waits_is_shared_out_by_the_rules(ada: User, boss: User) -> None:
    mqls = [make_mql() for _ in range(4)]
    reps = {make_rep("ben").user, make_rep("cleo").user}

    moved = move_all_work(ada, by=boss, at=LATER)

    assert moved == 4
    owners = [mql.owner for mql in Mql.objects.select_related("owner")]
    assert set(owners) == reps
    assert owners.count(owners[0]) == 2
    assert all(task.assignee == task.mql.owner for task in Task.objects.select_related("mql__owner"))
    latest = Assignment.objects.filter(mql=mqls[0])[0]
    assert (latest.from_owner, latest.by) == (ada, None)
    assert latest.because.startswith("Ada Lovelace hands it on. Round robin")
    assert {"step": "Ada Lovelace", "outcome": "it is taken from them"} in latest.trail


def test_each_new_owner_is_told_of_an_mql_once(ada: User, boss: User) -> None:
    make_mql()
    ben = make_rep("ben").user

    move_all_work(ada, by=boss, at=LATER)
    move_all_work(ada, by=boss, at=LATER)

    assert Notification.objects.filter(user=ben, kind=Notification.Kind.MQL_ASSIGNED).count() == 1


def test_a_second_run_finds_nothing(ada: User, boss: User) -> None:
    make_mql()
    make_rep("ben")
    move_all_work(ada, by=boss, at=LATER)
    before = list(Assignment.objects.values())

    assert move_all_work(ada, by=boss, at=LATER) == 0
    assert list(Assignment.objects.values()) == before


def test_all_of_it_may_go_to_one_rep(ada: User, boss: User) -> None:
    for _ in range(3):
        make_mql()
    ben, _ = make_rep("ben").user, make_rep("cleo")

    move_all_work(ada, by=boss, at=LATER, to=ben)

    assert {mql.owner for mql in Mql.objects.select_related("owner")} == {ben}
    assert Assignment.objects.filter(to_owner=ben, by=boss).count() == 3
    assert Notification.objects.filter(user=ben).count() == 3


def test_who_left_is_given_nothing_new(ada: User, boss: User) -> None:
    move_all_work(ada, by=boss, at=LATER)

    assert make_mql().owner is None


def test_what_nobody_can_take_waits_without_an_owner(ada: User, boss: User) -> None:
    mql = make_mql()

    move_all_work(ada, by=boss, at=LATER)

    mql.refresh_from_db()
    assert (mql.owner, mql.tasks.get().assignee) == (None, None)
    assert mql.assignments.all()[0].because == "Nobody is there to take it"
    make_rep("ben")
    assert route_unassigned(at=LATER) == 1


def test_tasks_of_contacts_go_to_whoever_has_their_mql(ada: User, boss: User) -> None:
    make_rep("cleo")
    ben = make_rep("ben").user
    mql = make_mql(owner_id=ben.pk)
    task = add_task(mql.contact, "Call again", due_at=LATER, by=ada, at=NOW)

    moved = move_all_work(ada, by=boss, at=LATER)

    task.refresh_from_db()
    assert (moved, task.assignee) == (1, ben)


def test_tasks_alone_use_up_nobodys_turn(ada: User, boss: User) -> None:
    ben = make_rep("ben")
    task = add_task(make_contact(), "Call again", due_at=LATER, by=ada, at=NOW)

    move_all_work(ada, by=boss, at=LATER)

    task.refresh_from_db()
    assert (task.assignee, Rep.objects.get(pk=ben.pk).turn) == (ben.user, 0)


def test_done_tasks_stay_with_who_did_them(ada: User, boss: User) -> None:
    task = add_task(make_contact(), "Call", due_at=LATER, by=ada, at=NOW)
    Task.objects.filter(pk=task.pk).update(done_at=NOW, done_by=ada)
    make_rep("ben")

    assert move_all_work(ada, by=boss, at=LATER) == 0

    task.refresh_from_db()
    assert task.assignee == ada


def test_recycled_contacts_come_back_to_others(ada: User, boss: User) -> None:
    wait = recycle(make_mql(), boss)
    ben = make_rep("ben").user

    assert move_all_work(ada, by=boss, at=LATER) == 1

    wait.refresh_from_db()
    assert wait.user == ben


def test_a_waiting_mail_is_sent_by_its_heir(ada: User, boss: User) -> None:
    mail = make_mail(make_contact(), ada, "Shall we talk?")
    ben = make_rep("ben").user

    assert move_all_work(ada, by=boss, at=LATER) == 1

    mail.refresh_from_db()
    assert (mail.sender, mail.state) == (ben, ProspectMail.State.WAITING)


def test_a_mail_that_names_who_left_is_written_anew(ada: User, boss: User) -> None:
    mail = make_mail(make_contact(), ada, "Yours, Ada")
    ben = make_rep("ben").user

    move_all_work(ada, by=boss, at=LATER)

    mail.refresh_from_db()
    assert (mail.sender, mail.state) == (ada, ProspectMail.State.STOPPED)
    task = Task.objects.get()
    assert (task.assignee, task.title) == (ben, "Write in place of Ada Lovelace: Hello")


def test_what_would_move_is_counted(ada: User, boss: User) -> None:
    recycle(make_mql(), boss)
    make_mql()
    make_mail(make_contact(), ada, "Shall we talk?")

    assert open_work(ada) == OpenWork(mqls=1, tasks=1, come_backs=1, mails=1)


def test_only_administrators_and_the_team_lead_move_work(ada: User) -> None:
    make_mql()
    lead, stranger = make_user("lead"), make_rep("ben").user
    Rep.objects.filter(user=ada).update(team=make_team("Led", lead=lead))

    with pytest.raises(Forbidden):
        move_all_work(ada, by=stranger, at=LATER)
    assert move_all_work(ada, by=lead, at=LATER) == 1


def test_work_goes_to_no_one_who_cannot_do_it(ada: User, boss: User) -> None:
    make_mql()
    gone = make_rep("gone", is_active=False).user

    with pytest.raises(Invalid):
        move_all_work(ada, by=boss, at=LATER, to=gone)
    assert Mql.objects.get().owner == ada
