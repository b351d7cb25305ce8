"""Mail to prospects on its way: sent, held back, not delivered, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as box
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import Settings

from crm import record
from crm.errors import Conflict, Forbidden
from crm.models import Activity, Contact, User
from leads import outbox
from leads.first_mail import mark_failed
from leads.mailable import BOUNCED, refusal
from leads.models import Delivery, ProspectMail
from leads.prospect_mail import stop, write
from tests.factories import NOW, make_contact, make_rep, publish_small_model
from tests.leads.conftest import AtOnce, raised
from tests.leads.prospect_mail.conftest import LATER, State, state_of, written

pytestmark = pytest.mark.django_db


class UnknownAddress(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused({email_messages[0].to[0]: (550, b"no such user")})


class Greylisting(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused({email_messages[0].to[0]: (451, b"try again later")})


class Down(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPServerDisconnected("nobody answers")


class DyingOnce(BaseEmailBackend):
    """A mail after which the worker is killed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        box.outbox.extend(email_messages)
        raise SystemExit


# Sent


def test_a_mail_leaves_in_the_reps_name_and_answers_go_to_them(
    contact: Contact, rep: User, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Handoff <desk@handoff.example>"
    mail = written(contact, rep)

    outbox.deliver_due(at=NOW)

    [message] = box.outbox
    assert message.subject == "Hello Vera"
    assert message.body == "Regards\nSam Reyes"
    assert message.from_email == "Sam Reyes <desk@handoff.example>"
    assert (message.to, message.reply_to) == (["vera@people.example"], ["Sam Reyes <sam@handoff.example>"])
    assert message.extra_headers["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@handoff.example>")


def test_it_is_on_the_timeline_once_it_was_sent_and_not_before(contact: Contact, rep: User) -> None:
    mail = written(contact, rep)
    before = Activity.objects.filter(kind="email_sent").count()

    outbox.deliver_due(at=LATER)

    sent = Activity.objects.get(kind="email_sent")
    assert before == 0
    assert (sent.contact, sent.subject, sent.occurred_at) == (contact, "Hello Vera", LATER)
    assert sent.properties["message_id"] == mail.message_id
    assert (sent.properties["by"], sent.properties["text"]) == ("Sam Reyes", "Regards\nSam Reyes")
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at) == (State.SENT, LATER)


def test_the_outbox_holds_no_address(contact: Contact, rep: User) -> None:
    written(contact, rep)

    assert "people.example" not in str(Delivery.objects.values().get())


def test_it_goes_to_the_address_that_they_have_by_then(contact: Contact, rep: User) -> None:
    written(contact, rep)
    record.correct_contact(contact.pk, by=None, at=NOW, email="vera@new.example")

    outbox.deliver_due(at=LATER)

    assert box.outbox[0].to == ["vera@new.example"]


def test_a_killed_worker_leaves_one_entry_and_one_message_id(
    contact: Contact, rep: User, settings: Settings
) -> None:
    written(contact, rep)
    settings.EMAIL_BACKEND = f"{__name__}.DyingOnce"
    with pytest.raises(SystemExit):
        outbox.deliver_due(at=NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    outbox.deliver_due(at=NOW + timedelta(hours=1))
    outbox.deliver_due(at=NOW + timedelta(hours=2))

    assert len({message.extra_headers["Message-ID"] for message in box.outbox}) == 1
    assert Activity.objects.filter(kind="email_sent").count() == 1


# Held back as it leaves


def test_who_opts_out_before_it_leaves_is_not_written_to(contact: Contact, rep: User) -> None:
    mail = written(contact, rep)
    record.set_consent([contact.pk], "sales", "opted_out", ground="said so", at=NOW)

    outbox.deliver_due(at=LATER)

    assert box.outbox == []
    assert state_of(mail) == State.REFUSED
    assert Delivery.objects.get().state == Delivery.State.WITHDRAWN
    assert not Activity.objects.filter(kind="email_sent").exists()


def test_what_a_rep_wrote_who_left_meanwhile_is_not_sent(contact: Contact, rep: User) -> None:
    mail = written(contact, rep)
    User.objects.filter(pk=rep.pk).update(is_active=False)

    outbox.deliver_due(at=LATER)

    assert (box.outbox, state_of(mail)) == ([], State.REFUSED)


def test_an_erased_contact_takes_the_mail_along(contact: Contact, rep: User) -> None:
    written(contact, rep)
    record.erase_contacts([contact.pk])

    outbox.deliver_due(at=LATER)

    assert box.outbox == []
    assert Delivery.objects.get().state == Delivery.State.DEAD


# Not delivered


def test_an_address_that_the_server_does_not_know_is_a_hard_bounce(
    contact: Contact, rep: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.UnknownAddress"
    mail = written(contact, rep)

    outbox.deliver_due(at=NOW)

    assert state_of(mail) == State.REFUSED
    assert Activity.objects.get(kind="email_bounce").properties["answer"] == "550 no such user"
    assert refusal(contact) == BOUNCED
    assert Delivery.objects.get().state == Delivery.State.WITHDRAWN


@pytest.mark.parametrize("backend", ["Greylisting", "Down"])
def test_what_may_come_right_is_tried_again(
    contact: Contact, rep: User, settings: Settings, backend: str
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"
    mail = written(contact, rep)

    outbox.deliver_due(at=NOW)

    assert state_of(mail) == State.WAITING
    assert Delivery.objects.get().next_attempt_at > NOW
    assert not Activity.objects.filter(kind="email_bounce").exists()


def test_a_mail_that_was_given_up_says_so_and_leaves_when_it_is_tried_again(
    contact: Contact, rep: User
) -> None:
    mail = written(contact, rep)
    Delivery.objects.update(state=Delivery.State.DEAD)

    assert mark_failed() == 1
    assert mark_failed() == 0

    assert state_of(mail) == State.FAILED
    outbox.replay(Delivery.objects.all(), at=LATER)
    outbox.deliver_due(at=LATER)
    assert state_of(mail) == State.SENT


# Stopped


@pytest.fixture
def waiting(contact: Contact, rep: User) -> ProspectMail:
    return written(contact, rep)


def test_a_stopped_mail_never_leaves(waiting: ProspectMail, rep: User) -> None:
    stop(waiting, by=rep, at=NOW)
    stop(waiting, by=rep, at=NOW)

    outbox.deliver_due(at=LATER)

    waiting.refresh_from_db()
    assert (box.outbox, waiting.state, waiting.because) == ([], State.STOPPED, "Stopped by Sam Reyes")


def test_what_has_left_cannot_be_stopped(waiting: ProspectMail, rep: User) -> None:
    outbox.deliver_due(at=NOW)

    with pytest.raises(Conflict, match="has left"):
        stop(waiting, by=rep, at=LATER)


def test_what_is_leaving_cannot_be_stopped(waiting: ProspectMail, rep: User) -> None:
    Delivery.objects.lease(Delivery.objects.get().pk, at=NOW)

    with pytest.raises(Conflict, match="leaving"):
        stop(waiting, by=rep, at=NOW)

    assert state_of(waiting) == State.WAITING


def test_nobody_stops_a_strangers_mail(waiting: ProspectMail) -> None:
    with pytest.raises(Forbidden):
        stop(waiting, by=make_rep().user, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_stopping_and_sending_at_once_have_one_winner(at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep().user
    mail = write(make_contact(), subject="Hello", body="You", by=rep, at=NOW)

    results = at_once(lambda: stop(mail, by=rep, at=NOW), lambda: outbox.deliver_due(at=NOW))

    left = len(box.outbox)
    assert (state_of(mail), left, raised(results)) in [
        (State.STOPPED, 0, []),
        (State.SENT, 1, ["Conflict"]),
    ]
