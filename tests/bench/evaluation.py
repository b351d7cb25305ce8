"""Scoring everyone, some and one, against the cheapest thing that reads the same activities."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from scoring.drain import BATCH, evaluate_batch
from scoring.evaluate import Evaluator, everyone_in_order
from scoring.gather import Shape
from scoring.markers import Run
from scoring.marks import mark
from scoring.models import Pending
from tests.bench.report import Report, middle
from tests.bench.rules import model

BARE = "SELECT count(*), sum(n) FROM (SELECT contact_id, count(*) AS n FROM crm_activity GROUP BY contact_id) each"
ALL_COLUMNS = """
    SELECT count(*), sum(fit), sum(engagement), max(grade), count(*) FILTER (WHERE disqualified),
           count(*) FILTER (WHERE fast_tracked), count(*) FILTER (WHERE crosses)
    FROM ({statement}) each
"""
"""Reads every column of every row where they are made, so that the network is not what is measured."""

MOST = {20: 6.0, 100: 18.0}
"""How many times as long as the bare grouping the statement may take, by the number of rules."""
OF_CONTACTS = 1_000_000
"""How many contacts these bars are for: with fewer, each run is over before the machine's other work evens out."""

TIMES = 5
"""How often each is measured. The quickest counts: whatever else the machine does only ever makes it slower."""


def measure(report: Report, contacts: int, *, rules: tuple[int, ...], scored: int) -> None:
    """Add the figures of evaluation, the statements with as many `rules` as are named. `scored` contacts are scored
    one by one, and so many fewer at once or by a drain as these take longer.
    """
    most = MOST if contacts >= OF_CONTACTS else {}
    evaluators = {number: Evaluator(model(number)) for number in rules}
    everyone = {number: partial(_everyone, evaluator) for number, evaluator in evaluators.items()}
    bare, *statements = fastest([_bare, *everyone.values()])
    report.add("bare GROUP BY contact_id, from the index, in order", bare, "s")
    for (number, evaluator), statement in zip(evaluators.items(), statements, strict=True):
        about = f"everyone, {number} rules"
        report.add(f"{about}: the statement", statement, "s")
        report.add(f"{about}: times the bare GROUP BY", statement / bare, "times", at_most=most.get(number))
        report.add(f"{about}: read row by row in Python", _seconds(partial(_iterate, evaluator)), "s")
        _measure_some(report, evaluator, contacts, scored)
    _measure_drain(report, contacts, scored // 4)


def fastest(calls: Sequence[Callable[[], Any]]) -> list[float]:
    """Seconds of the quickest turn of each call, taken in turns, after one that warms the caches."""
    for call in calls:
        call()
    turns = [[_seconds(call) for call in calls] for _ in range(TIMES)]
    return [min(times) for times in zip(*turns, strict=True)]


def _seconds(call: Callable[[], Any]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def _bare() -> None:
    with everyone_in_order(), connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchall()


def _everyone(evaluator: Evaluator) -> None:
    sql, params = evaluator.statement(Shape(everyone=True), Run(timezone.now()))
    with everyone_in_order(), connection.cursor() as cursor:
        cursor.execute(ALL_COLUMNS.format(statement=sql), params)
        cursor.fetchall()


def _iterate(evaluator: Evaluator) -> None:
    for _ in evaluator.score(at=timezone.now()):
        pass


def _measure_some(report: Report, evaluator: Evaluator, contacts: int, scored: int) -> None:
    chance = random.Random(1)
    rules = len(evaluator.spec.rules)
    # With 100 rules, planning the statement costs what running it does: the bar is on the usual model.
    for size, times, bar in ((1, scored, 5.0), (BATCH, scored // 10, 60.0)):
        ids = [[chance.randint(1, contacts) for _ in range(size)] for _ in range(times)]
        took = [
            1000 * _seconds(lambda some=some: list(evaluator.score(at=timezone.now(), contact_ids=some)))
            for some in ids
        ]
        whom = "one contact" if size == 1 else f"{size} contacts"
        report.add(f"{whom}, {rules} rules: median", middle(took), "ms", at_most=bar if rules == 20 else None)
        report.add(f"{whom}, {rules} rules: 95 of 100", middle(took, 95), "ms")


def _measure_drain(report: Report, contacts: int, ones: int) -> None:
    """Whole batches of the drain: marks taken, scores kept with their history, MQLs opened."""
    first = [1000 * _batch(start, contacts) for start in range(5)]
    report.add(f"a drain's batch of {BATCH}, all scores new: median", middle(first), "ms")
    again = [1000 * _batch(start, contacts) for start in range(5)]
    report.add(f"a drain's batch of {BATCH}, little moved: median", middle(again), "ms")
    one = [1000 * _drain([1 + number]) for number in range(ones)]
    report.add("a drain of one contact: median", middle(one), "ms")


def _batch(start: int, contacts: int) -> float:
    return _drain([1 + (start + 5 * number) % contacts for number in range(BATCH)])


def _drain(ids: list[int]) -> float:
    with transaction.atomic():
        Pending.objects.all().delete()
        mark(ids, at=timezone.now())
    return _seconds(evaluate_batch)
