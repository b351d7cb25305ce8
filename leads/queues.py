"""The inbox's queues: whose MQLs a user looks at, and how far these are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from crm.models import User
from leads.models import Mql, Rep, Task
from leads.models.mql import MqlQuerySet
from leads.models.routing import teammates


class Queue(models.TextChoices):
    MINE = "mine", "Mine"
    TEAM = "team", "My team"
    UNASSIGNED = "unassigned", "Unassigned"
    ALL = "all", "All"


class State(models.TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    TODAY = "today", "Waiting on me today"
    CLOSED = "closed", "Closed"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many MQLs are in a state in each queue, and in each state of one queue. Closed ones are not counted: they
    become ever more.
    """

    queues: dict[Queue, int | None]
    states: dict[State, int | None]


def in_queue(
    user: User, queue: Queue, state: State, *, at: datetime, whose: User | None = None
) -> MqlQuerySet:
    """MQLs in `state` that `user` sees in `queue`, their own or that of `whose`."""
    whose = whose or user
    visible = Mql.objects.visible_to(user).filter(_belongs(whose, queue))
    match state:
        case State.CLOSED:
            return visible.exclude(closed_at=None)
        case State.ACCEPTED:
            return visible.open().exclude(accepted_at=None)
        case State.TODAY:
            return visible.open().filter(waits_on(whose, at=at))
    return visible.open()


def _belongs(user: User, queue: Queue) -> Q:
    match queue:
        case Queue.MINE:
            return Q(owner=user)
        case Queue.TEAM:
            return Q(owner__in=teammates(user))
        case Queue.UNASSIGNED:
            return Q(owner=None)
    return Q()


def waits_on(user: User, *, at: datetime) -> Q:
    """What asks something of `user` before the day of `at` ends: a task of theirs, or the first touch of what is
    theirs.
    """
    tonight = end_of_day(at)
    due = Task.objects.open().filter(assignee=user, due_at__lt=tonight)
    untouched = Q(owner=user, first_touched_at=None, due_at__lt=tonight)
    return untouched | Q(contact__in=due.order_by().values("contact"))


def end_of_day(at: datetime) -> datetime:
    """The midnight that ends the day of `at`, as clocks on the wall show it."""
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


def sizes(
    user: User, team: Collection[int], queue: Queue, state: State, *, at: datetime, whose: User | None = None
) -> Sizes:
    """How many MQLs there are for `user` to choose from, in one query. `team`: the users of the queue of the team."""
    whose = whose or user
    counted = (
        Mql.objects.visible_to(user)
        .open()
        .order_by()
        .values_list("owner")
        .annotate(
            open=Count("pk"), accepted=Count("accepted_at"), today=Count("pk", filter=waits_on(whose, at=at))
        )
    )
    by_state: dict[State, dict[int | None, int]] = {State.OPEN: {}, State.ACCEPTED: {}, State.TODAY: {}}
    for owner, *counts in counted:
        for of_owner, size in zip(by_state.values(), counts, strict=True):
            of_owner[owner] = size

    def size_of(each: State, of_queue: Queue) -> int | None:
        return _sum(by_state[each], of_queue, whose, team) if each in by_state else None

    return Sizes(
        queues={each: size_of(state, each) for each in Queue},
        states={each: size_of(each, queue) for each in State},
    )


def _sum(of_owner: Mapping[int | None, int], queue: Queue, user: User, team: Collection[int]) -> int:
    match queue:
        case Queue.MINE:
            return of_owner.get(user.pk, 0)
        case Queue.TEAM:
            return sum(size for owner, size in of_owner.items() if owner in team)
        case Queue.UNASSIGNED:
            return of_owner.get(None, 0)
    return sum(of_owner.values())


def team_of(user: User) -> set[int]:
    """The users of the teams that `user` belongs to or leads."""
    return set(Rep.objects.teammates_of(user).values_list("user", flat=True))


def first_queue(user: User, team: Collection[int]) -> Queue:
    """What a user works in when they do not say: a rep their own, the lead of a team theirs, everybody else all."""
    if user.pk in team:
        return Queue.MINE
    return Queue.TEAM if team else Queue.ALL
