"""Calls that were logged: what is recorded, what stops, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.errors import Forbidden, Invalid
from crm.models import Activity, Contact, Stage, User
from leads.calls import log_call
from leads.models import Mql, Task, Verdict
from leads.models.plan import CallOutcome
from leads.next_step import agree
from leads.tasks import AlreadyDone, add_task, complete
from leads.verdict import give_verdict
from leads.wrong_number import is_wrong_number
from scoring.models import ScoringVersion
from tests.factories import NOW, make_contact, make_mql, make_rep, make_user, publish_small_model
from tests.leads.conftest import AtOnce, raised
from tests.leads.plan_factory import enrolment_of, make_plan, open_tasks

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=20)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return make_rep("ada", first_name="Ada").user


@pytest.fixture
def mql(rep: User) -> Mql:
    return make_mql("vera@people.example", first_name="Vera", last_name="Novak", phone="+420 1")


def needed_at(outcome: CallOutcome) -> datetime | None:
    return TOMORROW if outcome == CallOutcome.NOT_NOW else None


# What is recorded


@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_every_outcome_is_on_the_timeline(mql: Mql, rep: User, outcome: CallOutcome) -> None:
    at = needed_at(outcome)

    log_call(mql.contact, outcome, mql=mql, by=rep, at=LATER, note=" On holiday ", callback_at=at)

    call = Activity.objects.get(kind="call")
    assert (call.contact, call.occurred_at, call.subject) == (mql.contact, LATER, outcome.label)
    assert call.properties == {
        "outcome": outcome.value,
        "by": "Ada",
        "number": "+420 1",
        "text": "On holiday",
    }


@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_every_outcome_stops_the_clock_and_none_accepts(mql: Mql, rep: User, outcome: CallOutcome) -> None:
    log_call(mql.contact, outcome, mql=mql, by=rep, at=LATER, callback_at=needed_at(outcome))

    mql.refresh_from_db()
    assert (mql.first_touched_at, mql.accepted_at, mql.closed_at) == (LATER, None, None)
    assert Contact.objects.get(pk=mql.contact_id).stage == Stage.MQL
    first_touch = mql.tasks.get(kind=Task.Kind.FIRST_TOUCH)
    assert (first_touch.done_at, first_touch.done_by, first_touch.outcome) == (LATER, rep, outcome.label)


def test_a_second_call_leaves_the_first_touch_where_it_was(mql: Mql, rep: User) -> None:
    log_call(mql.contact, "voicemail", mql=mql, by=rep, at=LATER)

    log_call(mql.contact, "connected", mql=mql, by=rep, at=TOMORROW)

    mql.refresh_from_db()
    assert mql.first_touched_at == LATER
    assert Activity.objects.filter(kind="call").count() == 2


def test_the_same_form_sent_twice_logs_one_call(mql: Mql, rep: User) -> None:
    make_plan()
    first = log_call(mql.contact, "voicemail", mql=mql, by=rep, at=LATER, once="x")
    before = list(Task.objects.order_by("pk").values())

    second = log_call(mql.contact, "voicemail", mql=mql, by=rep, at=LATER, once="x")

    assert (first.is_new, second.is_new) == (True, False)
    assert Activity.objects.filter(kind="call").count() == 1
    assert list(Task.objects.order_by("pk").values()) == before


def test_who_calls_about_an_mql_without_owner_takes_it(mql: Mql, rep: User) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=None)
    Task.objects.update(assignee=None)

    log_call(mql.contact, "not_now", mql=mql, by=rep, at=LATER, callback_at=TOMORROW)

    mql.refresh_from_db()
    assert (mql.owner, mql.routed_because) == (rep, "Took it")
    assert mql.tasks.get(kind=Task.Kind.CALLBACK).assignee == rep


def test_a_call_after_the_verdict_is_no_more_than_a_fact(mql: Mql, rep: User) -> None:
    give_verdict(mql, Verdict.RECYCLED, by=rep, at=LATER, reason="No project yet")
    before = Mql.objects.values().get()

    log_call(mql.contact, "connected", mql=mql, by=rep, at=TOMORROW)

    assert Mql.objects.values().get() == before
    assert Activity.objects.filter(kind="call").count() == 1


def test_a_call_without_an_mql_is_a_fact_too(rep: User) -> None:
    contact = make_contact(first_name="Vera")

    step = log_call(contact, "no_answer", by=rep, at=NOW).next_step

    assert Activity.objects.get(kind="call").contact == contact
    assert step
    assert (step.title, step.due_at, step.task) == ("Call Vera again", TOMORROW, None)
    assert not Task.objects.exists()


# What comes next


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("connected", "Follow up with Vera Novak"),
        ("voicemail", "Call Vera Novak again"),
        ("no_answer", "Call Vera Novak again"),
        ("wrong_number", "Find a number of Vera Novak that works"),
    ],
)
def test_without_a_plan_something_that_suits_is_proposed(
    mql: Mql, rep: User, outcome: str, title: str
) -> None:
    step = log_call(mql.contact, outcome, mql=mql, by=rep, at=LATER).next_step

    assert step
    assert (step.title, step.due_at, step.task) == (title, LATER + timedelta(days=1), None)
    assert open_tasks(mql) == []


@pytest.mark.parametrize("outcome", ["voicemail", "no_answer"])
def test_the_plan_goes_on_and_its_next_task_is_proposed(
    small_model: ScoringVersion, rep: User, outcome: str
) -> None:
    make_plan()
    mql = make_mql()

    step = log_call(mql.contact, outcome, mql=mql, by=rep, at=LATER).next_step

    task = mql.tasks.open().get()
    assert step
    assert step.task == task
    assert task.kind == Task.Kind.MAIL
    assert step.due_at == task.due_at > LATER


def test_who_is_reached_is_not_pursued(small_model: ScoringVersion, rep: User) -> None:
    make_plan()
    mql = make_mql()

    log_call(mql.contact, "connected", mql=mql, by=rep, at=LATER)

    assert enrolment_of(mql).ended_at == LATER
    assert open_tasks(mql) == []


@pytest.mark.parametrize("with_plan", [True, False])
def test_not_now_opens_one_callback_at_its_time(
    small_model: ScoringVersion, rep: User, with_plan: bool
) -> None:
    if with_plan:
        make_plan()
    mql = make_mql()

    step = log_call(mql.contact, "not_now", mql=mql, by=rep, at=LATER, callback_at=TOMORROW).next_step

    assert open_tasks(mql) == [(Task.Kind.CALLBACK, TOMORROW)]
    assert step
    assert step.task == mql.tasks.open().get()
    assert step.task
    assert step.task.assignee == rep


def test_the_callback_of_today_is_made_and_that_of_next_week_is_not(mql: Mql, rep: User) -> None:
    for days in (1, 7):
        add_task(
            mql.contact,
            "Call back",
            kind="callback",
            due_at=NOW + timedelta(days=days),
            by=rep,
            at=NOW,
            mql=mql,
        )

    log_call(mql.contact, "voicemail", mql=mql, by=rep, at=TOMORROW - timedelta(hours=1))

    made, open_one = mql.tasks.filter(kind=Task.Kind.CALLBACK).order_by("due_at")
    assert (made.outcome, made.done_by) == ("Voicemail", rep)
    assert open_one.done_at is None


# A wrong number


def test_a_wrong_number_is_marked_until_there_is_another(mql: Mql, rep: User) -> None:
    log_call(mql.contact, "wrong_number", mql=mql, by=rep, at=LATER)

    contact = Contact.objects.get(pk=mql.contact_id)
    assert is_wrong_number(contact)
    contact.phone = "+420 2"
    assert not is_wrong_number(contact)


def test_a_number_on_which_they_answer_was_right_after_all(mql: Mql, rep: User) -> None:
    log_call(mql.contact, "wrong_number", mql=mql, by=rep, at=LATER)

    log_call(mql.contact, "connected", mql=mql, by=rep, at=TOMORROW)

    contact = Contact.objects.get(pk=mql.contact_id)
    assert not is_wrong_number(contact)
    assert contact.properties == {}


# What is refused


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"outcome": "shrug"}, "outcome"),
        ({"outcome": "not_now"}, "callback_at"),
        ({"outcome": "not_now", "callback_at": NOW}, "callback_at"),
        ({"outcome": "not_now", "callback_at": NOW + timedelta(days=400)}, "callback_at"),
        ({"outcome": "not_now", "callback_at": TOMORROW.replace(tzinfo=None)}, "callback_at"),
        ({"outcome": "wrong_number", "callback_at": TOMORROW}, "callback_at"),
        ({"outcome": "connected", "note": "x" * 5001}, "note"),
        ({"outcome": "connected", "note": "a\x00"}, "note"),
    ],
)
def test_what_makes_no_sense_is_refused(mql: Mql, rep: User, said: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        log_call(mql.contact, mql=mql, by=rep, at=LATER, **said)  # type: ignore[arg-type]

    assert [fault.field for fault in refused.value.errors] == [field]
    assert not Activity.objects.filter(kind="call").exists()


def test_another_reps_mql_is_not_called_about(mql: Mql) -> None:
    with pytest.raises(Forbidden):
        log_call(mql.contact, "connected", mql=mql, by=make_rep().user, at=LATER)

    assert not Activity.objects.filter(kind="call").exists()


def test_who_is_in_no_team_logs_no_calls(mql: Mql) -> None:
    with pytest.raises(Forbidden):
        log_call(mql.contact, "connected", by=make_user(), at=LATER)


def test_an_mql_of_somebody_else_is_refused(mql: Mql, rep: User) -> None:
    with pytest.raises(Invalid):
        log_call(make_contact(), "connected", mql=mql, by=rep, at=LATER)


# Agreeing to what comes next


def test_a_task_is_changed_to_what_was_agreed(mql: Mql, rep: User) -> None:
    task = add_task(mql.contact, "Call again", due_at=TOMORROW, by=rep, at=NOW, mql=mql)

    agree(mql.contact, "Call her boss", due_at=NOW + timedelta(days=3), task=task, by=rep, at=LATER)

    task.refresh_from_db()
    assert (task.title, task.due_at) == ("Call her boss", NOW + timedelta(days=3))


def test_what_was_proposed_becomes_one_task_however_often_it_is_sent(mql: Mql, rep: User) -> None:
    for _ in range(2):
        agree(mql.contact, "Call again", due_at=TOMORROW, mql=mql, by=rep, at=LATER)

    assert mql.tasks.filter(title="Call again").count() == 1


def test_a_task_that_was_done_meanwhile_is_not_changed(mql: Mql, rep: User) -> None:
    task = add_task(mql.contact, "Call again", due_at=TOMORROW, by=rep, at=NOW, mql=mql)
    complete(task, by=rep, at=LATER)

    with pytest.raises(AlreadyDone):
        agree(mql.contact, "Call her boss", due_at=TOMORROW, task=task, by=rep, at=LATER)


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "a\x00"])
def test_a_title_that_is_none_is_refused(mql: Mql, rep: User, title: str) -> None:
    task = add_task(mql.contact, "Call again", due_at=TOMORROW, by=rep, at=NOW, mql=mql)

    with pytest.raises(Invalid):
        agree(mql.contact, title, due_at=TOMORROW, task=task, by=rep, at=LATER)


def test_another_reps_task_is_not_changed(mql: Mql, rep: User) -> None:
    task = add_task(mql.contact, "Call again", due_at=TOMORROW, by=rep, at=NOW, mql=mql)

    with pytest.raises(Forbidden):
        agree(mql.contact, "Call her boss", due_at=TOMORROW, task=task, by=make_rep().user, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_logs_one_call(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep().user
    mql = make_mql()

    results = at_once(
        *[lambda: log_call(mql.contact, "voicemail", mql=mql, by=rep, at=LATER, once="x").is_new] * 3
    )

    assert raised(results) == []
    assert sorted(results) == [False, False, True]
    assert Activity.objects.filter(kind="call").count() == 1
