"""A preview of a draft against the live version, from being asked for to its result."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from django.utils import timezone

from scoring import trials
from scoring.trials import Kind, State
from scoring.versions import save_draft
from tests.bench.report import Report
from tests.bench.rules import model

MOST = {100_000: 10.0, 1_000_000: 60.0}
"""Seconds that a preview may take, by the number of contacts."""


def measure(report: Report, contacts: int) -> None:
    """Preview a draft that differs from the live version in its threshold and by a rule."""
    live = model(20)
    milder = replace(live, name="Milder", threshold=50, rules=live.rules[1:])
    draft = save_draft(milder, by=None, at=timezone.now())
    trial = trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())
    started = perf_counter()
    trials.run(trial.pk)
    seconds = perf_counter() - started
    trial.refresh_from_db()
    if trial.state != State.DONE:
        raise RuntimeError(f"the preview ended as {trial.state}: {trial.error}")
    report.add(f"preview {_short(contacts)}", seconds, "s", at_most=MOST.get(contacts))
    draft.delete()


def _short(number: int) -> str:
    return f"{number // 1_000_000}M" if number >= 1_000_000 else f"{number // 1_000}k"
