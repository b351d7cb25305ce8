"""Telling users: a row for the bell, mail and webhook messages into the outbox, the rest for the daily digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from crm.models import User
from leads import outbox, sla
from leads.models import Delivery, DigestItem, Mql, Notification, NotificationSettings
from leads.notice import named
from leads.notify.ways import Mail, Ways, ways_of

MAIL, WEBHOOK = "mail:", "slack:"
"""What keys of messages begin with, by the way that they go."""


class Told(NamedTuple):
    """One thing to tell one user.

    `key` says what it is about, so that the same is never told twice: at most 80 characters, without kind and user.
    `text` names nobody: `{who}` stands for the contact of `mql`, who is looked up whenever it is read or sent, so that
    an erased person leaves no name behind.
    """

    key: str
    user: User
    mql: Mql | None
    text: str


def tell(
    kind: Notification.Kind, told: Sequence[Told | tuple[str, User, Mql | None, str]], *, at: datetime
) -> None:
    """Tell each user in the ways they chose for `kind`, each thing once. Whoever cannot sign in is told nothing.

    The bell rings at once. What leaves the application outside a user's working hours waits for their next, unless they
    want it all the same. Have the contacts of MQLs loaded, with their companies.
    """
    things = [thing for thing in map(Told._make, told) if thing.user.is_active]
    if not things:
        return
    users = {thing.user.pk for thing in things}
    ways = ways_of(users, kind)
    keys = _untold([(f"{kind}:{thing.key}:{thing.user.pk}", thing, ways[thing.user.pk]) for thing in things])
    if not keys:
        return
    _ring(kind, keys, at)
    _put_off(kind, keys, at)
    deliveries = [*_mails(kind, keys), *_webhook_messages(kind, keys)]
    outbox.queue(deliveries, at=at, held_until=_quiet_until(users, at) if deliveries else {})


Keyed = tuple[str, Told, Ways]


def _untold(keys: Sequence[Keyed]) -> list[Keyed]:
    """What was not told yet by any way: whoever chooses another is not told again by that one. One query."""
    asked = [key for key, _, _ in keys]
    rung = Notification.objects.filter(key__in=asked).order_by().values_list("key")
    put_off = DigestItem.objects.filter(notification_key__in=asked).order_by().values_list("notification_key")
    sent = Delivery.objects.filter(key__in=[f"{way}{key}" for way in (MAIL, WEBHOOK) for key in asked])
    told = {key for (key,) in rung.union(put_off, sent.order_by().values_list("key"))}
    return [each for each in keys if told.isdisjoint({each[0], MAIL + each[0], WEBHOOK + each[0]})]


def _ring(kind: Notification.Kind, keys: Sequence[Keyed], at: datetime) -> None:
    rows = [
        Notification(
            key=key,
            mql=thing.mql,
            user=thing.user,
            kind=kind,
            text=named(thing.text, thing.mql)[:300],
            created_at=at,
        )
        for key, thing, ways in keys
        if ways.in_app
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _put_off(kind: Notification.Kind, keys: Sequence[Keyed], at: datetime) -> None:
    rows = [
        DigestItem(notification_key=key, user=thing.user, kind=kind, mql=thing.mql, created_at=at)
        for key, thing, ways in keys
        if ways.mail == Mail.DIGEST and thing.user.email
    ]
    if rows:
        DigestItem.objects.bulk_create(rows, ignore_conflicts=True)


def _mails(kind: Notification.Kind, keys: Sequence[Keyed]) -> list[Delivery]:
    template = "mql_assigned" if kind == Notification.Kind.MQL_ASSIGNED else "notice"
    return [
        Delivery(
            key=MAIL + key,
            channel=Delivery.Channel.EMAIL,
            recipient=thing.user.email,
            template=template,
            context=_context(kind, thing),
        )
        for key, thing, ways in keys
        if ways.mail == Mail.AT_ONCE and thing.user.email
    ]


def _webhook_messages(kind: Notification.Kind, keys: Sequence[Keyed]) -> list[Delivery]:
    wanted = {thing.user.pk for _, thing, ways in keys if ways.slack}
    if not wanted:
        return []
    reachable = NotificationSettings.objects.filter(user__in=wanted).exclude(slack_url="")
    ready = set(reachable.values_list("user", flat=True))
    return [
        Delivery(
            key=WEBHOOK + key,
            channel=Delivery.Channel.SLACK,
            # The address is a secret: it is looked up when the message leaves.
            recipient=thing.user.username,
            template="notice",
            context=_context(kind, thing),
        )
        for key, thing, ways in keys
        if ways.slack and thing.user.pk in ready
    ]


def _context(kind: Notification.Kind, thing: Told) -> dict[str, object]:
    """What the message is made from when it leaves. Names are looked up then."""
    return {
        "mql": thing.mql.pk if thing.mql else None,
        "user": thing.user.pk,
        "kind": kind.value,
        "text": thing.text,
    }


def _quiet_until(users: Collection[int], at: datetime) -> dict[int, datetime]:
    """For those users who are not at work and want quiet until then: when that is."""
    loud = NotificationSettings.objects.filter(user__in=users, outside_hours=True)
    hours = sla.hours_of(set(users) - set(loud.values_list("user", flat=True)))
    starts = {user: sla.next_start(calendar, at) for user, calendar in hours.items()}
    return {user: start for user, start in starts.items() if start > at}


def withdraw(
    mqls: Collection[Mql], *, since: datetime, at: datetime, users: Collection[User] | None = None
) -> int:
    """Take back what was told of `mqls` since a moment and has not left yet: to everybody, or to `users`.

    Returns how many messages will not be sent. What the bell said stays: it may have been read.
    """
    ids = [mql.pk for mql in mqls]
    waiting = Delivery.objects.filter(context__mql__in=ids, created_at__gte=since)
    items = DigestItem.objects.filter(mql__in=ids, created_at__gte=since, sent_at=None)
    if users is not None:
        waiting = waiting.filter(context__user__in=[user.pk for user in users])
        items = items.filter(user__in=users)
    items.delete()
    return outbox.withdraw(waiting, at=at)
