"""The one evaluator: a model × contacts × a moment → scores.

One contact, a batch or everyone, today or as of any past moment: always the statement that `scoring.statement` makes
of the rules. Nothing here writes, and nothing else computes a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from scoring.gather import Shape
from scoring.markers import Run, fill
from scoring.models import ScoringVersion
from scoring.spec import ModelSpec
from scoring.statement import Sql, compose
from scoring.versions import spec_of

FETCHED = 5_000
"""Rows held in memory at a time when everyone is scored."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One contact's score. `crosses`: fast-tracked, or over the threshold and both minima, and not disqualified."""

    contact_id: int
    fit: Decimal
    engagement: Decimal
    grade: str
    disqualified: bool
    fast_tracked: bool
    crosses: bool

    @property
    def total(self) -> Decimal:
        return self.fit + self.engagement


class Evaluator:
    """A model made ready to score, as `spec` without the rules that are off. Statements are compiled when first needed
    and kept.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec.in_force()
        self._statements: dict[Shape, Sql] = {}

    def statement(self, shape: Shape, run: Run) -> tuple[str, list[Any]]:
        """The SQL of one run, with its params filled in."""
        if shape not in self._statements:
            self._statements[shape] = compose(self.spec, shape)
        sql, params = self._statements[shape]
        return sql, fill(params, run)

    def score(
        self,
        *,
        at: datetime,
        contact_ids: Sequence[int] | None = None,
        past: bool = False,
        known_at: datetime | None = None,
    ) -> Iterator[ScoreRow]:
        """Score `contact_ids` (None: everyone) as of `at`.

        `past` takes attributes from their history instead of as they are now; `known_at` leaves out facts that were
        recorded later. Contacts that do not exist give no row.
        """
        shape = Shape(everyone=contact_ids is None, past=past, known=known_at is not None)
        run = Run(at, contact_ids, known_at)
        sql, params = self.statement(shape, run)
        if contact_ids is not None:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                yield from (ScoreRow(*row) for row in cursor.fetchall())
            return
        with everyone_in_order(past=past), connection.chunked_cursor() as cursor:
            cursor.execute(sql, params)
            while rows := cursor.fetchmany(FETCHED):
                yield from (ScoreRow(*row) for row in rows)

    def details(
        self,
        *,
        at: datetime,
        contact_ids: Sequence[int],
        past: bool = False,
        known_at: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Scores with everything they are made of, by the column names that `statement.compose` gives."""
        shape = Shape(past=past, known=known_at is not None, detail=True)
        sql, params = self.statement(shape, Run(at, contact_ids, known_at))
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


IN_ORDER = """
    SET LOCAL enable_hashagg = off; SET LOCAL enable_hashjoin = off; SET LOCAL jit = off;
    SET LOCAL work_mem = '64MB'; SET LOCAL cursor_tuple_fraction = 1
"""


@contextmanager
def everyone_in_order(*, past: bool = False) -> Iterator[None]:
    """Hold the planner to grouping in index order: hashing a million contacts takes four times as long.

    The memory is for the companies, which are looked up in the order of their people, and so again and again. Cursors
    are read to the end, and not planned for their first rows. In the `past`, where few rows seem to hold at a moment
    until the history's statistics are made, everyone's sums would be computed anew for each contact.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IN_ORDER)
        if past:
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield


@lru_cache(maxsize=8)
def _kept(version_id: int) -> Evaluator:
    return Evaluator(spec_of(ScoringVersion.objects.get(pk=version_id)))


def evaluator_of(version: ScoringVersion) -> Evaluator:
    """The evaluator of a version. A published one never changes, so that it is compiled once for the process."""
    if version.status == ScoringVersion.Status.DRAFT:
        return Evaluator(spec_of(version))
    return _kept(version.pk)
