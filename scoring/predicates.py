"""Operators and values as people say them: `is “Software”`, `is at least 50`, `is in the list Competitors`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoring.models import Op

MOST_SAID = 6
"""So many values are said one by one; of a longer list the first ones, and how many follow."""
COMPARED = {Op.GT: "more than", Op.GTE: "at least", Op.LT: "less than", Op.LTE: "at most"}


def number(value: float) -> str:
    """A number without trailing zeros, and with a real minus."""
    return f"{value:.15g}".replace("-", "−")


def amount(value: float) -> str:
    """A number of things, its thousands apart: 4,999."""
    return f"{value:,.15g}".replace("-", "−")


def plain(value: Any) -> str:
    """A value: text in quotes, numbers and true or false as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, int | float) else f"“{value}”"


def listed(words: Sequence[str], joint: str = "or") -> str:
    """“a”, “b” or “c”; of many the first ones, and how many others there are."""
    if len(words) > MOST_SAID:
        said = words[: MOST_SAID - 1]
        return f"{', '.join(said)} {joint} {len(words) - len(said)} others"
    *first, last = words or ["nothing"]
    return f"{', '.join(first)} {joint} {last}" if first else last


def predicate(op: Op, value: Any) -> str:
    """What is said of a field: "is known", "contains “vp”"."""
    if op in COMPARED:
        return f"is {COMPARED[op]} {plain(value)}"
    values = [plain(one) for one in value] if isinstance(value, list) else [plain(value)]
    match op:
        case Op.EQUALS | Op.IN:
            return f"is {listed(values)}"
        case Op.NOT_EQUALS | Op.NOT_IN:
            return f"is not {listed(values)}"
        case Op.CONTAINS:
            return f"contains {values[0]}"
        case Op.HAS_WORD:
            return f"has the word {values[0]}"
        case Op.STARTS_WITH:
            return f"starts with {values[0]}"
        case Op.BETWEEN:
            return f"is between {listed(values, 'and')}"
        case Op.IN_DOMAIN_LIST:
            if isinstance(value, list):
                return f"belongs to {listed([str(one) for one in value])}"
            return f"is in the list {value}"
    return "is known" if op == Op.KNOWN else "is unknown"
