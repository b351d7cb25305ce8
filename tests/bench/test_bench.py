"""The benchmark itself: all of it runs, and its figures have the shape that others read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.bench.run import main

SECONDS = 300
LEFT = "the same, everyone being evaluated meanwhile: contacts left at the end"
"""None may be left of so few contacts."""


@pytest.mark.slow
def test_every_figure_is_measured_and_written_down() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "SCALE": "small"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    written = json.loads((Path(settings.BASE_DIR) / "var/bench-small.json").read_text(encoding="utf-8"))
    assert {"processor", "cores", "memory_gb", "python", "postgresql"} <= written["machine"].keys()
    assert {frozenset(row) for row in written["rows"]} == {
        frozenset({"name", "value", "unit", "bar", "holds"})
    }
    assert all(row["value"] > 0 for row in written["rows"] if row["name"] != LEFT)
    assert [row["value"] >= 0 for row in written["rows"] if row["name"] == LEFT] == [True]
    assert len({row["name"] for row in written["rows"]}) == len(written["rows"])


def test_an_unknown_scale_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("huge")

    assert code == 2
    assert "SCALE=huge is not known: use one of small, usual, full" in capsys.readouterr().out
