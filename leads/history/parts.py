"""What the story is made of: changes of rows, and the parts of sentences that tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Field, Model

from leads.history.tables import Topic
from scoring.rule_differences import arrow


@dataclass(frozen=True)
class Deed:
    """One change of one row. `how`: insert, update or delete; `row`: what it is after that, or was."""

    model: type[Model]
    how: str
    number: int
    row: Any
    at: datetime
    together: UUID | None
    by: dict[str, Any] | None


@dataclass(frozen=True)
class Part:
    """Something somebody did: “changed version 4”, and what about it: “Pricing page viewed: points 10 → 15”."""

    topic: Topic
    phrase: str
    details: tuple[str, ...] = field(default=())
    version: int | None = None

    @property
    def sentence(self) -> str:
        """All of it in one line: “changed version 4: threshold 60 → 65; grades of fit …”."""
        return f"{self.phrase}: {'; '.join(self.details)}" if self.details else self.phrase


Words = Iterable[tuple[str, str, Callable[[Any], str]]]
"""Columns in words: the attribute, what it is called, and how its value is said."""


def changes(words: Words, before: Model, now: Model) -> list[str]:
    """What is otherwise than before, column by column."""
    return [
        arrow(name, was, after)
        for attribute, name, show in words
        if (was := show(getattr(before, attribute))) != (after := show(getattr(now, attribute)))
    ]


def unusual(words: Words, row: Model) -> list[str]:
    """What is not left as it is for every new row, in one piece: “team South, most open MQLs 20”."""
    said = [
        f"{name} {show(value)}"
        for attribute, name, show in words
        if (value := getattr(row, attribute)) != _default(row, attribute)
    ]
    return [", ".join(said)] if said else []


def or_none(value: Any) -> str:
    return "none" if value in (None, "") else f"“{value}”" if isinstance(value, str) else str(value)


def or_no_limit(value: Any) -> str:
    return "no limit" if value is None else str(value)


def _default(row: Model, attribute: str) -> Any:
    return cast("Field[Any, Any]", row._meta.get_field(attribute)).get_default()


def once_each(deeds: Iterable[Deed]) -> list[Deed]:
    """Of several changes of one row the last: what it came to is what is told."""
    return list({(deed.model, deed.number): deed for deed in deeds}.values())


def plural(number: int, one: str, many: str = "") -> str:
    """ "1 rule", "12 rules", "1,204 rules"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
