"""A rep's open tasks as a calendar that other programs read, under an address that only the rep knows."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from icalendar import Alarm, Calendar, Event

from crm.models import User
from leads.models import CalendarFeed, Task

AHEAD = timedelta(days=60)
MOST = 1000
"""A calendar of more than this is read by nobody. What is due first is in it."""
LENGTH = timedelta(minutes=15)
WARNING = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a feed was read: programs may ask often."""


def make_feed(user: User, *, at: datetime) -> str:
    """A new address for `user`, as its token, which is kept nowhere. It ends the one before."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_hash": _hash(token), "created_at": at, "read_at": None}
    )
    return token


def end_feed(user: User) -> None:
    """End `user`'s address. Whoever knows it reads nothing any more."""
    CalendarFeed.objects.filter(user=user).delete()


def reader_of(token: str, *, at: datetime) -> User | None:
    """Whose calendar `token` opens, noted as read at `at`. None for one that is wrong, ended, or of who left."""
    feeds = CalendarFeed.objects.filter(token_hash=_hash(token), user__is_active=True)
    feed = feeds.select_related("user").first()
    if feed is None:
        return None
    stale = Q(read_at=None) | Q(read_at__lt=at - SEEN_EVERY)
    CalendarFeed.objects.filter(stale, pk=feed.pk).update(read_at=at)
    return feed.user


def calendar_of(user: User, *, at: datetime) -> bytes:
    """What `user` has to do, overdue or within the next 60 days, in iCalendar. The same tasks give the same bytes."""
    due = Task.objects.open().filter(assignee=user, due_at__lte=at + AHEAD)
    return _written(user, due.select_related("contact__company").order_by("due_at", "pk")[:MOST])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _written(user: User, tasks: Iterable[Task]) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", "-//Handoff//Tasks//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", f"Handoff: {user}")
    calendar.add("X-PUBLISHED-TTL", "PT15M")
    for task in tasks:
        calendar.add_component(_event(task))
    return bytes(calendar.to_ical())


def _event(task: Task) -> Event:
    event = Event()
    event.add("UID", f"task-{task.pk}@{settings.SITE_URL.partition('://')[2]}")
    event.add("DTSTAMP", task.created_at)
    event.add("SEQUENCE", task.snoozed_times)
    event.add("DTSTART", task.due_at)
    event.add("DTEND", task.due_at + LENGTH)
    event.add("SUMMARY", task.title)
    event.add("DESCRIPTION", _details(task))
    event.add("URL", _address(task))
    # A calendar must not call the rep busy because there is something to do.
    event.add("TRANSP", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", task.title)
    alarm.add("TRIGGER", -WARNING)
    event.add_component(alarm)
    return event


def _details(task: Task) -> str:
    contact = task.contact
    said = (contact.name, contact.company and contact.company.name, contact.phone, _address(task))
    return "\n".join(str(each) for each in said if each)


def _address(task: Task) -> str:
    page = reverse("mql", args=[task.mql_id]) if task.mql_id else reverse("contact", args=[task.contact_id])
    return f"{settings.SITE_URL}{page}"
