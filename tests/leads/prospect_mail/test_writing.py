"""Mail to prospects as it is written: what is refused, what counts against the week, what it does to an MQL."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string

import pytest
from django.core import mail as box

from crm.errors import Conflict, Forbidden, Invalid
from crm.models import Contact, User
from leads import outbox, prospect_mail
from leads.calls import log_call
from leads.models import Delivery, ProspectMail, Task
from tests.factories import NOW, make_activity, make_mql, make_rep, make_user
from tests.leads.plan_factory import make_plan, open_tasks
from tests.leads.prospect_mail.conftest import LATER, written

pytestmark = pytest.mark.django_db


# Refused as it is written


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"subject": "About {job_title}"}, {"subject"}),
        ({"body": "You at {company} in {country}"}, {"body"}),
        ({"body": "Hello {frist_name}"}, {"body"}),
        ({"subject": " ", "body": ""}, {"subject", "body"}),
        ({"subject": "x" * 201}, {"subject"}),
        ({"body": "x" * 20_001}, {"body"}),
        ({"body": "a\x00"}, {"body"}),
        ({"subject": "Hello\nBcc: everybody@people.example"}, {"subject"}),
        ({"subject": "Hello\r\nBcc: everybody@people.example"}, {"subject"}),
        ({"subject": "Hello\u2028there"}, {"subject"}),
    ],
)
def test_a_mail_with_faults_is_not_written(
    contact: Contact, rep: User, said: dict[str, str], faults: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        written(contact, rep, **said)

    assert {fault.field for fault in refused.value.errors} == faults
    assert not ProspectMail.objects.exists()
    assert not Delivery.objects.exists()


def test_every_missing_field_is_named(contact: Contact, rep: User) -> None:
    with pytest.raises(Invalid) as refused:
        written(contact, rep, subject="{company}", body="{job_title} {country} {job_title}")

    assert [fault.problem for fault in refused.value.errors] == [
        "nothing is known for {company}",
        "nothing is known for {job_title}",
        "nothing is known for {country}",
    ]


@pytest.mark.parametrize("consent", [{"sales_consent": "opted_out"}, {"marketing_consent": "opted_out"}])
def test_who_opted_out_is_not_written_to(contact: Contact, rep: User, consent: dict[str, str]) -> None:
    Contact.objects.filter(pk=contact.pk).update(**consent)

    with pytest.raises(Conflict):
        written(contact, rep)

    assert not ProspectMail.objects.exists()


def test_an_address_that_bounced_is_not_written_to(contact: Contact, rep: User) -> None:
    make_activity(contact, "email_bounce", days_ago=1, properties={"type": "hard"})

    with pytest.raises(Conflict, match="bounced"):
        written(contact, rep)


def test_a_rep_without_an_address_writes_nothing(contact: Contact, rep: User) -> None:
    rep.email = ""
    rep.save()

    with pytest.raises(Invalid, match="no e-mail address"):
        written(contact, rep)


def test_who_is_in_no_team_writes_nothing(contact: Contact) -> None:
    with pytest.raises(Forbidden):
        written(contact, make_user())


def test_nobody_writes_about_another_reps_mql(rep: User) -> None:
    mql = make_mql()

    with pytest.raises(Forbidden):
        written(mql.contact, make_rep().user, mql=mql)


def test_a_name_cannot_bring_a_header_of_its_own(contact: Contact, rep: User) -> None:
    rep.first_name = 'Sam"\r\nBcc: everybody@people.example'
    rep.save()
    written(contact, rep)

    outbox.deliver_due(at=LATER)

    [message] = box.outbox
    parsed = message_from_string(message.message().as_string())
    assert parsed["Bcc"] is None
    assert message.recipients() == ["vera@people.example"]


# The week's calls and mails


def test_one_more_than_the_week_allows_takes_a_word(contact: Contact, rep: User) -> None:
    make_plan(touches_per_week=1)
    log_call(contact, "voicemail", by=rep, at=NOW - timedelta(days=1))
    with pytest.raises(Conflict, match="seven days"):
        written(contact, rep)

    written(contact, rep, over_the_cap=True)

    assert ProspectMail.objects.count() == 1


# About an MQL


def test_a_mail_is_a_touch_and_the_plan_goes_on(rep: User) -> None:
    make_plan()
    mql = make_mql()
    log_call(mql.contact, "voicemail", mql=mql, by=rep, at=LATER)
    [(kind, _)] = open_tasks(mql)

    written(mql.contact, rep, mql=mql, at=LATER, subject="Hello", body="You")

    assert kind == Task.Kind.MAIL
    assert [kind for kind, _ in open_tasks(mql)] == [Task.Kind.CALL]


def test_a_first_mail_by_hand_stops_the_clock(rep: User) -> None:
    mql = make_mql()

    written(mql.contact, rep, mql=mql, at=LATER, subject="Hello", body="You")

    mql.refresh_from_db()
    assert (mql.first_touched_at, mql.accepted_at) == (LATER, None)
    assert mql.tasks.get(kind=Task.Kind.FIRST_TOUCH).outcome == "Mail written"


# The same form


def test_the_same_form_sent_twice_is_one_mail(contact: Contact, rep: User) -> None:
    first = written(contact, rep, once="x")

    second = written(contact, rep, once="x", subject="Again")

    outbox.deliver_due(at=LATER)
    assert first == second
    assert len(box.outbox) == 1


def test_a_message_id_is_the_same_for_the_same_form_alone() -> None:
    ids = [prospect_mail.message_id_of(key) for key in ("a", "a", "b", "", "")]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
