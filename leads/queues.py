"""The inbox's queues: whose open MQLs a user looks at."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q

from crm.models import Contact, User
from leads.keyset import Column
from leads.models import Mql, Rep
from leads.models.mql import MqlQuerySet


class Queue(models.TextChoices):
    MINE = "mine", "Mine"
    TEAM = "team", "My team"
    UNASSIGNED = "unassigned", "Unassigned"
    ALL = "all", "All"


URGENCY = (
    Column("first_touched_at", nulls="first"),
    Column("due_at", nulls="last"),
    Column("total", descending=True),
    Column("opened_at", descending=True),
    Column("pk", descending=True),
)
"""`MqlQuerySet.by_urgency`, as the columns of a page's cursor."""


def _belongs(user: User, queue: Queue) -> Q:
    match queue:
        case Queue.MINE:
            return Q(owner=user)
        case Queue.TEAM:
            return Q(owner__in=Rep.objects.teammates_of(user).values("user"))
        case Queue.UNASSIGNED:
            return Q(owner=None)
    return Q()


def in_queue(user: User, queue: Queue, *, search: str = "") -> MqlQuerySet:
    """Open MQLs that `user` sees in `queue`, narrowed to contacts that match `search`."""
    found = Mql.objects.visible_to(user).open().filter(_belongs(user, queue))
    return found.filter(contact__in=Contact.objects.matching(search)) if search else found


def sizes(user: User) -> dict[Queue, int]:
    """How many open MQLs each queue of `user` holds, counted in one query."""
    counts = (
        Mql.objects.visible_to(user)
        .open()
        .aggregate(
            **{
                queue.value: Count("pk", filter=_belongs(user, queue))
                for queue in Queue
                if queue != Queue.ALL
            },
            all=Count("pk"),
        )
    )
    return {queue: counts[queue.value] for queue in Queue}


def first_queue(user: User) -> Queue:
    """What a user works in when they do not say: a rep their own, a team lead the team's, everybody else all."""
    if Rep.objects.filter(user=user).exists():
        return Queue.MINE
    return Queue.TEAM if Rep.objects.filter(team__lead=user).exists() else Queue.ALL
