"""The daily mail of what a user did not want to be told of at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from crm.models import User
from leads import outbox, sla
from leads.models import Delivery, DigestItem, NotificationSettings
from leads.sla import WorkingTime


def send_digests(*, at: datetime) -> int:
    """Queue the digest of each user for whom it is time and something waits. Returns how many were queued.

    Each user gets one a day at most, on their working days unless they want word on others too, from their chosen time
    by the clock where they work. What comes later in the day waits for the next.
    """
    waiting = DigestItem.objects.filter(sent_at=None).order_by().values("user").distinct()
    users = list(User.objects.filter(pk__in=waiting, is_active=True).order_by("pk"))
    hours = sla.hours_of([user.pk for user in users])
    chosen = NotificationSettings.objects.in_bulk([user.pk for user in users])
    ready = [
        user
        for user in users
        if _is_time(hours[user.pk], chosen.get(user.pk) or NotificationSettings(user=user), at)
    ]
    return _queue(ready, hours, at)


def _is_time(hours: WorkingTime, wanted: NotificationSettings, at: datetime) -> bool:
    local = at.astimezone(hours.zone)
    awake = wanted.outside_hours or hours.is_working_day(local.date())
    return awake and local.time() >= wanted.digest_at


def _queue(users: Iterable[User], hours: dict[int, WorkingTime], at: datetime) -> int:
    return sum(_queue_one(user, f"digest:{user.pk}:{hours[user.pk].day_of(at)}", at) for user in users)


@transaction.atomic
def _queue_one(user: User, key: str, at: datetime) -> bool:
    """Queue one user's digest, unless today's is there. The lock lets two runs come to the same answer."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Delivery.objects.filter(key=key).exists():
        return False
    items = DigestItem.objects.filter(user=user, sent_at=None)
    ids = list(items.values_list("pk", flat=True))
    if not ids:
        return False
    items.filter(pk__in=ids).update(sent_at=at)
    if not user.email:
        return False
    digest = Delivery(
        key=key,
        channel=Delivery.Channel.EMAIL,
        recipient=user.email,
        template="digest",
        context={"user": user.pk, "items": ids},
    )
    outbox.queue([digest], at=at)
    return True
