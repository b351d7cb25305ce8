"""What happened to a contact, newest first: activities, moves through the stages, and what moved the score.

The day-by-day fading of a score is left to the chart: within a grade, only a gain of a point or more is an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Literal

from django.core import signing
from django.db import models
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from crm.models import Activity, ActivityKind, Contact, StageChange
from scoring.models import ScoreChange

PAGE = 25


class Group(models.TextChoices):
    """What a reader may want to see alone. Kinds of activity that Handoff does not know by name count as `web`."""

    WEB = "web", "Web and events"
    MAIL = "mail", "Mail"
    CALLS = "calls", "Calls"
    NOTES = "notes", "Notes"
    STAGES = "stages", "Stages"
    SCORES = "scores", "Score"


KINDS = {
    Group.MAIL: [kind.value for kind in ActivityKind if kind.value.startswith("email_")]
    + [ActivityKind.SMS_SENT.value],
    Group.CALLS: [ActivityKind.CALL.value, ActivityKind.MEETING.value],
    Group.NOTES: [ActivityKind.NOTE.value, ActivityKind.TASK_DONE.value],
}
"""The kinds of activity in each group but `web`, which has all others."""
NAMED = [kind for kinds in KINDS.values() for kind in kinds]


def chosen(values: Iterable[str]) -> frozenset[Group]:
    """The groups that an address names. None of them, or what makes no sense: everything is shown."""
    return frozenset(Group(value) for value in values if value in Group.values)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `what` tells which table `row` is of, and so how it is shown."""

    at: datetime
    what: Literal["stage", "score", "activity"]
    row: Model

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some entries, and the cursor of what came before them, empty at the beginning of the story."""

    entries: list[Entry]
    earlier: str


@dataclass(frozen=True, slots=True)
class _Source:
    """One table of the story. Of things at one moment, the later in `SOURCES` is shown as the earlier one."""

    what: Literal["stage", "score", "activity"]
    rows: Callable[[Contact, frozenset[Group]], QuerySet[Model]]
    moment: str
    groups: frozenset[Group]


def _activities(contact: Contact, show: frozenset[Group]) -> QuerySet[Activity]:
    found = Activity.objects.filter(contact=contact)
    if not show:
        return found
    kinds = [kind for group in show for kind in KINDS.get(group, [])]
    others = ~Q(kind__in=NAMED) if Group.WEB in show else Q(pk__in=[])
    return found.filter(Q(kind__in=kinds) | others)


def _stages(contact: Contact, show: frozenset[Group]) -> QuerySet[StageChange]:
    return StageChange.objects.filter(contact=contact).select_related("by")


def _scores(contact: Contact, show: frozenset[Group]) -> QuerySet[ScoreChange]:
    gained = F("fit_to") + F("engagement_to") - F("fit_from") - F("engagement_from")
    changes = ScoreChange.objects.filter(contact=contact).annotate(gained=gained)
    return changes.filter(Q(gained__gte=1) | ~Q(grade_from=F("grade_to")))


SOURCES = (
    _Source("stage", _stages, "at", frozenset({Group.STAGES})),
    _Source("score", _scores, "at", frozenset({Group.SCORES})),
    _Source("activity", _activities, "occurred_at", frozenset({Group.WEB, *KINDS})),
)


def timeline(
    contact: Contact, *, before: str = "", show: frozenset[Group] = frozenset(), size: int = PAGE
) -> Timeline:
    """The `size` entries of `contact` before the cursor (empty: the newest), in a query for each table.

    Of the groups in `show` alone, or of all when it is empty.
    """
    cursor = _decode(before)
    found: list[tuple[datetime, int, int, Entry]] = []
    for rank, source in enumerate(SOURCES):
        if show and not show & source.groups:
            continue
        rows = source.rows(contact, show).order_by(f"-{source.moment}", "-pk")
        if cursor:
            rows = rows.filter(_earlier(source.moment, rank, cursor))
        moment_of = attrgetter(source.moment)
        found += [
            (moment_of(row), -rank, row.pk, Entry(moment_of(row), source.what, row))
            for row in rows[: size + 1]
        ]
    found.sort(key=lambda item: item[:3], reverse=True)
    shown = found[:size]
    return Timeline([item[3] for item in shown], _encode(shown[-1][:3]) if len(found) > size else "")


def _earlier(moment: str, rank: int, cursor: tuple[datetime, int, int]) -> Q:
    at, last_rank, last_pk = cursor
    tie = Q(**{moment: at})
    if rank == last_rank:
        tie &= Q(pk__lt=last_pk)
    elif rank < last_rank:
        tie &= Q(pk__in=[])
    # The first condition follows from the second, and is one that the index can answer.
    return Q(**{f"{moment}__lte": at}) & (Q(**{f"{moment}__lt": at}) | tie)


def _encode(last: tuple[datetime, int, int]) -> str:
    at, minus_rank, pk = last
    return signing.dumps([at.isoformat(), -minus_rank, pk], salt=__name__)


def _decode(cursor: str) -> tuple[datetime, int, int] | None:
    """The moment, rank and key of the last entry shown. None, for the newest, when the cursor is not ours."""
    try:
        at, rank, pk = signing.loads(cursor, salt=__name__)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at), rank, pk
