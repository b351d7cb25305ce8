"""Pages of long lists by the last row seen, so that the hundredth page costs what the first does.

An address holds a cursor: the values of the order's columns in the last row shown, signed. One that is not ours, or of
another order, starts the list over, as an old link may hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an order, the last of which must be unique. `nulls`: where unset values come, if there are any."""

    name: str
    descending: bool = False
    nulls: Literal["first", "last", ""] = ""

    def order_by(self) -> OrderBy:
        return OrderBy(
            F(self.name),
            descending=self.descending,
            nulls_first=self.nulls == "first" or None,
            nulls_last=self.nulls == "last" or None,
        )

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q:
        """Rows that come after one with `value`, by this column alone."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.nulls == "first" else Q(pk__in=[])
        after = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return after | Q(**{f"{self.name}__isnull": True}) if self.nulls == "last" else after

    def not_before(self, value: Any) -> Q:
        """A bound that the database can look up in an index, which it cannot with the whole condition."""
        if value is None or self.nulls:
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the rows after them, empty at the end of the list.

    `seen` are the order's values in the last row before these, as texts; none when these are the list's first.
    """

    rows: list[Row]
    seen: list[str | None]
    next: str


def page(
    rows: QuerySet[Row],
    order: Sequence[Column],
    *,
    after: str,
    size: int,
    shown_as: QuerySet[Row] | None = None,
) -> Page[Row]:
    """The `size` rows of `rows` that follow the cursor `after` (empty: from the start), in `order`.

    `shown_as`: the rows of the table with what is shown of other tables, which is then joined to the page alone and not
    to all there is to choose from.
    """
    seen = _decode(order, after)
    in_order = [column.order_by() for column in order]
    following = (rows.filter(_following(order, seen)) if seen else rows).order_by(*in_order)[: size + 1]
    if shown_as is not None:
        following = shown_as.filter(pk__in=following.values("pk")).order_by(*in_order)
    found = list(following)
    shown = found[:size]
    return Page(shown, seen, _encode(order, shown[-1]) if len(found) > size else "")


def _following(order: Sequence[Column], values: Sequence[Any]) -> Q:
    following = Q(pk__in=[])
    for column, value in reversed(list(zip(order, values, strict=True))):
        following = column.beyond(value) | (column.same(value) & following)
    return order[0].not_before(values[0]) & following


def _encode(order: Sequence[Column], row: Model) -> str:
    values = [attrgetter(column.name.replace("__", "."))(row) for column in order]
    return signing.dumps([_text(value) for value in values], salt=_salt(order))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _decode(order: Sequence[Column], cursor: str) -> list[str | None]:
    try:
        values: list[str | None] = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature:
        return []
    return values


def _salt(order: Sequence[Column]) -> str:
    return f"leads.keyset:{','.join(column.name for column in order)}"
