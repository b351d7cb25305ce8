"""An explanation as people read it: in one sentence, and as lines that add up to the cent.

Works on the JSON that `explain --json` gives and an MQL keeps. What the points are is decided in `scoring`; here they
are only put into words and order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from scoring.models import Dimension, Effect
from scoring.standing import IN_THE_WAY

CENT = Decimal("0.01")
Caps = list[tuple[str, Decimal]]
"""Where each cap held something ("rule NAME", "group NAME", "dimension NAME"), and the points it took."""

BUYING_SIGNALS = 2
"""How many things a contact did are named in the sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `points` is None where the rule does not give points but decides."""

    kind: Literal["rule", "cap", "rounding"]
    label: str
    points: Decimal | None
    effect: str = ""
    matches: int | None = None
    newest: datetime | None = None


@dataclass(slots=True)
class GroupLines:
    """The rules of one group, then what the group's cap took away."""

    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """One dimension: its groups, lines of its own (cap, rounding), and the points that all lines add up to."""

    label: str
    points: Decimal
    groups: list[GroupLines]
    lines: list[Line]

    @property
    def over(self) -> Decimal:
        """What the lines leave of the points: the cents that rounding each of them cost."""
        lines = [*(line for group in self.groups for line in group.lines), *self.lines]
        return self.points - sum((line.points for line in lines if line.points is not None), Decimal(0))


@dataclass(slots=True)
class Breakdown:
    """A whole explanation as a table."""

    parts: list[Part]
    total: Decimal
    grade: str
    version: int | None
    as_of: datetime | None
    disqualified: bool
    fast_tracked: bool
    in_the_way: list[str]
    """What besides the points keeps the contact from an MQL, in words."""


def breakdown(explanation: Mapping[str, Any]) -> Breakdown:
    """The table of an explanation. Every part's lines, rounded to cents, add up to it, and the parts to the total."""
    caps = [(cap["where"], cents(cap["points"])) for cap in explanation["caps"]]
    parts = [_part(explanation, dimension, caps) for dimension in Dimension]
    for where, held in caps:
        # A floor of a group that has no reason to stand beside: it belongs where it is missing.
        missing = max(parts, key=lambda part: abs(part.over))
        missing.groups.append(GroupLines(where.partition(" ")[2], [_cap(where, held)]))
    for part in parts:
        if part.over:
            part.lines.append(Line("rounding", "Rounding", part.over))
    return Breakdown(
        parts=parts,
        total=cents(explanation["total"]),
        grade=explanation["grade"],
        version=explanation["version"],
        as_of=parse_datetime(explanation["as_of"]),
        disqualified=explanation["disqualified"],
        fast_tracked=explanation["fast_tracked"],
        in_the_way=[IN_THE_WAY.get(block, block) for block in explanation["blocked_by"]],
    )


def cents(points: float) -> Decimal:
    """Points to two decimals, half away from zero, as scores are rounded."""
    return Decimal(str(points)).quantize(CENT, ROUND_HALF_UP)


def _part(explanation: Mapping[str, Any], dimension: Dimension, caps: Caps) -> Part:
    """One dimension. Takes the caps that it finds a place for out of `caps`."""
    reasons = [reason for reason in explanation["reasons"] if reason["dimension"] == dimension]
    names = dict.fromkeys(reason["group"] for reason in reasons)
    groups = [_group(name, [reason for reason in reasons if reason["group"] == name], caps) for name in names]
    return Part(
        dimension.label, cents(explanation[dimension]), groups, _taken(f"dimension {dimension}", caps)
    )


def _group(name: str, reasons: Iterable[Mapping[str, Any]], caps: Caps) -> GroupLines:
    group = GroupLines(name)
    for reason in reasons:
        group.lines += [_rule(reason), *_taken(f"rule {reason['rule']}", caps)]
    group.lines += _taken(f"group {name}", caps)
    return group


def _taken(where: str, caps: Caps) -> list[Line]:
    """The line of the first cap of that name, taken out of `caps`; none when there is none."""
    for index, (named, held) in enumerate(caps):
        if named == where:
            del caps[index]
            return [_cap(where, held)]
    return []


def _cap(where: str, held: Decimal) -> Line:
    kind, _, name = where.partition(" ")
    whose = {"rule": "the rule’s limit", "group": "the group’s limit"}.get(kind, "the most that it may give")
    return Line("cap", f"{name[:1].upper()}{name[1:]}: held to {whose}", held)


def _rule(reason: Mapping[str, Any]) -> Line:
    decides = reason["effect"] != Effect.POINTS
    return Line(
        "rule",
        reason["rule"],
        None if decides else cents(reason["points"]),
        effect=Effect(reason["effect"]).label if decides else "",
        matches=reason["matches"],
        newest=parse_datetime(reason["newest"]) if reason["newest"] else None,
    )


def sentence(explanation: Mapping[str, Any], *, at: datetime) -> str:
    """Why now, in one sentence: what they did that weighs most, then what most makes them fit."""
    reasons = sorted(explanation["reasons"], key=_weight, reverse=True)
    speaking = [r for r in reasons if r["effect"] == Effect.FAST_TRACK or r["points"] > 0]
    did = [r for r in speaking if r["dimension"] == Dimension.ENGAGEMENT][:BUYING_SIGNALS]
    fits = [r for r in speaking if r["dimension"] == Dimension.FIT][:1]
    phrases = [_did(reason, at) for reason in did] + [reason["rule"] for reason in fits]
    return "; ".join(phrases) or "Nothing in particular: see the points below"


def _weight(reason: Mapping[str, Any]) -> tuple[bool, float]:
    return reason["effect"] == Effect.FAST_TRACK, reason["points"]


def _did(reason: Mapping[str, Any], at: datetime) -> str:
    rule: str = reason["rule"]
    newest = parse_datetime(reason["newest"]) if reason["newest"] else None
    if newest is None:
        return rule
    when = day_in_words(timezone.localdate(newest), timezone.localdate(at))
    if reason["matches"] > 1:
        return f"{rule} {reason['matches']} times, newest {when}"
    return f"{rule} {when}"


def day_in_words(day: date, today: date) -> str:
    """A day as one says it: today, 3 days ago, on 4 Mar, on 4 Mar 2025."""
    days = (today - day).days
    if days in (0, 1):
        return ("today", "yesterday")[days]
    if 1 < days < 14:
        return f"{days} days ago"
    return f"on {day.day} {day:%b}" if day.year == today.year else f"on {day.day} {day:%b %Y}"
