"""Whom the change concerns: by where they come from, and by segment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from scoring.models import Segment
from scoring.segments import members

MOST_NAMED = 12
"""Sources that are named; all others are put together."""
MOST_SEGMENTS = 50

COUNTED = """
    count(*) FILTER (WHERE crosses_before), count(*) FILTER (WHERE crosses_after),
    count(*) FILTER (WHERE crosses_after AND free_after)
"""
BY_SOURCE = f"""
    SELECT contact.source, {COUNTED}
    FROM preview_standing JOIN preview_score USING (contact_id) JOIN crm_contact contact ON contact.id = contact_id
    GROUP BY 1 ORDER BY 4 DESC, 3 DESC, 1
"""
BY_SEGMENT = f"""
    SELECT {COUNTED} FROM preview_standing JOIN preview_score USING (contact_id) WHERE contact_id IN ({{members}})
"""


def by_source() -> list[dict[str, Any]]:
    """Those over the line by their source, the one that opens most first."""
    with connection.cursor() as cursor:
        cursor.execute(BY_SOURCE)
        rows = cursor.fetchall()
    named, others = rows[:MOST_NAMED], rows[MOST_NAMED:]
    if others:
        named.append(
            (f"{len(others)} other sources", *(sum(column) for column in list(zip(*others, strict=True))[1:]))
        )
    return [_row(name or "Unknown", *counted) for name, *counted in named]


def by_segment(*, at: datetime) -> list[dict[str, Any]]:
    """Those over the line by segment; somebody may be in several. Segments are as they are now."""
    rows = []
    over_the_line = RawSQL("SELECT contact_id FROM preview_standing", ())
    for segment in (
        Segment.objects.filter(conditions__isnull=False).distinct().order_by("name")[:MOST_SEGMENTS]
    ):
        inside = members(segment, at=at).filter(pk__in=over_the_line).order_by().values("pk")
        sql, params = inside.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(BY_SEGMENT.format(members=sql), params)
            rows.append(_row(segment.name, *cursor.fetchone()))
    return rows


def _row(name: str, before: int, after: int, opens: int) -> dict[str, Any]:
    return {"name": name, "before": before, "after": after, "opens": opens}
