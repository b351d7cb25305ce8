"""How many new MQLs a week are to be expected, judged by the last four weeks.

Somebody is new in a week under a model if they did not cross its line at the week's beginning, did at its end, and had
nothing else in their way at its beginning: stage, consent and an open MQL as they stood then. Both models are asked the
same, so that the comparison is fair. Whoever crossed and fell back within a week is not seen.

Of more than a certain number of contacts a sample is asked, such as every fifth in the order in which they were
recorded, and what it says is scaled up.
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
from scoring.gather import Shape
from scoring.markers import Run
from scoring.preview.compare import free
from scoring.progress import Report

WEEKS = 4
WEEK = timedelta(days=7)
MOST_ASKED = 20_000
"""Contacts who are scored as of the beginning of each week."""

SAMPLE = """
    SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM crm_contact) numbered
    WHERE place %% %(every)s = 0 ORDER BY id
"""
CROSSING = "SELECT contact_id FROM ({statement}) scored WHERE crosses"
CROSSING_NOW = "SELECT contact_id FROM preview_score WHERE contact_id = ANY(%s::bigint[]) AND {crosses}"


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


def new_in_weeks(
    after: Evaluator, before: Evaluator | None, *, contacts: int, at: datetime, report: Report
) -> Weeks:
    """What the four weeks before `at` say, as of when the tables of `compare` were filled. `report` is told of each
    moment that was asked.
    """
    asked = _ids(SAMPLE, {"every": max(1, ceil(contacts / MOST_ASKED))})
    begins = [at - WEEK * ago for ago in range(WEEKS, 0, -1)]
    scale = contacts / len(asked) if asked else 0.0
    new: dict[str, list[float]] = {}
    models = {"crosses_before": before, "crosses_after": after}
    for number, (column, evaluator) in enumerate(models.items()):
        crossing = []
        for index, moment in enumerate(begins):
            report(number * WEEKS + index, 2 * WEEKS)
            crossing.append(_crossing(evaluator, asked, moment))
        crossing.append(set(_ids(CROSSING_NOW.format(crosses=column), [asked])))
        new[column] = [
            scale * len(free(sorted(ended - began), evaluator.spec, at=moment, past=True))
            if evaluator
            else 0.0
            for moment, (began, ended) in zip(begins, pairwise(crossing), strict=True)
        ]
    return Weeks(new["crosses_before"], new["crosses_after"], _really(at), len(asked), contacts)


def _crossing(evaluator: Evaluator | None, contact_ids: list[int], moment: datetime) -> set[int]:
    """Who crossed at a past moment."""
    if evaluator is None:
        return set()
    sql, params = evaluator.statement(Shape(past=True), Run(moment, contact_ids))
    with everyone_in_order(past=True):
        return set(_ids(CROSSING.format(statement=sql), params))


def _ids(sql: str, params: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _really(at: datetime) -> list[int]:
    """How many became MQLs in each week."""
    entries = StageChange.objects.filter(to_stage=Stage.MQL, at__gt=at - WEEKS * WEEK, at__lte=at)
    ago = [(at - moment) // WEEK for moment in entries.order_by().values_list("at", flat=True).iterator()]
    return [ago.count(week) for week in range(WEEKS - 1, -1, -1)]
