"""One person under two versions: line by line what each gives, and how much lies between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scoring.explain import Explanation, Reason
from scoring.models import Dimension, Effect
from scoring.standing import IN_THE_WAY

DOES = {Effect.DISQUALIFY: "disqualifies", Effect.FAST_TRACK: "fast-tracks"}
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one version gives by a rule, or takes by a cap. `does` is for rules that decide instead of giving points."""

    points: Decimal = NOTHING
    does: str = ""
    matches: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule or a cap under both versions; None where a version gives or takes nothing by it."""

    name: str
    dimension: str
    is_cap: bool
    before: Cell | None
    after: Cell | None

    @property
    def difference(self) -> Decimal:
        return (self.after.points if self.after else NOTHING) - (
            self.before.points if self.before else NOTHING
        )

    @property
    def differs(self) -> bool:
        does = [cell.does if cell else "" for cell in (self.before, self.after)]
        return bool(self.difference) or does[0] != does[1]


def rows(before: Explanation | None, after: Explanation) -> list[Row]:
    """Every line of either, fit first, rules before caps, in the order of `after` and then of what it lacks."""
    found = [*_rules(before, after), *_caps(before, after)]
    order = [dimension.value for dimension in Dimension]
    return sorted(found, key=lambda row: (order.index(row.dimension), row.is_cap))


def _rules(before: Explanation | None, after: Explanation) -> Iterable[Row]:
    was = {reason.rule: reason for reason in before.reasons} if before else {}
    now = {reason.rule: reason for reason in after.reasons}
    for name in [*now, *(name for name in was if name not in now)]:
        either = now.get(name) or was[name]
        yield Row(name, either.dimension, False, _given(was.get(name)), _given(now.get(name)))


def _given(reason: Reason | None) -> Cell | None:
    if reason is None:
        return None
    return Cell(reason.points, DOES.get(Effect(reason.effect), ""), reason.matches)


def _caps(before: Explanation | None, after: Explanation) -> Iterable[Row]:
    was = {cap.where: cap for cap in before.caps} if before else {}
    now = {cap.where: cap for cap in after.caps}
    for where in [*now, *(where for where in was if where not in now)]:
        either = now.get(where) or was[where]
        cells = [Cell(cap.points) if cap else None for cap in (was.get(where), now.get(where))]
        yield Row(_limit(where), either.dimension, True, *cells)


def _limit(where: str) -> str:
    """`rule Pricing page` → Limit of rule “Pricing page”."""
    what, _, name = where.partition(" ")
    return f"Limit of {name}" if what == "dimension" else f"Limit of {what} “{name}”"


def in_the_way(explanation: Explanation) -> list[str]:
    """What besides the points keeps them from an MQL, in words."""
    return [IN_THE_WAY[word] for word in explanation.blocked_by]
