"""The inbox's queues: whose open MQLs a user looks at."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q

from crm.models import User
from crm.models.contact import named_like_all
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
    return found.filter(*named_like_all(search, "contact__"))


def sizes(user: User) -> dict[Queue, int]:
    """How many open MQLs each queue of `user` holds."""
    visible = Mql.objects.visible_to(user).open().order_by()
    of_owner = dict(visible.values_list("owner").annotate(size=Count("*")))
    team = set(Rep.objects.teammates_of(user).values_list("user", flat=True))
    return {
        Queue.MINE: of_owner.get(user.pk, 0),
        Queue.TEAM: sum(size for owner, size in of_owner.items() if owner in team),
        Queue.UNASSIGNED: of_owner.get(None, 0),
        Queue.ALL: sum(of_owner.values()),
    }


def first_queue(user: User) -> Queue:
    """What a user works in when they do not say: a rep their own, a team lead the team's, everybody else all."""
    if Rep.objects.filter(user=user).exists():
        return Queue.MINE
    return Queue.TEAM if Rep.objects.filter(team__lead=user).exists() else Queue.ALL
