"""How many new MQLs a week are to be expected, judged by the last four weeks.

Somebody is new in a week under a model if they did not cross its line at the week's beginning, did at its end, and had
nothing else in their way at its beginning: stage, consent and an open MQL as they stood then. Both models are asked the
same, so that the comparison is fair. Whoever crossed and fell back within a week is not seen.

Of more than a certain number of contacts a sample is asked, parts spread evenly over all of them, and what it says is
scaled up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any

from django.db import connection

from crm.models import Stage, StageChange
from scoring.evaluate import Evaluator, everyone_in_order
from scoring.markers import Run
from scoring.preview.compare import Report, Span, free, spans
from scoring.statement import Shape

WEEKS = 4
WEEK = timedelta(days=7)
MOST_ASKED = 20_000
"""Contacts who are scored as of the beginning and the end of each week."""
PART = 5_000
"""Contacts in a part of a sample."""

CROSSING = "SELECT contact_id FROM ({statement}) scored WHERE crosses"
CROSSING_NOW = """
    SELECT contact_id FROM preview_score JOIN unnest(%(first)s::bigint[], %(last)s::bigint[]) AS part (first, last)
    ON contact_id BETWEEN first AND last WHERE {crosses}
"""
NUMBER = """
    SELECT count(*) FROM preview_score JOIN unnest(%(first)s::bigint[], %(last)s::bigint[]) AS part (first, last)
    ON contact_id BETWEEN first AND last
"""


@dataclass(frozen=True, slots=True)
class Weeks:
    """New MQLs of each of the last weeks, the oldest first: under both models, scaled up to everyone, and those that
    really became one. `asked` of `of` contacts were asked.
    """

    before: list[float]
    after: list[float]
    really: list[int]
    asked: int
    of: int

    def as_json(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "after": self.after,
            "really": self.really,
            "usual": sum(self.really) / WEEKS,
            "expected_before": sum(self.before) / WEEKS,
            "expected_after": sum(self.after) / WEEKS,
            "asked": self.asked,
            "of": self.of,
        }


def parts_asked(contacts: int) -> list[Span]:
    """The parts of everyone that are asked where there are so many."""
    if contacts <= MOST_ASKED:
        return spans(PART)
    return spans(PART, every=ceil(contacts / MOST_ASKED))


def new_in_weeks(
    after: Evaluator, before: Evaluator | None, *, contacts: int, at: datetime, report: Report
) -> Weeks:
    """What the four weeks before `at` say, as of when the tables of `compare` were filled. `report` is told of each
    moment that was asked.
    """
    parts = parts_asked(contacts)
    begins = [at - WEEK * ago for ago in range(WEEKS, 0, -1)]
    asked = _count(NUMBER, parts)
    new: dict[str, list[int]] = {}
    models = {"crosses_before": before, "crosses_after": after}
    for number, (column, evaluator) in enumerate(models.items()):
        crossing = []
        for index, moment in enumerate(begins):
            report(number * WEEKS + index, 2 * WEEKS)
            crossing.append(_crossing(evaluator, parts, moment) if evaluator else set())
        crossing.append(set(_ids(CROSSING_NOW.format(crosses=column), parts)))
        new[column] = [
            len(free(sorted(ended - began), evaluator.spec, at=moment, past=True)) if evaluator else 0
            for moment, (began, ended) in zip(begins, pairwise(crossing), strict=True)
        ]
    scale = contacts / asked if asked else 0.0
    scaled = {column: [scale * number for number in numbers] for column, numbers in new.items()}
    return Weeks(scaled["crosses_before"], scaled["crosses_after"], _really(at), asked, contacts)


def _crossing(evaluator: Evaluator, parts: list[Span], moment: datetime) -> set[int]:
    """Of the parts, who crossed at a past moment."""
    found: set[int] = set()
    with everyone_in_order(past=True), connection.cursor() as cursor:
        for span in parts:
            sql, params = evaluator.statement(
                Shape(everyone=True, span=True, past=True), Run(moment, span=span)
            )
            cursor.execute(CROSSING.format(statement=sql), params)
            found.update(pk for (pk,) in cursor.fetchall())
    return found


def _ids(sql: str, parts: list[Span]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": [first for first, _ in parts], "last": [last for _, last in parts]})
        return [number for (number,) in cursor.fetchall()]


def _count(sql: str, parts: list[Span]) -> int:
    [number] = _ids(sql, parts)
    return number


def _really(at: datetime) -> list[int]:
    """How many became MQLs in each week."""
    entries = StageChange.objects.filter(to_stage=Stage.MQL, at__gt=at - WEEKS * WEEK, at__lte=at)
    ago = [(at - moment) // WEEK for moment in entries.order_by().values_list("at", flat=True).iterator()]
    return [ago.count(week) for week in range(WEEKS - 1, -1, -1)]
