"""The outbox: messages are written with the effect that causes them and leave afterwards, with retries and an end.

A row is leased, sent, then marked. Whoever dies in between leaves a lease that runs out, and the row is tried again; so
a message may leave twice and is never lost. `leads.mail` makes the mails, `leads.webhook` hands over the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import SystemRandom
from smtplib import SMTPException
from time import monotonic

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django_q.tasks import async_task

from leads import mail, prospect_delivery, webhook
from leads.models import Delivery, NotificationSettings
from leads.notice import notice

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
GROWTH = 3.0
JITTER = 0.25
"""The most that chance adds to a pause, so that what failed together is not tried together again."""

MOST_PER_RUN = 500
SECONDS_PER_RUN = 20
"""A slow mail server may hold a worker this long. What is left waits for the next run."""

LOCK = 0x4861_6E64_6F66_6601
FAILURES = (SMTPException, *webhook.FAILURES)
"""What sending may fail with: refused, not reached, or an address or header that no mail may have."""

_random = SystemRandom()


def queue(
    deliveries: Sequence[Delivery], *, at: datetime, held_until: Mapping[int, datetime] | None = None
) -> None:
    """Put messages into the outbox, each key once, and ask for their delivery once all of this is committed.

    `held_until`: until when what a user is told, who is named in the context, stays here.
    """
    if not deliveries:
        return
    for delivery in deliveries:
        delivery.created_at = at
        delivery.next_attempt_at = (held_until or {}).get(delivery.context.get("user"), at)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    ask_for_delivery()


def ask_for_delivery() -> None:
    """Ask for a delivery run after commit. Should that fail, the schedule's next run does the same."""
    transaction.on_commit(lambda: async_task("leads.jobs.deliver_due"), robust=True)


def deliver_due(*, at: datetime) -> int:
    """Try what is due, the longest waiting first. Returns how many were sent.

    One run at a time: a mail server that hangs must hold one worker and not all of them.
    """
    with _alone() as alone:
        if not alone:
            return 0
        _bury(at)
        due = Delivery.objects.due(at=at).order_by("next_attempt_at", "pk")
        deadline = monotonic() + SECONDS_PER_RUN
        sent = 0
        for pk in list(due.values_list("pk", flat=True)[:MOST_PER_RUN]):
            if monotonic() > deadline:
                break
            if delivery := Delivery.objects.lease(pk, at=at):
                sent += send(delivery, at=at)
        return sent


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process is in here. The server lets go of the lock when a process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        [alone] = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _bury(at: datetime) -> None:
    """Give up on what was leased for the last time and never marked: it kills whoever sends it."""
    lost = Delivery.objects.due(at=at).filter(attempts__gte=MOST_ATTEMPTS)
    lost.update(state=Delivery.State.DEAD, last_error="Whoever sent it died, time after time.")


def send(delivery: Delivery, *, at: datetime) -> bool:
    """Send a leased delivery, then mark what came of it. Returns whether it was sent."""
    try:
        _hand_over(delivery, at)
    except prospect_delivery.Withheld as why:
        _mark(delivery, state=Delivery.State.WITHDRAWN, last_error=str(why))
        return False
    except ObjectDoesNotExist as gone:
        _mark(delivery, state=Delivery.State.DEAD, last_error=f"What it is about is no longer there: {gone}")
        return False
    except FAILURES as error:
        _fail(delivery, f"{type(error).__name__}: {error}", at)
        return False
    # Whoever holds the row by now: it was sent.
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.SENT, sent_at=at, leased_until=None, last_error=""
    )
    logger.info("sent delivery=%s attempts=%s", delivery.pk, delivery.attempts)
    return True


def _hand_over(delivery: Delivery, at: datetime) -> None:
    if delivery.template == prospect_delivery.TEMPLATE:
        prospect_delivery.send(delivery, at=at)
    elif delivery.channel == Delivery.Channel.SLACK:
        about = notice(delivery.context)
        wanted = NotificationSettings.objects.exclude(slack_url="").get(user=delivery.context["user"])
        webhook.post(wanted.slack_url, f"{about.text}\n{about.address}")
    else:
        mail.compose(delivery).send()


def _fail(delivery: Delivery, error: str, at: datetime) -> None:
    if delivery.attempts >= MOST_ATTEMPTS:
        _mark(delivery, state=Delivery.State.DEAD, last_error=error)
        logger.error("gave up delivery=%s attempts=%s", delivery.pk, delivery.attempts)
        return
    _mark(delivery, next_attempt_at=at + pause_after(delivery.attempts), last_error=error)
    logger.warning("failed delivery=%s attempts=%s", delivery.pk, delivery.attempts)


def _mark(delivery: Delivery, **columns: object) -> None:
    """Write what came of an attempt, unless its lease ran out and the row is another's by now."""
    held = Delivery.objects.filter(
        pk=delivery.pk,
        state=Delivery.State.WAITING,
        leased_until=delivery.leased_until,
        attempts=delivery.attempts,
    )
    held.update(leased_until=None, **columns)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: half a minute, then three times as long each time, to a bound."""
    pause = SHORTEST_PAUSE * GROWTH ** (attempts - 1) * (1 + JITTER * _random.random())
    return min(pause, LONGEST_PAUSE)


def hold(*, mql_id: int, queued_at: datetime, until: datetime) -> None:
    """Keep what was queued about an MQL at a moment from leaving before `until`: its cause may yet be taken back.

    Call it in the transaction that queued it.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, context__mql=mql_id, created_at=queued_at)
    # The index knows what waits by when it is next tried.
    waiting.filter(next_attempt_at__gte=queued_at, next_attempt_at__lt=until).update(next_attempt_at=until)


def withdraw(deliveries: QuerySet[Delivery], *, at: datetime) -> int:
    """Keep those of `deliveries` from leaving that have not left yet. Returns how many.

    One that is being sent at this moment goes.
    """
    idle = deliveries.filter(Q(leased_until=None) | Q(leased_until__lte=at), state=Delivery.State.WAITING)
    return idle.update(state=Delivery.State.WITHDRAWN)


@transaction.atomic
def replay(deliveries: QuerySet[Delivery], *, at: datetime) -> int:
    """Give dead letters among `deliveries` all their attempts again, from now. Returns how many there were."""
    raised = deliveries.filter(state=Delivery.State.DEAD).update(
        state=Delivery.State.WAITING, attempts=0, next_attempt_at=at, leased_until=None
    )
    if raised:
        ask_for_delivery()
    return raised
