"""One person under two models: which lines of the explanation differ and by how much, as rows and in sentences.

`scoring.side_by_side` sets the lines beside each other; here stand those that differ, the largest first, and what the
models say otherwise about who qualifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from scoring.differences import Place, differences, renamed_rules
from scoring.explain import Explanation
from scoring.predicates import number
from scoring.side_by_side import Cell, Row, rows
from scoring.spec import ModelSpec

MOST_TOLD = 5
"""Lines that a sentence names; of more, how many there are besides."""
CENT = Decimal("0.01")


def lines_that_differ(
    before: Explanation, after: Explanation, *, renamed: Mapping[str, str] | None = None
) -> list[Row]:
    """The lines that differ, those with the most points between them first, rules that decide before all.

    `renamed`: new names of rules by their old ones, so that a rule that is only called otherwise is one line.
    """
    names = renamed or {}
    reasons = [replace(reason, rule=names.get(reason.rule, reason.rule)) for reason in before.reasons]
    caps = [replace(cap, where=_where(cap.where, names)) for cap in before.caps]
    differing = [row for row in rows(replace(before, reasons=reasons, caps=caps), after) if row.differs]
    return sorted(differing, key=lambda row: (not _decides(row), -abs(row.difference)))


def what_changed(before: Explanation, after: Explanation, *, was: ModelSpec, now: ModelSpec) -> list[str]:
    """Why a person comes out of the model `now` otherwise than of the model it `was`: "Pricing page viewed gave 25, now
    10". Lines first, then what else decides, as the threshold.
    """
    lines = lines_that_differ(before, after, renamed=renamed_rules(was, now))
    said = [line_sentence(line) for line in lines[:MOST_TOLD]]
    if len(lines) > MOST_TOLD:
        said.append(f"{len(lines) - MOST_TOLD} other lines")
    bars = [one for one in differences(replace(was, name=now.name), now) if one.place == Place.QUALIFYING]
    return [*said, *(one.sentence for one in bars)]


def line_sentence(line: Row) -> str:
    """A line that differs: "Pricing page viewed gave 25, now 10", "Competitor disqualifies now"."""
    did, does = (cell.does if cell else "" for cell in (line.before, line.after))
    if does:
        return f"{line.name} {does} now"
    if did:
        return f"{line.name} {did} no longer"
    verb = "took" if line.is_cap and _points(line.before or line.after) < 0 else "gave"
    return f"{line.name} {verb} {_amount(line.before, verb)}, now {_amount(line.after, verb)}"


def _where(where: str, names: Mapping[str, str]) -> str:
    """What a cap holds, under its new name where it is a rule."""
    what, _, name = where.partition(" ")
    return f"{what} {names.get(name, name)}" if what == "rule" else where


def _decides(line: Row) -> bool:
    return bool((line.before and line.before.does) or (line.after and line.after.does))


def _points(cell: Cell | None) -> Decimal:
    return cell.points if cell else Decimal(0)


def _amount(cell: Cell | None, verb: str) -> str:
    points = _points(cell).quantize(CENT)
    return number(float(-points if verb == "took" else points)) if points else "nothing"
