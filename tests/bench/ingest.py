"""Recording activities through the write path, against COPY of the same rows into the same table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import perf_counter

from django.db import connection, transaction
from django.utils import timezone

from crm import record
from crm.facts import ActivityFacts, Result
from tests.bench.market import KINDS, PAGES
from tests.bench.report import Report

BATCH = 2_000
"""Rows a call, as the import sends them."""

COLUMNS = "contact_id, kind, subject, campaign, occurred_at, recorded_at, source, external_id, automated, properties"


def measure(report: Report, contacts: int, *, batches: int) -> None:
    """COPY and the write path take turns, so that both meet the same table and the same machine."""
    chance, at = random.Random(2), timezone.now()
    copied = recorded = 0.0
    for number in range(batches):
        copied += _copy(_rows(chance, contacts, f"copied {number}", at), at)
        recorded += _record(_rows(chance, contacts, f"recorded {number}", at), at)
    rows = batches * BATCH
    report.add("activities by COPY into the indexed table", rows / copied, "rows/s")
    report.add("activities through the write path", rows / recorded, "rows/s")
    report.add("the write path's part of COPY", copied / recorded, "of COPY", at_least=1 / 3)


def _rows(chance: random.Random, contacts: int, name: str, at: datetime) -> list[ActivityFacts]:
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=BATCH)
    return [
        ActivityFacts(
            contact=chance.randint(1, contacts),
            kind=kind,
            occurred_at=at - timedelta(seconds=chance.randint(0, 1_000_000)),
            source="bench",
            subject=chance.choice(PAGES) if kind == "page_view" else "",
            campaign="spring-2026" if kind.startswith("email") else "",
            external_id=f"{name}-{index}",
        )
        for index, kind in enumerate(kinds)
    ]


def _copy(rows: Sequence[ActivityFacts], at: datetime) -> float:
    moment = at.isoformat()
    text = "".join(
        f"{row.contact}\t{row.kind}\t{row.subject}\t{row.campaign}\t{row.occurred_at.isoformat()}\t{moment}\t"
        f"{row.source}\t{row.external_id}\tf\t{{}}\n"
        for row in rows
    )
    started = perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY crm_activity ({COLUMNS}) FROM STDIN") as copy,
    ):
        copy.write(text)
    return perf_counter() - started


def _record(rows: Sequence[ActivityFacts], at: datetime) -> float:
    started = perf_counter()
    outcomes = record.append_activities(rows, at=at)
    took = perf_counter() - started
    assert all(outcome.result == Result.CREATED for outcome in outcomes)
    return took
