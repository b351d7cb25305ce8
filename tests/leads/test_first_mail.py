"""The first mail to a new MQL: planned, stopped, overtaken, sent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as box

from crm import record
from crm.models import Activity, Contact, User
from leads import outbox
from leads.calls import log_call
from leads.first_mail import mails_under_way, plan_first_mails, stop_overtaken
from leads.jobs import keep_prospect_mails
from leads.models import Delivery, MailTemplate, Mql, ProspectMail, Rep, Team
from leads.prospect_mail import stop
from leads.qualify import qualify
from leads.route import route_unassigned
from leads.touches import touches_left
from leads.verdict import accept, assign, give_verdict
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_activity,
    make_mql,
    make_qualifying,
    make_rep,
    make_team,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised
from tests.leads.plan_factory import make_plan

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DUE = NOW + 30 * MINUTE
State = ProspectMail.State


def make_template(**columns: str) -> MailTemplate:
    said = {"name": "First", "subject": "Hello {first_name}", "body": "Shall we talk?\n{sender_name}"}
    return MailTemplate.objects.create(**{**said, **columns})


def prepare() -> User:
    team = make_team("Inbound")
    Team.objects.filter(pk=team.pk).update(first_mail=make_template())
    return make_rep("sam", team=team, first_name="Sam", last_name="Reyes").user


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return prepare()


def open_mql(**columns: Any) -> Mql:
    """An MQL of somebody who said that sales may write."""
    said = {"first_name": "Vera", "sales_consent": "allowed", "sales_consent_ground": "asked for a demo"}
    return make_mql(**{**said, **columns})


@pytest.fixture
def mql(rep: User) -> Mql:
    return open_mql()


def mail_of(mql: Mql) -> ProspectMail:
    return ProspectMail.objects.get(mql=mql)


# Planned


def test_it_waits_for_the_owners_time_to_stop_it_and_leaves_in_their_name(mql: Mql) -> None:
    mail = mail_of(mql)
    outbox.deliver_due(at=DUE - MINUTE)
    early = [message for message in box.outbox if "people.example" in message.to[0]]

    outbox.deliver_due(at=DUE)

    assert early == []
    assert (mail.automatic, mail.send_at, mail.state) == (True, DUE, State.WAITING)
    sent = [message for message in box.outbox if "people.example" in message.to[0]]
    assert [(message.subject, message.body) for message in sent] == [
        ("Hello Vera", "Shall we talk?\nSam Reyes")
    ]
    assert mail_of(mql).state == State.SENT


def test_the_time_to_stop_it_is_working_time(rep: User) -> None:
    friday_evening = NOW + timedelta(days=4, hours=8, minutes=20)

    mql = open_mql(at=friday_evening)

    assert mail_of(mql).send_at == NOW + timedelta(days=7, minutes=20)


def test_sending_it_is_no_touch(mql: Mql) -> None:
    outbox.deliver_due(at=DUE)

    mql.refresh_from_db()
    assert mql.first_touched_at is None
    assert Activity.objects.filter(kind="email_sent").count() == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"sales_consent": ""},
        {"sales_consent": "allowed", "marketing_consent": "opted_out"},
        {"first_name": ""},
        {"first_name": "See https://evil.example"},
    ],
    ids=["no consent", "unsubscribed", "a field is missing", "no name at all"],
)
def test_without_consent_or_with_something_missing_there_is_none(rep: User, columns: dict[str, str]) -> None:
    mql = open_mql(**columns)

    assert mql.owner == rep
    assert not ProspectMail.objects.exists()


def test_an_address_that_bounced_gets_none(rep: User) -> None:
    contact = make_qualifying(first_name="Vera", sales_consent="allowed")
    make_activity(contact, "email_bounce", days_ago=2, properties={"type": "hard"})

    drain(at=NOW)

    assert Mql.objects.filter(contact=contact).exists()
    assert not ProspectMail.objects.exists()


def test_who_was_called_enough_this_week_gets_none(rep: User) -> None:
    make_plan(touches_per_week=1)
    contact = make_qualifying(first_name="Vera", sales_consent="allowed")
    log_call(contact, "voicemail", by=rep, at=NOW - timedelta(days=1))

    drain(at=NOW)

    assert Mql.objects.filter(contact=contact).exists()
    assert not ProspectMail.objects.exists()


@pytest.mark.parametrize("without", ["template", "active", "email"])
def test_a_team_that_sends_none_sends_none(rep: User, without: str) -> None:
    if without == "template":
        Team.objects.update(first_mail=None)
    elif without == "active":
        MailTemplate.objects.update(active=False)
    else:
        User.objects.update(email="")

    open_mql()

    assert not ProspectMail.objects.exists()


def test_an_mql_that_finds_its_owner_later_gets_it_then(rep: User) -> None:
    Rep.objects.update(available=False)
    mql = open_mql()
    assert not ProspectMail.objects.exists()
    Rep.objects.update(available=True)

    route_unassigned(at=NOW + timedelta(hours=1))

    assert mail_of(mql).send_at == DUE + timedelta(hours=1)


def test_qualifying_and_planning_again_add_nothing(mql: Mql) -> None:
    qualify([mql.contact_id], at=NOW + MINUTE)
    plan_first_mails([mql], at=NOW + MINUTE)

    assert mail_of(mql).send_at == DUE
    assert Delivery.objects.filter(template="prospect_mail").count() == 1


def test_many_are_planned_in_as_many_queries_as_one(
    rep: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    mqls = [open_mql(email=f"p{number}@people.example") for number in range(5)]
    ProspectMail.objects.all().delete()
    Delivery.objects.all().delete()

    with django_assert_max_num_queries(14):
        planned = plan_first_mails(mqls, at=NOW)

    assert len(planned) == 5


# Overtaken


OVERTAKING: dict[str, Callable[[Mql, User], object]] = {
    "a call": lambda mql, rep: log_call(mql.contact, "voicemail", mql=mql, by=rep, at=NOW + MINUTE),
    "accepting": lambda mql, rep: accept(mql, by=rep, at=NOW + MINUTE),
    "a verdict": lambda mql, rep: give_verdict(
        mql, "recycled", by=rep, at=NOW + MINUTE, reason="No project yet"
    ),
    "another owner": lambda mql, rep: assign(
        mql, make_rep(team=make_team("Inbound")).user, by=rep, at=NOW + MINUTE
    ),
}


@pytest.mark.parametrize("what", OVERTAKING)
@pytest.mark.parametrize("the_job_ran", [True, False])
def test_whatever_the_rep_does_before_makes_it_needless(
    mql: Mql, rep: User, what: str, the_job_ran: bool
) -> None:
    OVERTAKING[what](mql, rep)
    if the_job_ran:
        assert keep_prospect_mails() == 1
        assert keep_prospect_mails() == 0

    outbox.deliver_due(at=DUE)

    mail = mail_of(mql)
    assert (mail.state, mail.sent_at) == (State.STOPPED, None)
    assert mail.because
    assert not [message for message in box.outbox if "people.example" in message.to[0]]


def test_what_was_overtaken_does_not_count_as_a_touch(mql: Mql, rep: User) -> None:
    waiting = touches_left(mql.contact, at=NOW)
    OVERTAKING["accepting"](mql, rep)

    stop_overtaken(at=NOW + MINUTE)

    assert touches_left(mql.contact, at=NOW) == waiting + 1


def test_one_that_stands_is_left_alone(mql: Mql) -> None:
    assert stop_overtaken(at=NOW + MINUTE) == 0
    assert mail_of(mql).state == State.WAITING


def test_consent_withdrawn_before_it_leaves_holds_it_back(mql: Mql) -> None:
    Contact.objects.filter(pk=mql.contact_id).update(sales_consent="")

    outbox.deliver_due(at=DUE)

    mail = mail_of(mql)
    assert (mail.state, "has not said" in mail.because) == (State.REFUSED, True)


def test_calls_by_others_meanwhile_hold_it_back(mql: Mql) -> None:
    make_plan(touches_per_week=1)
    make_activity(mql.contact, "call", source="handoff", at=NOW + MINUTE)

    outbox.deliver_due(at=DUE)

    mail = mail_of(mql)
    assert (mail.state, "seven days" in mail.because) == (State.REFUSED, True)


def test_the_only_touch_of_the_week_may_be_the_first_mail(rep: User) -> None:
    make_plan(touches_per_week=1)
    mql = open_mql()

    outbox.deliver_due(at=DUE)

    assert mail_of(mql).state == State.SENT


# Seen and stopped


def test_the_owner_sees_it_until_it_is_overtaken(mql: Mql, rep: User) -> None:
    before = list(mails_under_way(mql.contact, user=rep, at=NOW))

    OVERTAKING["a call"](mql, rep)

    assert before == [mail_of(mql)]
    assert list(mails_under_way(mql.contact, user=rep, at=NOW)) == []


def test_a_stranger_sees_none(mql: Mql) -> None:
    stranger = make_rep(team=make_team("Others")).user

    assert list(mails_under_way(mql.contact, user=stranger, at=NOW)) == []


def test_a_stopped_one_is_not_planned_again(mql: Mql, rep: User) -> None:
    stop(mail_of(mql), by=rep, at=NOW + MINUTE)

    plan_first_mails([mql], at=NOW + 2 * MINUTE)
    outbox.deliver_due(at=DUE)

    assert mail_of(mql).state == State.STOPPED
    assert not [message for message in box.outbox if "people.example" in message.to[0]]


def test_an_mql_that_closes_and_opens_anew_may_have_another(rep: User, mql: Mql) -> None:
    give_verdict(mql, "recycled", by=rep, at=NOW + MINUTE, reason="No project yet")
    back = NOW + timedelta(days=40)
    make_activity(mql.contact, "webinar_attended", subject="Summer", at=back)

    drain(at=back)

    again = Mql.objects.open().get(contact=mql.contact_id)
    assert again != mql
    assert mail_of(again).state == State.WAITING


# At once


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_plan_and_send_one(at_once: AtOnce) -> None:
    publish_small_model()
    prepare()
    contact = make_qualifying(first_name="Vera", sales_consent="allowed")

    planned = at_once(*[lambda: drain(at=NOW)] * 3, *[lambda: qualify([contact.pk], at=NOW)] * 2)
    sent = at_once(*[lambda: outbox.deliver_due(at=DUE)] * 4)

    assert raised([*planned, *sent]) == []
    assert ProspectMail.objects.get().state == State.SENT
    assert len([message for message in box.outbox if message.to == [contact.email]]) == 1
    assert Activity.objects.filter(kind="email_sent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_stopping_from_two_tabs_while_the_job_runs_is_harmless(at_once: AtOnce) -> None:
    publish_small_model()
    rep = prepare()
    mail = mail_of(open_mql())

    results = at_once(
        *[lambda: stop(mail, by=rep, at=NOW + MINUTE)] * 2, *[lambda: stop_overtaken(at=NOW + MINUTE)] * 2
    )

    assert raised(results) == []
    assert ProspectMail.objects.get().state == State.STOPPED


def test_an_erased_person_is_not_written_to(mql: Mql) -> None:
    record.erase_contacts([mql.contact_id])

    outbox.deliver_due(at=DUE)

    assert not [message for message in box.outbox if "people.example" in message.to[0]]
