"""The measurements, one after the other, each on what those before it left."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from scoring.models import EveryoneRequest, Pending
from scoring.publish import publish
from scoring.versions import save_draft
from tests.bench import (
    backtest,
    commands,
    desk,
    evaluation,
    ingest,
    keys,
    live,
    market,
    preview,
    routing,
    serving,
)
from tests.bench.database import own_database
from tests.bench.report import Report, machine, say
from tests.bench.rules import model


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured, and into which file below `var`. Only what is large enough is `judged` by the bars.

    `scored` is how many contacts are scored one by one; what is larger is measured less often.
    """

    contacts: int
    activities: int
    rules: tuple[int, ...]
    mqls: int
    batches: int
    imported: int
    times: int
    listeners: int
    scored: int = 200
    file: str = "bench.json"
    judged: bool = True


SCALES = {
    "small": Scale(
        500,
        5_000,
        (20, 100),
        100,
        batches=1,
        imported=200,
        times=2,
        listeners=50,
        scored=20,
        file="bench-small.json",
        judged=False,
    ),
    "usual": Scale(100_000, 1_000_000, (20,), 10_000, batches=25, imported=100_000, times=60, listeners=500),
    "full": Scale(
        1_000_000, 10_000_000, (20, 100), 10_000, batches=50, imported=200_000, times=100, listeners=500
    ),
}


def main(name: str) -> int:
    """Measure everything and write it down. Returns 2 where there is no such scale."""
    if name not in SCALES:
        say(f"SCALE={name} is not known: use one of {', '.join(SCALES)}")
        return 2
    scale = SCALES[name]
    report = Report(judged=scale.judged)
    with own_database(), tempfile.TemporaryDirectory(prefix="handoff-bench-") as folder:
        where = machine(name)
        _measure(report, scale, Path(folder))
    path = Path(settings.BASE_DIR) / "var" / scale.file
    report.write(path, where)
    say(f"\n{len(report.rows)} figures in {path}, {len(report.missed())} of their bars missed.")
    return 0


def _measure(report: Report, scale: Scale, folder: Path) -> None:
    now = timezone.now()
    publish(save_draft(model(20), by=None, at=now), by=None, at=now)
    say(f"Making {scale.contacts:,} contacts and {scale.activities:,} activities.")
    market.fill(scale.contacts, scale.activities)
    evaluation.measure(report, scale.contacts, rules=scale.rules, scored=scale.scored)
    preview.measure(report, scale.contacts)
    commands.measure_everyone(report, folder, scale.contacts)
    ingest.measure(report, scale.contacts, batches=scale.batches)
    commands.measure_import(report, folder, rows=scale.imported)
    # What these left to evaluate would keep the worker busy while others wait for it.
    Pending.objects.all().delete()
    EveryoneRequest.objects.all().delete()
    desk.staff()
    desk.fill(scale.mqls)
    market.settle()
    routing.measure(report, scale.mqls)
    desk.fill(scale.mqls)
    market.settle()
    with serving.served() as port:
        serving.measure_freshness(report, port, times=scale.times)
        serving.measure_inbox(report, port, times=scale.times)
        serving.measure_searches(report, port, times=scale.times)
        keys.measure_detail(report, port, times=scale.times)
        keys.measure_keys(report, port, times=min(scale.times, 30))
        live.measure(report, port, listeners=scale.listeners, times=scale.times)
        backtest.measure(report, port, scale.contacts)
