"""How scores are distributed, before and after: how many contacts have from so many points to so many.

{"first": points at which the first bar begins, "width": points of a bar, "before": [contacts, …], "after": […]}
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

from django.db import connection

from scoring.preview.figures import TOTAL_AFTER, TOTAL_BEFORE

MOST_BARS = 20
COLUMNS = {
    "total": (TOTAL_BEFORE, TOTAL_AFTER),
    "fit": ("fit_before", "fit_after"),
    "engagement": ("engagement_before", "engagement_after"),
}
BY_POINT = """
    SELECT floor({column})::bigint, count(*) FROM preview_score WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1
"""


def distributions() -> dict[str, dict[str, Any]]:
    """By total, fit and engagement."""
    return {name: in_bars(_by_point(before), _by_point(after)) for name, (before, after) in COLUMNS.items()}


def _by_point(column: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(BY_POINT.format(column=column))
        return dict(cursor.fetchall())


def in_bars(before: dict[int, int], after: dict[int, int]) -> dict[str, Any]:
    """Contacts by whole points, put together into few bars of a round width that begin at a multiple of it."""
    points = [*before, *after]
    if not points:
        return {"first": 0, "width": 10, "before": [], "after": []}
    low, high = min(points), max(points)
    width = next(width for width in _round_widths() if high // width - low // width < MOST_BARS)
    bars = range(low // width, high // width + 1)
    return {
        "first": bars[0] * width,
        "width": width,
        **{name: _held(held, width, bars) for name, held in (("before", before), ("after", after))},
    }


def _round_widths() -> Any:
    """5, 10, 20, 50, 100, … without end."""
    yield 5
    for power in count(1):
        yield from (step * 10**power for step in (1, 2, 5))


def _held(contacts: dict[int, int], width: int, bars: range) -> list[int]:
    held: Counter[int] = Counter()
    for point, number in contacts.items():
        held[point // width] += number
    return [held[bar] for bar in bars]
