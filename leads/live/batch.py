"""What was heard within a moment, and what of it each user may know."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.sight import Sight

MANY = "many"


@dataclass(slots=True)
class Heard:
    """What triggers said, gathered. `before` holds, by MQL, whose it was before each change; None is nobody's."""

    opened: set[int] = field(default_factory=set)
    before: dict[int, set[int | None]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    many: bool = False
    teams: bool = False

    def take(self, payload: str) -> None:
        """Add one notification: an object that names what it is about, with ids or `many`."""
        for about, ids in json.loads(payload).items():
            if about == "teams":
                self.teams = True
            elif ids == MANY:
                self.many = True
            elif about == "opened":
                self.opened.update(ids)
            elif about == "changed":
                for mql, owner in ids:
                    self.before.setdefault(mql, set()).add(owner)
            else:
                self.told.update(ids)

    def mqls(self) -> list[int]:
        return sorted(self.opened | self.before.keys())


@dataclass(frozen=True, slots=True)
class Batch:
    """What happened within a moment. `owners`: whose each MQL is now. `everything`: it cannot be told what."""

    number: int
    at: float
    owners: Mapping[int, int | None]
    before: Mapping[int, Collection[int | None]]
    told: Collection[int]
    everything: bool = False

    @classmethod
    def of(cls, number: int, at: float, heard: Heard, owners: Mapping[int, int | None]) -> Batch:
        # What opened within the batch was nobody's before: not even for the moment until it was routed.
        before = {mql: whose for mql, whose in heard.before.items() if mql not in heard.opened}
        return cls(number, at, owners, before, frozenset(heard.told), heard.many)


@dataclass(slots=True)
class News:
    """What one user may know of some batches."""

    changed: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    bell: bool = False
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.bell or self.everything)

    def as_json(self) -> dict[str, Any]:
        return {
            "changed": sorted(self.changed),
            "gone": sorted(self.gone),
            "bell": self.bell,
            "all": self.everything,
        }


def news(batches: Iterable[Batch], sight: Sight) -> News:
    """What `sight` lets its user know of `batches`, in their order: an MQL that they see has changed, one that they no
    longer see is gone.
    """
    known = News()
    for batch in batches:
        known.everything |= batch.everything
        known.bell |= batch.everything or sight.user in batch.told
        seen = {mql for mql, owner in batch.owners.items() if sight.sees(owner)}
        lost = {
            mql
            for mql, whose in batch.before.items()
            if mql not in seen and any(sight.sees(owner) for owner in whose)
        }
        known.changed = (known.changed - lost) | seen
        known.gone = (known.gone - seen) | lost
    return known
