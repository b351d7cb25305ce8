"""What was measured: a table for whoever waits for it, `var/bench.json` for machines."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from django.db import connection


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `bar` is what it is held against, empty for a figure that only informs; `holds` is None then."""

    name: str
    value: float
    unit: str
    bar: str = ""
    holds: bool | None = None


@dataclass(slots=True)
class Report:
    """The figures so far. Without `judged` none is held against a bar: it would say nothing of a small database."""

    judged: bool
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Take a figure in, and print it: some measurements let one wait for minutes."""
        bar, holds = "", None
        if self.judged and at_most is not None:
            bar, holds = f"≤ {_short(at_most)}", value <= at_most
        if self.judged and at_least is not None:
            bar, holds = f"≥ {_short(at_least)}", value >= at_least
        self.rows.append(Row(name, round(value, 4), unit, bar, holds))
        print_row(self.rows[-1])

    def write(self, path: Path, machine: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"machine": machine, "rows": [asdict(row) for row in self.rows]}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.holds is False]


def print_row(row: Row) -> None:
    verdict = {None: "", True: "holds", False: "MISSED"}[row.holds]
    say(f"{row.name:<62} {_short(row.value):>12} {row.unit:<9} {row.bar:<8} {verdict}".rstrip())


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"


def middle(values: Sequence[float], percent: float = 50) -> float:
    """The value that `percent` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def machine(scale: str) -> dict[str, Any]:
    """Where the figures are from, so that others are compared with like."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers'), current_setting('fsync')"
        )
        version, buffers, fsync = cursor.fetchone()
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": scale,
        "system": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": version,
        "shared_buffers": buffers,
        "fsync": fsync,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
