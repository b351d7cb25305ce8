"""What a compiled statement leaves open: the moment, the contacts, the domain lists.

A rule's SQL depends on the model alone, so it is compiled once. Expressions put a marker where a value belongs that
changes from run to run; `fill` replaces the markers by this run's values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Expression, Field

from scoring.models import DomainListEntry


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: as of `at`, of `contact_ids` (None: everyone), knowing what was recorded by `known_at`.

    `span` are the first and the last id of a part of everyone.
    """

    at: datetime
    contact_ids: Sequence[int] | None = None
    known_at: datetime | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The run's moment, less some days; `as_epoch` gives it as seconds since 1970, a double."""

    days_ago: float = 0.0
    as_epoch: bool = False

    def value(self, run: Run) -> Any:
        moment = run.at - timedelta(days=self.days_ago)
        return moment.timestamp() if self.as_epoch else moment


@dataclass(frozen=True, slots=True)
class KnownAt:
    def value(self, run: Run) -> Any:
        return run.known_at


@dataclass(frozen=True, slots=True)
class ContactIds:
    def value(self, run: Run) -> Any:
        return list(run.contact_ids or [])


@dataclass(frozen=True, slots=True)
class EndOfSpan:
    """The first id of the run's span, or with `last` the last."""

    last: bool = False

    def value(self, run: Run) -> Any:
        if run.span is None:
            raise ValueError("this statement is for a span of contacts, and the run names none")
        return run.span[self.last]


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains of a named list, as they are now."""

    name: str

    def value(self, run: Run) -> Any:
        return list(DomainListEntry.objects.filter(list__name=self.name).values_list("domain", flat=True))


Marker = Moment | KnownAt | ContactIds | EndOfSpan | Domains


def fill(params: Iterable[Any], run: Run) -> list[Any]:
    """`params` with this run's values in place of markers; each distinct marker is looked up once."""
    found: dict[Marker, Any] = {}
    filled = []
    for param in params:
        if isinstance(param, Marker):
            if param not in found:
                found[param] = param.value(run)
            filled.append(found[param])
        else:
            filled.append(param)
    return filled


class Open(Expression):
    """A marker as an expression of a query."""

    def __init__(self, marker: Marker, sql_type: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.marker = marker
        self.sql_type = sql_type

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any
    ) -> tuple[str, list[Any]]:
        return f"%s::{self.sql_type}", [self.marker]
