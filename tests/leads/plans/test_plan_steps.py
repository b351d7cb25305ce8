"""Follow-up plans: each step becomes a task in its time, by what came of the one before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Consent, User
from crm.record import set_consent
from leads import plans
from leads.calls import log_call as record_call
from leads.models import ClosedDay, Enrolment, Mql, PlanStep, Task, Team, WorkingHours
from leads.tasks import add_task, complete
from leads.verdict import accept, assign
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_activity,
    make_contact,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_user,
)
from tests.leads.plan_factory import (
    DAY,
    HOUR,
    NEXT_MONDAY,
    THURSDAY,
    TUESDAY,
    call,
    enrolment_of,
    make_plan,
    open_tasks,
    to_the_last_step,
)

pytestmark = pytest.mark.django_db


def test_a_first_call_is_the_first_touch_and_no_second_task(mql: Mql) -> None:
    [first_touch] = mql.tasks.all()

    assert (first_touch.kind, first_touch.step) == ("first_touch", enrolment_of(mql).step)


def test_without_a_default_plan_there_is_none(rep: User, no_plan: None) -> None:
    make_plan(is_default=False)

    assert not make_mql().enrolments.exists()


def test_a_plan_that_is_not_active_starts_with_nobody(rep: User, no_plan: None) -> None:
    plan = make_plan()
    plan.active = False
    plan.save(update_fields=["active"])

    assert not make_mql().enrolments.exists()


def test_a_plan_is_started_once(mql: Mql) -> None:
    plans.start([mql], at=NOW)
    plans.start([mql], at=NOW + HOUR)

    assert mql.enrolments.count() == mql.tasks.count() == 1


def test_a_first_step_of_a_later_day_is_a_task_of_its_own(rep: User, no_plan: None) -> None:
    make_plan(steps=((1, "mail"),))

    mql = make_mql(first_name="Vera", last_name="Prince")

    mail = mql.tasks.get(kind="mail")
    assert (mail.title, mail.due_at, mail.assignee) == (
        "Mail “Sorry to have missed you”: Vera Prince",
        TUESDAY,
        rep,
    )


@pytest.mark.parametrize("outcome", ["voicemail", "no_answer"])
def test_nobody_reached_leads_to_the_next_step(mql: Mql, rep: User, outcome: str) -> None:
    proposal = call(mql, outcome, by=rep, at=NOW + HOUR)

    mql.refresh_from_db()
    assert proposal is not None
    assert (proposal.what, proposal.due_at) == ("Mail", TUESDAY)
    assert open_tasks(mql) == [("mail", TUESDAY)]
    assert mql.first_touched_at == NOW + HOUR


def test_a_plan_goes_from_step_to_step_and_then_waits_to_give_up(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)
    plans.after_mail(mql, by=rep, at=TUESDAY + HOUR)
    assert open_tasks(mql) == [("call", THURSDAY)]
    proposal = call(mql, "no_answer", by=rep, at=THURSDAY + HOUR)

    assert proposal == plans.Proposal("Give up and recycle", NEXT_MONDAY)
    assert open_tasks(mql) == []
    assert enrolment_of(mql).give_up_at == NEXT_MONDAY


def test_a_late_step_pushes_those_behind_it(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=THURSDAY + HOUR)

    # The mail was planned for the day after the call, and a day after the call it is.
    assert open_tasks(mql) == [("mail", NOW + 4 * DAY)]


def test_whoever_is_reached_is_pursued_no_further(mql: Mql, rep: User) -> None:
    assert call(mql, "connected", by=rep, at=NOW + HOUR) is None

    enrolment = enrolment_of(mql)
    assert (enrolment.ended_at, enrolment.ended_because) == (NOW + HOUR, "Reached by phone")
    assert open_tasks(mql) == []


@pytest.mark.parametrize("outcome", ["connected", "not_now"])
def test_an_agreed_callback_takes_the_place_of_the_next_step(mql: Mql, rep: User, outcome: str) -> None:
    proposal = call(mql, outcome, by=rep, at=NOW + HOUR, callback_at=THURSDAY)

    assert proposal is not None
    assert (proposal.what, proposal.due_at) == ("Callback", THURSDAY)
    assert open_tasks(mql) == [("callback", THURSDAY)]
    assert enrolment_of(mql).step.action == "mail"


def test_a_callback_that_was_noted_already_is_the_one_that_is_meant(mql: Mql, rep: User) -> None:
    add_task(mql.contact, "Call Vera", due_at=THURSDAY, by=rep, at=NOW, kind=Task.Kind.CALLBACK, mql=mql)

    call(mql, "not_now", by=rep, at=NOW + HOUR)

    assert open_tasks(mql) == [("callback", THURSDAY)]


def test_after_the_callback_the_plan_goes_on(mql: Mql, rep: User) -> None:
    call(mql, "not_now", by=rep, at=NOW + HOUR, callback_at=TUESDAY)

    call(mql, "no_answer", by=rep, at=TUESDAY)

    assert open_tasks(mql) == [("call", THURSDAY)]


def test_a_callback_in_place_of_giving_up_puts_that_off(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)
    later = NEXT_MONDAY + 2 * DAY

    call(mql, "not_now", by=rep, at=THURSDAY + HOUR, callback_at=later)

    assert open_tasks(mql) == [("callback", later)]
    assert enrolment_of(mql).give_up_at == later + DAY


def test_a_wrong_number_leaves_only_mail(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)
    plans.after_mail(mql, by=rep, at=TUESDAY)

    proposal = call(mql, "wrong_number", by=rep, at=THURSDAY)

    assert proposal == plans.Proposal("Give up and recycle", NEXT_MONDAY)


def test_whoever_may_not_be_written_to_is_only_called(mql: Mql, rep: User) -> None:
    set_consent([mql.contact_id], "marketing", Consent.OPTED_OUT, ground="asked for it", at=NOW)

    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    assert open_tasks(mql) == [("call", THURSDAY)]


def test_a_number_that_is_wrong_is_not_called_again(rep: User, no_plan: None) -> None:
    make_plan()
    mql = make_mql(phone="+33 1 23 45 67 89")
    record_call(mql.contact, "wrong_number", mql=mql, by=rep, at=NOW + HOUR)

    plans.after_mail(mql, by=rep, at=TUESDAY)

    assert open_tasks(mql) == []
    assert enrolment_of(mql).give_up_at == NEXT_MONDAY


def test_a_mail_that_no_step_asked_for_does_not_move_the_plan(mql: Mql, rep: User) -> None:
    proposal = plans.after_mail(mql, by=rep, at=NOW + HOUR)

    assert proposal is not None
    assert proposal.what == "First touch"
    assert enrolment_of(mql).step.position == 0


def test_a_done_task_leads_to_the_next_step(mql: Mql, rep: User) -> None:
    complete(mql.tasks.get(), by=rep, at=NOW + HOUR, outcome="Voicemail")

    assert open_tasks(mql) == [("mail", TUESDAY)]


def test_accepting_without_a_call_leaves_the_call_to_be_made(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=NOW + HOUR)
    accept(mql, by=rep, at=NOW + HOUR)

    assert [kind for kind, _ in open_tasks(mql)] == ["call"]


def test_steps_keep_the_owners_hours_and_free_days(rep: User, no_plan: None) -> None:
    make_plan()
    hours = WorkingHours.objects.create(
        name="Lisbon", time_zone="Europe/Lisbon", starts="10:00", ends="16:00"
    )
    ClosedDay.objects.create(hours=hours, day=TUESDAY.date())
    Team.objects.update(hours=hours)
    mql = make_mql()

    call(mql, "voicemail", by=rep, at=NOW + 2 * HOUR)

    # Opened at nine, before work: that counts as ten. Tuesday is closed.
    assert open_tasks(mql) == [("mail", datetime(2026, 3, 4, 10, tzinfo=UTC))]


def test_a_step_waits_until_the_contact_may_be_touched_again(rep: User, no_plan: None) -> None:
    make_plan(touches_per_week=2)
    mql = make_mql()
    make_activity(mql.contact, "email_sent", days_ago=3, source="handoff")

    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    # A mail three days ago and a call now: the third touch may follow a week after the mail, on Friday.
    assert open_tasks(mql) == [("mail", NOW + 4 * DAY)]


def test_a_touch_beside_the_plan_puts_its_step_off(rep: User, no_plan: None) -> None:
    make_plan(touches_per_week=2)
    mql = make_mql()
    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    call(mql, "no_answer", by=rep, at=NOW + 2 * HOUR)

    assert open_tasks(mql) == [("mail", NEXT_MONDAY + HOUR)]


@pytest.mark.parametrize(("source", "left"), [("handoff", 3), ("hubspot", 4)])
def test_only_our_own_calls_and_mails_count_as_touches(rep: User, source: str, left: int) -> None:
    contact = make_contact()
    make_activity(contact, "call", days_ago=6.9, source=source)
    make_activity(contact, "call", days_ago=7, source=source)
    make_activity(contact, "note", days_ago=1, source=source)

    assert plans.touches_left(contact, at=NOW) == left


def test_touches_left_are_never_below_none(mql: Mql, rep: User) -> None:
    for number in range(6):
        call(mql, "no_answer", by=rep, at=NOW + number * HOUR)

    assert plans.touches_left(mql.contact, at=NOW + 6 * HOUR) == 0


def test_the_steps_of_a_reassigned_mql_are_the_new_owners(mql: Mql, rep: User) -> None:
    lead = make_user(is_superuser=True)
    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    assign(mql, ben := make_rep("ben").user, by=lead, at=NOW + 2 * HOUR)

    assert Task.objects.open().get(mql=mql).assignee == ben


def test_who_stood_at_a_step_that_was_taken_out_goes_on_with_the_next(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)
    PlanStep.objects.filter(action="mail").delete()
    Task.objects.open().filter(mql=mql).delete()

    plans.carry_on(at=TUESDAY)

    assert open_tasks(mql) == [("call", THURSDAY)]


def test_many_start_in_as_many_queries_as_few(rep: User, no_plan: None) -> None:
    make_plan()

    def queries(number: int) -> int:
        people = make_qualifying_people(number)
        drain(at=NOW)
        mqls = list(Mql.objects.filter(contact__in=people).select_related("contact"))
        Enrolment.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            plans.start(mqls, at=NOW)
        return len(captured)

    assert queries(3) == queries(30) <= 14
