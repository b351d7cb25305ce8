"""What reps must do, and that they did it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from crm.errors import Forbidden, Invalid
from crm.models import Activity, User
from leads.models import Mql, Task
from leads.tasks import AlreadyDone, add_task, complete
from scoring.models import Pending, ScoringVersion
from tests.factories import NOW, make_contact, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return make_rep("ada", first_name="Ada").user


@pytest.fixture
def mql(rep: User) -> Mql:
    return make_mql("vera@people.example", first_name="Vera", last_name="Prince")


def test_a_task_is_by_default_for_who_notes_it(rep: User) -> None:
    contact = make_contact()

    task = add_task(contact, " Call back ", due_at=LATER, by=rep, at=NOW)

    assert (task.title, task.contact, task.assignee, task.due_at) == ("Call back", contact, rep, LATER)
    assert (task.kind, task.mql, task.created_at, task.done_at) == (Task.Kind.FOLLOW_UP, None, NOW, None)


def test_a_double_click_notes_a_task_once(rep: User) -> None:
    contact = make_contact()
    note = partial(add_task, contact, "Call back", due_at=LATER, by=rep, at=NOW)

    assert note() == note()
    assert Task.objects.count() == 1


def test_what_was_done_can_be_noted_again(rep: User) -> None:
    note = partial(add_task, make_contact(), "Call back", due_at=LATER, by=rep, at=NOW)
    first = note()
    complete(first, by=rep, at=LATER)

    assert note() != first


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "first_touch"}, "kind"),
        ({"kind": "party"}, "kind"),
        ({"due_at": LATER.replace(tzinfo=None)}, "due_at"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused_by_field(rep: User, said: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        add_task(make_contact(), by=rep, at=NOW, **{"title": "Call back", "due_at": LATER, **said})

    assert [fault.field for fault in caught.value.errors] == [field]
    assert not Task.objects.exists()


def test_a_task_is_not_given_to_who_cannot_sign_in(rep: User) -> None:
    with pytest.raises(Invalid, match="deactivated"):
        add_task(make_contact(), "Call", due_at=LATER, by=rep, at=NOW, assignee=make_user(is_active=False))


def test_a_task_of_an_mql_is_about_its_contact(mql: Mql, rep: User) -> None:
    with pytest.raises(Invalid, match="another contact"):
        add_task(make_contact(), "Call", due_at=LATER, by=rep, at=NOW, mql=mql)


def test_another_reps_mql_is_given_no_tasks(mql: Mql) -> None:
    with pytest.raises(Forbidden):
        add_task(mql.contact, "Call", due_at=LATER, by=make_rep("ben").user, at=NOW, mql=mql)


def test_a_done_task_says_when_by_whom_and_how_it_went(rep: User) -> None:
    task = add_task(make_contact(), "Call back", due_at=LATER, by=rep, at=NOW)

    complete(task, by=rep, at=LATER, outcome="Left a message")

    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.outcome) == (LATER, rep, "Left a message")


def test_what_a_rep_did_is_a_fact_about_the_contact(rep: User) -> None:
    contact = make_contact()
    task = add_task(contact, "Call back", due_at=LATER, by=rep, at=NOW)
    Pending.objects.all().delete()

    complete(task, by=rep, at=LATER, outcome="Left a message")

    done = Activity.objects.get(contact=contact)
    assert (done.kind, done.subject, done.occurred_at, done.source) == (
        "task_done",
        "Call back",
        LATER,
        "handoff",
    )
    assert done.properties == {"outcome": "Left a message"}
    assert Pending.objects.filter(pk=contact.pk).exists()


def test_a_first_touch_stops_the_clock_of_its_mql(mql: Mql, rep: User) -> None:
    complete(mql.tasks.get(), by=rep, at=LATER)

    mql.refresh_from_db()
    assert (mql.first_touched_at, mql.accepted_at) == (LATER, None)


def test_a_follow_up_does_not_stop_the_clock(mql: Mql, rep: User) -> None:
    complete(add_task(mql.contact, "Read up", due_at=LATER, by=rep, at=NOW, mql=mql), by=rep, at=LATER)

    mql.refresh_from_db()
    assert mql.first_touched_at is None


def test_a_task_is_done_once(rep: User) -> None:
    task = add_task(make_contact(), "Call back", due_at=LATER, by=rep, at=NOW)
    complete(task, by=rep, at=LATER, outcome="Reached")

    with pytest.raises(AlreadyDone, match="“Call back” is done already") as caught:
        complete(task, by=rep, at=LATER, outcome="Not reached")

    assert caught.value.status == 409
    task.refresh_from_db()
    assert task.outcome == "Reached"


@pytest.mark.parametrize("outcome", ["x" * 201, "a\x00b"])
def test_an_outcome_that_cannot_be_kept_is_refused(rep: User, outcome: str) -> None:
    task = add_task(make_contact(), "Call back", due_at=LATER, by=rep, at=NOW)

    with pytest.raises(Invalid, match="outcome"):
        complete(task, by=rep, at=LATER, outcome=outcome)


def test_another_reps_task_is_not_done_for_them(mql: Mql) -> None:
    with pytest.raises(Forbidden):
        complete(mql.tasks.get(), by=make_rep("ben").user, at=LATER)

    assert mql.tasks.open().count() == 1


def test_a_team_lead_may_do_the_teams_tasks(mql: Mql, rep: User) -> None:
    lead = make_user()
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])

    complete(mql.tasks.get(), by=lead, at=LATER)

    assert mql.tasks.get().done_by == lead


def test_tasks_are_seen_by_the_team_and_changed_by_their_owner_and_lead(small_model: ScoringVersion) -> None:
    lead = make_user()
    ada, ben = (make_rep(team=make_team("North", lead=lead)).user for _ in range(2))
    stranger = make_rep(team=make_team("South")).user
    task = add_task(make_contact(), "Call back", due_at=LATER, by=ada, at=NOW)

    def may(user: User) -> tuple[bool, bool]:
        return Task.objects.visible_to(user).filter(pk=task.pk).exists(), (
            Task.objects.changeable_by(user).filter(pk=task.pk).exists()
        )

    assert may(ada) == may(lead) == (True, True)
    assert may(ben) == (True, False)
    assert may(stranger) == (False, False)
    assert may(make_user(is_staff=True)) == (True, False)
    assert may(make_user(is_superuser=True, is_staff=True)) == (True, True)


def test_a_task_that_nobody_has_is_for_whoever_works_in_a_team(small_model: ScoringVersion) -> None:
    task = make_mql().tasks.get()

    assert Task.objects.changeable_by(make_rep().user).get() == task
    assert not Task.objects.changeable_by(make_user()).exists()


@pytest.mark.django_db(transaction=True)
def test_of_clicks_at_once_one_notes_the_task(at_once: AtOnce) -> None:
    rep, contact = make_rep().user, make_contact()

    results = at_once(*[partial(add_task, contact, "Call back", due_at=LATER, by=rep, at=NOW)] * 4)

    assert raised(results) == []
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_finish_a_task_at_once_one_did_it(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep().user
    task = make_mql().tasks.get()

    results = at_once(*[partial(complete, task, by=rep, at=LATER)] * 4)

    assert raised(results) == ["AlreadyDone"] * 3
    assert Activity.objects.filter(kind="task_done").count() == 1


def test_who_works_in_no_team_adds_no_tasks(db: None) -> None:
    with pytest.raises(Forbidden):
        add_task(make_contact(), "Call", due_at=LATER, by=make_user(is_staff=True), at=NOW)
