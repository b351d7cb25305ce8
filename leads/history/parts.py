"""What the story is made of: changes of rows, and the parts of sentences that tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

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


def changes(words: Words, before: Model | None, now: Model) -> list[str]:
    """What is otherwise than before, column by column; all that is said of a row that is new."""
    said = []
    for attribute, name, show in words:
        after = show(getattr(now, attribute))
        if before is None:
            said += [f"{name} {after}"] if after not in NOTHING else []
        elif (was := show(getattr(before, attribute))) != after:
            said.append(arrow(name, was, after))
    return said


NOTHING = ("none", "no limit", "never", "")


def or_none(value: Any) -> str:
    return "none" if value in (None, "") else f"“{value}”" if isinstance(value, str) else str(value)


def or_no_limit(value: Any) -> str:
    return "no limit" if value is None else str(value)


def plural(number: int, one: str, many: str = "") -> str:
    """ "1 rule", "12 rules", "1,204 rules"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
