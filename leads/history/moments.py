"""Which moments a page of the story is about: a transaction's changes all bear the moment at which it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model, Q, Value
from django.utils import timezone

from leads.history.tables import TABLES, Topic, of_version


@dataclass(frozen=True)
class Asked:
    """What somebody wants to read. `who`: the id of a user, or a kind of `crm.who` such as "job"; "" for everybody."""

    topics: Sequence[Topic]
    who: str = ""
    since: date | None = None
    until: date | None = None
    version: int | None = None
    words: str = ""

    @property
    def models(self) -> list[type[Model]]:
        return [model for model, table in TABLES.items() if table.topic in self.topics]

    def where(self, model: type[Model]) -> Q | None:
        """Which events of `model` are asked for; None for none."""
        where = self._when() & self._by_whom()
        if self.version is not None:
            about = of_version(model, self.version)
            if about is None:
                return None
            where &= about
        return where & TABLES[model].found_by(self.words) if self.words else where

    def _when(self) -> Q:
        where = Q()
        if self.since:
            where &= Q(pgh_created_at__gte=_midnight(self.since))
        if self.until:
            where &= Q(pgh_created_at__lt=_midnight(self.until + timedelta(days=1)))
        return where

    def _by_whom(self) -> Q:
        if not self.who:
            return Q()
        if self.who == OUTSIDE:
            return Q(pgh_context__isnull=True)
        said: dict[str, Any] = (
            {"kind": "user", "id": int(self.who)} if self.who.isdecimal() else {"kind": self.who}
        )
        return Q(pgh_context__contains={"by": said})


OUTSIDE = "outside"
"""What no application did: SQL by hand."""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


@dataclass(frozen=True)
class Moments:
    """Some moments, newest first, with the models that changed at each. `more`: whether there are older ones."""

    models: dict[datetime, set[type[Model]]] = field(default_factory=dict)
    more: bool = False


def moments(asked: Asked, *, before: datetime | None, size: int) -> Moments:
    """The newest `size` moments, before `before` if it is given, at which something happened that is asked for.

    One statement, which takes from each table no more than the page can hold.
    """
    parts = []
    for number, model in enumerate(asked.models):
        where = asked.where(model)
        if where is None:
            continue
        events = TABLES[model].events.filter(where)
        if before:
            events = events.filter(pgh_created_at__lt=before)
        newest = events.order_by("-pgh_created_at").values("pgh_created_at").distinct()[: size + 1]
        parts.append(newest.annotate(table=Value(number)).values_list("pgh_created_at", "table"))
    if not parts:
        return Moments()
    first, *others = parts
    found: dict[datetime, set[type[Model]]] = {}
    for at, number in first.union(*others, all=True).order_by("-pgh_created_at"):
        found.setdefault(at, set()).add(asked.models[number])
    kept = sorted(found, reverse=True)[:size]
    return Moments({at: found[at] for at in kept}, len(found) > size)
