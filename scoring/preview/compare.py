"""Everyone scored by two models at once, into a table that lasts as long as the transaction.

Both statements of the evaluator are joined in one, part by part: so no contact is seen at two moments, each part is
read in the order of the indexes, and nothing but the few who cross a threshold comes through Python.

    preview_score     one row a contact: fit, engagement, grade and whether they cross, `_before` and `_after`
    preview_standing  of those who cross or have an open MQL: whether anything else is in the way, before and after
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from scoring.backtest.sales import past_mqls
from scoring.evaluate import Evaluator, everyone_in_order
from scoring.gather import Shape
from scoring.markers import Run
from scoring.progress import Report, told_to_nobody
from scoring.spec import ModelSpec
from scoring.standing import blocked_by

PART = 20_000
"""Contacts a statement: a second or so of work, after which it is told how far it is."""

Span = tuple[int, int]

TABLES = """
    DROP TABLE IF EXISTS preview_score, preview_standing;
    CREATE TEMPORARY TABLE preview_score (
        contact_id bigint, fit_before numeric, engagement_before numeric, grade_before text, crosses_before boolean,
        fit_after numeric, engagement_after numeric, grade_after text, crosses_after boolean
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE preview_standing (
        contact_id bigint, open_mql boolean, free_before boolean, free_after boolean
    ) ON COMMIT DROP
"""
SPANS = """
    SELECT min(id), max(id) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part FROM crm_contact
    ) numbered
    GROUP BY part ORDER BY part
"""
SCORE = """
    WITH scored AS (
        INSERT INTO preview_score
        SELECT after.contact_id, before.fit, before.engagement, before.grade, COALESCE(before.crosses, false),
               after.fit, after.engagement, after.grade, after.crosses
        FROM ({after}) after LEFT JOIN ({before}) before ON before.contact_id = after.contact_id
        RETURNING contact_id, crosses_before, crosses_after
    )
    SELECT contact_id FROM scored WHERE crosses_before OR crosses_after ORDER BY contact_id
"""
NOBODY = """
    SELECT NULL::bigint AS contact_id, NULL::numeric AS fit, NULL::numeric AS engagement, NULL::text AS grade,
           NULL::boolean AS crosses WHERE false
"""
STAND = """
    INSERT INTO preview_standing
    SELECT * FROM unnest(%(ids)s::bigint[], %(open)s::boolean[], %(before)s::boolean[], %(after)s::boolean[])
"""


def compare(after: Evaluator, before: Evaluator | None, *, at: datetime, report: Report) -> None:
    """Fill both tables with everyone as of `at`, told to `report` part by part. Without `before` nobody had a score.

    Call it in a transaction, within `everyone_in_order`, and read the tables there.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    with_open_mql = {mql.contact_id for mql in past_mqls(at) if mql.open_at(at)}
    parts = spans(PART)
    for number, span in enumerate(parts):
        report(number, len(parts))
        crossing = _score(after, before, Run(at, span=span))
        _stand(crossing, with_open_mql, after, before, at)
    _stand(sorted(with_open_mql - _standing()), with_open_mql, after, before, at)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON preview_score (contact_id); ANALYZE preview_score, preview_standing")


def spans(size: int) -> list[Span]:
    """Everyone in parts of `size` contacts, by first and last id."""
    with connection.cursor() as cursor:
        cursor.execute(SPANS, {"size": size})
        return [(first, last) for first, last in cursor.fetchall()]


def _score(after: Evaluator, before: Evaluator | None, run: Run) -> list[int]:
    """Score a part. Returns who crosses under either model."""
    shape = Shape(everyone=True, span=True)
    sql, params = after.statement(shape, run)
    other, others = before.statement(shape, run) if before else (NOBODY, [])
    with connection.cursor() as cursor:
        cursor.execute(SCORE.format(after=sql, before=other), [*params, *others])
        return [pk for (pk,) in cursor.fetchall()]


def _stand(
    contact_ids: Sequence[int],
    with_open_mql: set[int],
    after: Evaluator,
    before: Evaluator | None,
    at: datetime,
) -> None:
    """Keep whether anything but the score is in the way of some contacts."""
    if not contact_ids:
        return
    free_after = free(contact_ids, after.spec, at=at)
    same = before is None or before.spec.requalify_after_days == after.spec.requalify_after_days
    free_before = free_after if same or before is None else free(contact_ids, before.spec, at=at)
    rows: dict[str, Any] = {
        "ids": list(contact_ids),
        "open": [pk in with_open_mql for pk in contact_ids],
        "before": [pk in free_before for pk in contact_ids],
        "after": [pk in free_after for pk in contact_ids],
    }
    with connection.cursor() as cursor:
        cursor.execute(STAND, rows)


def free(contact_ids: Sequence[int], spec: ModelSpec, *, at: datetime, past: bool = False) -> set[int]:
    """Those in whose way nothing is but the score. A pause is not counted: it ends, and then they become MQLs."""
    blocks = blocked_by(contact_ids, spec, at=at, past=past)
    return {pk for pk, words in blocks.items() if set(words) <= {"paused"}}


def _standing() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_id FROM preview_standing WHERE open_mql")
        return {pk for (pk,) in cursor.fetchall()}


OPENING = "FROM preview_score JOIN preview_standing USING (contact_id) WHERE crosses_after AND free_after"
"""Those who would become MQLs at once."""


@transaction.atomic
def who_opens(spec: ModelSpec, *, at: datetime) -> int:
    """How many would become MQLs if `spec` were live at `at` and everyone were evaluated at once."""
    with everyone_in_order():
        compare(Evaluator(spec), None, at=at, report=told_to_nobody)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {OPENING}")
            return int(cursor.fetchone()[0])
