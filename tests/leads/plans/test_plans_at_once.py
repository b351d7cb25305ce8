"""Follow-up plans that several move on at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from crm.models import Contact
from leads import plans
from leads.give_up import give_up_due
from leads.models import Enrolment, Mql, Task
from leads.qualify import qualify
from leads.verdict import give_verdict
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_activity,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_team,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised
from tests.leads.plan_factory import (
    HOUR,
    NEXT_MONDAY,
    REASON,
    enrolment_of,
    make_plan,
    open_tasks,
    to_the_last_step,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_workers_at_once_one_gives_up(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep().user
    make_plan()
    mql = make_mql()
    to_the_last_step(mql, rep)

    results = at_once(*[partial(give_up_due, at=NEXT_MONDAY)] * 4)

    assert sorted(results) == [0, 0, 0, 1]


def test_calls_logged_at_once_do_not_jump_steps(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep().user
    make_plan()
    mql = make_mql()

    results = at_once(*[partial(plans.after_call, mql, "voicemail", by=rep, at=NOW + HOUR)] * 4)

    # The first settles the call; to the others, which no step asked for, the mail is next.
    assert raised(results) == []
    assert enrolment_of(mql).step.position == 1
    assert [kind for kind, _ in open_tasks(mql)] == ["mail"]


def test_a_reply_and_a_verdict_at_once_end_the_plan_without_a_deadlock(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep(team=make_team()).user
    make_plan()
    mql = make_mql()

    results = at_once(
        partial(make_activity, mql.contact, "email_reply", at=NOW + HOUR),
        partial(give_verdict, mql, "recycled", by=rep, at=NOW + HOUR, reason=REASON),
    )

    assert raised(results) == []
    assert enrolment_of(mql).ended_at == NOW + HOUR


def test_drains_at_once_start_one_plan_each(at_once: AtOnce) -> None:
    publish_small_model()
    make_rep()
    make_plan()
    people = make_qualifying_people(5)
    drain(at=NOW)
    Mql.objects.all().delete()
    Contact.objects.update(stage="lead")

    results = at_once(*[partial(qualify, people, at=NOW)] * 3)

    assert raised(results) == []
    assert Enrolment.objects.count() == Task.objects.filter(step__isnull=False).count() == 5
