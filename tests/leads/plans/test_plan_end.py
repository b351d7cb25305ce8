"""How a follow-up plan ends: somebody answers, a verdict is given, or the plan gives up on its day."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, User
from leads import plans
from leads.give_up import give_up_due
from leads.models import Mql, Task
from leads.tasks import add_task
from leads.verdict import give_verdict
from tests.factories import NOW, make_activity, make_contact
from tests.leads.plan_factory import (
    DAY,
    HOUR,
    NEXT_MONDAY,
    REASON,
    THURSDAY,
    TUESDAY,
    call,
    enrolment_of,
    open_tasks,
    to_the_last_step,
)
from tests.leads.plans.conftest import Tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "because"), [("email_reply", "They answered"), ("meeting", "A meeting is agreed")]
)
def test_an_answer_ends_the_plan(mql: Mql, rep: User, kind: str, because: str, tell: Tell) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    tell(mql, kind, at=NOW + 2 * HOUR)

    assert enrolment_of(mql).ended_because == because
    assert not Task.objects.open().filter(mql=mql, kind="mail").exists()


def test_a_reply_is_to_be_answered(mql: Mql, rep: User, tell: Tell) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    tell(mql, "email_reply", at=NOW + 2 * HOUR)

    [answer] = Task.objects.open().filter(mql=mql)
    assert (answer.title, answer.due_at, answer.assignee) == (
        "Answer the mail of Vera Prince",
        NOW + 3 * HOUR,
        rep,
    )


def test_a_first_touch_is_owed_whatever_ends_the_plan(mql: Mql, tell: Tell) -> None:
    tell(mql, "meeting", at=NOW + HOUR)

    assert [kind for kind, _ in open_tasks(mql)] == ["first_touch"]


@pytest.mark.parametrize(
    "columns",
    [{"kind": "email_open"}, {"kind": "email_reply", "automated": True}, {"kind": "meeting", "days_ago": 2}],
)
def test_what_is_no_answer_ends_nothing(mql: Mql, columns: dict[str, Any], tell: Tell) -> None:
    tell(mql, at=NOW + HOUR, **columns)

    assert enrolment_of(mql).ended_at is None


def test_facts_about_people_in_no_plan_cost_one_query(mql: Mql) -> None:
    contact = make_contact()

    with CaptureQueriesContext(connection) as captured:
        plans.end_answered([contact.pk], at=NOW)

    # Besides it, the savepoint.
    assert len(captured) == 3


def test_a_verdict_ends_the_plan(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)

    give_verdict(mql, "disqualified", by=rep, at=NOW + 2 * HOUR, reason="Company too small")

    assert enrolment_of(mql).ended_because == "MQL closed: Disqualified"
    assert open_tasks(mql) == []


def test_a_plan_that_is_resumed_asks_for_its_step_once(mql: Mql, rep: User) -> None:
    call(mql, "voicemail", by=rep, at=NOW + HOUR)
    plans.end(mql, "By mistake", at=NOW + HOUR)

    for _ in range(2):
        plans.resume(enrolment_of(mql), at=NOW + 2 * HOUR)

    assert enrolment_of(mql).ended_at is None
    assert open_tasks(mql) == [("mail", TUESDAY)]


def test_on_its_day_the_plan_gives_up(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)

    before, then, again = (give_up_due(at=at) for at in (NEXT_MONDAY - HOUR, NEXT_MONDAY, NEXT_MONDAY))

    mql.refresh_from_db()
    assert (before, then, again) == (0, 1, 0)
    assert (mql.verdict, mql.reason, mql.closed_by) == ("recycled", REASON, None)
    assert mql.note == "Nobody answered: Five days came to its end."
    assert Contact.objects.get(pk=mql.contact_id).stage == "nurture"


def test_days_late_it_gives_up_all_the_same(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)

    assert give_up_due(at=NEXT_MONDAY + 4 * DAY) == 1


def test_nobody_is_given_up_on_before_they_were_tried(mql: Mql) -> None:
    assert give_up_due(at=NOW + 60 * DAY) == 0


def test_whoever_answered_is_not_given_up_on(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)
    make_activity(mql.contact, "email_reply", at=NEXT_MONDAY - HOUR)

    give_up_due(at=NEXT_MONDAY)

    mql.refresh_from_db()
    assert mql.closed_at is None


def test_an_answer_that_was_overlooked_is_found_by_the_job(mql: Mql, rep: User) -> None:
    make_activity(mql.contact, "meeting", at=NOW + HOUR)

    assert (plans.end_overlooked(at=NOW + HOUR), plans.end_overlooked(at=NOW + HOUR)) == (1, 0)
    assert enrolment_of(mql).ended_because == "A meeting is agreed"


def test_whoever_was_promised_a_callback_is_not_given_up_on(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)
    add_task(
        mql.contact, "Call", due_at=NEXT_MONDAY + DAY, by=rep, at=THURSDAY, kind=Task.Kind.CALLBACK, mql=mql
    )

    assert give_up_due(at=NEXT_MONDAY) == 0
    assert enrolment_of(mql).give_up_at == NEXT_MONDAY + 2 * DAY


def test_a_reason_that_reps_may_choose_no_more_still_serves_the_plan(mql: Mql, rep: User) -> None:
    to_the_last_step(mql, rep)
    reason = enrolment_of(mql).step.reason
    reason.active = False
    reason.save(update_fields=["active"])

    assert give_up_due(at=NEXT_MONDAY) == 1
