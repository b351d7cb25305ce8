"""Messages on their way out: sent once, tried again, given up, taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django_q.models import OrmQ
from pytest_django import Settings

from crm import record
from leads import outbox
from leads.mail import compose, message_id
from leads.models import Delivery, Mql
from leads.models.delivery import LEASE
from scoring.models import ScoringVersion
from tests.factories import NOW, make_company, make_mql, make_rep
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


class Refusing(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("nobody answers")


class Dying(BaseEmailBackend):
    """A message that ends whoever sends it, after it has left."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        mail.outbox.extend(email_messages)
        raise SystemExit


REFUSING, DYING = f"{__name__}.Refusing", f"{__name__}.Dying"
WORKING = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def mql(small_model: ScoringVersion) -> Mql:
    make_rep("ada", first_name="Ada")
    make_company("acme.example", name="Acme & Sons")
    return make_mql("vera@acme.example", first_name="Vera", last_name="O'Hara")


@pytest.fixture
def delivery(mql: Mql) -> Delivery:
    return Delivery.objects.get()


def test_a_message_says_who_why_and_by_when(delivery: Delivery, mql: Mql, settings: Settings) -> None:
    settings.SITE_URL = "https://handoff.example"

    outbox.deliver_due(at=NOW)

    [message] = mail.outbox
    assert message.to == ["ada@handoff.example"]
    assert message.subject == "C2 MQL for you: Vera O'Hara, Acme & Sons"
    assert "Vera O'Hara at Acme & Sons qualified and is yours." in message.body
    assert "Webinar attended" in message.body
    assert "C2, 80.00 points (fit 30.00, engagement 50.00)" in message.body
    assert "Monday 2 March, 13:00 UTC" in message.body
    assert "the only available rep" in message.body
    assert f"https://handoff.example/inbox/{mql.pk}/" in message.body


def test_the_html_part_says_the_same_and_escapes_it(delivery: Delivery, mql: Mql, settings: Settings) -> None:
    settings.SITE_URL = "https://handoff.example"

    outbox.deliver_due(at=NOW)

    [(html, kind)] = mail.outbox[0].alternatives
    assert kind == "text/html"
    assert "Vera O&#x27;Hara" in html
    assert "Acme &amp; Sons" in html
    assert "C2, 80.00 points" in html
    assert f'href="https://handoff.example/inbox/{mql.pk}/"' in html


def test_a_subject_is_one_line_whatever_a_name_holds(delivery: Delivery, mql: Mql) -> None:
    mql.contact.first_name = "Vera\r\nBcc: all@acme.example"
    mql.contact.save(update_fields=["first_name"])

    assert compose(delivery).subject == "C2 MQL for you: Vera Bcc: all@acme.example O'Hara, Acme & Sons"


def test_what_was_sent_is_not_sent_again(delivery: Delivery) -> None:
    outbox.deliver_due(at=NOW)
    outbox.deliver_due(at=NOW + timedelta(days=4))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at, delivery.attempts) == (Delivery.State.SENT, NOW, 1)
    assert len(mail.outbox) == 1


def test_what_is_not_due_waits(delivery: Delivery) -> None:
    Delivery.objects.update(next_attempt_at=NOW + MINUTE)

    assert outbox.deliver_due(at=NOW) == 0
    assert outbox.deliver_due(at=NOW + MINUTE) == 1


def test_the_same_key_is_queued_once(delivery: Delivery) -> None:
    twin = Delivery(key=delivery.key, channel="email", recipient="b@handoff.example", template="mql_assigned")

    outbox.queue([twin], at=NOW)

    assert list(Delivery.objects.values_list("recipient", flat=True)) == ["ada@handoff.example"]


def test_a_failure_is_tried_again_after_a_pause_and_leaves_its_reason(
    delivery: Delivery, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = REFUSING

    assert outbox.deliver_due(at=NOW) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.leased_until) == (Delivery.State.WAITING, 1, None)
    assert delivery.last_error == "ConnectionRefusedError: nobody answers"
    assert timedelta(seconds=30) <= delivery.next_attempt_at - NOW <= timedelta(seconds=40)
    settings.EMAIL_BACKEND = WORKING
    assert outbox.deliver_due(at=NOW + timedelta(seconds=29)) == 0
    assert outbox.deliver_due(at=NOW + timedelta(seconds=40)) == 1
    assert len(mail.outbox) == 1


def test_pauses_grow_from_half_a_minute_to_six_hours() -> None:
    pauses = [outbox.pause_after(attempts) for attempts in range(1, outbox.MOST_ATTEMPTS + 1)]

    assert timedelta(seconds=30) <= pauses[0] <= timedelta(seconds=37.5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)


def test_chance_keeps_pauses_apart() -> None:
    assert len({outbox.pause_after(3) for _ in range(20)}) > 1


def test_after_eight_attempts_a_message_is_a_dead_letter(delivery: Delivery, settings: Settings) -> None:
    settings.EMAIL_BACKEND = REFUSING
    for day in range(12):
        outbox.deliver_due(at=NOW + timedelta(days=day))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.DEAD, 8)
    assert delivery.last_error == "ConnectionRefusedError: nobody answers"
    settings.EMAIL_BACKEND = WORKING
    assert outbox.deliver_due(at=NOW + timedelta(days=30)) == 0


def test_a_dead_letter_can_be_replayed(delivery: Delivery) -> None:
    Delivery.objects.update(state=Delivery.State.DEAD, attempts=8, last_error="nobody answers")

    assert outbox.replay(Delivery.objects.all(), at=NOW + MINUTE) == 1
    assert outbox.deliver_due(at=NOW + MINUTE) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (Delivery.State.SENT, 1, "")


def test_only_dead_letters_are_replayed(delivery: Delivery) -> None:
    outbox.deliver_due(at=NOW)

    assert outbox.replay(Delivery.objects.all(), at=NOW + MINUTE) == 0
    assert outbox.deliver_due(at=NOW + MINUTE) == 0


def test_a_crash_between_sending_and_marking_sends_again_under_the_same_message_id(
    delivery: Delivery, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = DYING
    with pytest.raises(SystemExit):
        outbox.deliver_due(at=NOW)
    settings.EMAIL_BACKEND = WORKING

    assert outbox.deliver_due(at=NOW + LEASE - MINUTE) == 0
    assert outbox.deliver_due(at=NOW + LEASE) == 1

    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second == message_id(delivery)


def test_two_messages_have_two_message_ids(mql: Mql) -> None:
    make_mql("other@acme.example")

    assert len({message_id(delivery) for delivery in Delivery.objects.all()}) == 2


def test_what_kills_its_sender_every_time_is_given_up(delivery: Delivery, settings: Settings) -> None:
    settings.EMAIL_BACKEND = DYING
    for attempt in range(outbox.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            outbox.deliver_due(at=NOW + attempt * LEASE)

    assert outbox.deliver_due(at=NOW + timedelta(days=1)) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.DEAD, 8)
    assert delivery.last_error


def test_one_that_fails_does_not_hold_up_the_others(mql: Mql) -> None:
    make_mql("other@acme.example")
    bad = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=bad.pk).update(recipient="nobody\n@acme.example")

    assert outbox.deliver_due(at=NOW) == 1

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (Delivery.State.WAITING, 1)


def test_who_comes_too_late_does_not_overwrite_what_another_did(
    delivery: Delivery, settings: Settings
) -> None:
    slow = Delivery.objects.lease(delivery.pk, at=NOW)
    quick = Delivery.objects.lease(delivery.pk, at=NOW + LEASE)
    outbox.send(quick, at=NOW + LEASE)
    settings.EMAIL_BACKEND = REFUSING

    outbox.send(slow, at=NOW + LEASE)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == (Delivery.State.SENT, "")


def test_a_message_about_an_erased_person_is_given_up_and_names_nobody(delivery: Delivery, mql: Mql) -> None:
    assert "vera" not in str(Delivery.objects.values().get()).lower()
    record.erase_contacts([mql.contact_id])

    assert outbox.deliver_due(at=NOW) == 0

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DEAD
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_queueing_asks_for_delivery_once_it_is_committed() -> None:
    def queue(key: str) -> None:
        letter = Delivery(key=key, channel="email", recipient="a@handoff.example", template="mql_assigned")
        outbox.queue([letter], at=NOW)

    with transaction.atomic():
        queue("a")
        before = OrmQ.objects.count()
    with transaction.atomic():
        queue("b")
        transaction.set_rollback(True)

    assert before == 0
    assert [job.func() for job in OrmQ.objects.all()] == ["leads.jobs.deliver_due"]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_lease_one_has_it(at_once: AtOnce) -> None:
    row = Delivery.objects.create(
        key="a", channel="email", recipient="a@handoff.example", template="mql_assigned", next_attempt_at=NOW
    )

    results: list[Any] = at_once(*[partial(Delivery.objects.lease, row.pk, at=NOW)] * 6)

    assert raised(results) == []
    assert [leased.pk for leased in results if leased] == [row.pk]


@pytest.mark.django_db(transaction=True)
def test_while_one_delivers_others_leave_it_to_them(at_once: AtOnce) -> None:
    Delivery.objects.create(
        key="a", channel="email", recipient="a@handoff.example", template="mql_assigned", next_attempt_at=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [outbox.LOCK])
        [sent] = at_once(partial(outbox.deliver_due, at=NOW))
        cursor.execute("SELECT pg_advisory_unlock(%s)", [outbox.LOCK])

    assert sent == 0
    assert Delivery.objects.get().attempts == 0
