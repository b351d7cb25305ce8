"""How the database goes about an evaluation of the past, before anybody has made statistics of the history."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from django.db import connection

from scoring.evaluate import Evaluator, everyone_in_order
from scoring.gather import Shape
from scoring.markers import Run
from tests.factories import NOW, make_contact
from tests.scoring.conftest import WORKED_EXAMPLE

pytestmark = pytest.mark.django_db


def plan(shape: Shape, contact_ids: list[int] | None = None) -> str:
    sql, params = Evaluator(WORKED_EXAMPLE).statement(shape, Run(NOW, contact_ids))
    order = everyone_in_order(past=True) if shape.everyone else nullcontext()
    with order, connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("detail", [False, True])
def test_of_a_batch_in_the_past_the_sums_are_computed_once(detail: bool) -> None:
    ids = [make_contact().pk for _ in range(3)]

    assert "CTE Scan on engaged" in plan(Shape(past=True, detail=detail), ids)


def test_of_everyone_in_the_past_the_sums_are_computed_once() -> None:
    make_contact()

    assert "Nested Loop" not in plan(Shape(past=True, everyone=True))
