"""Commands as they are run: how long they take, and the most memory they hold."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from django.conf import settings

from tests.bench.report import Report
from tests.bench.rules import COUNTRIES, INDUSTRIES, TITLES

MAP = """\
kind: contacts
create_companies: true
contact:
  email: Email
  first_name: First name
  last_name: Last name
  job_title: Job title
  phone: Phone
  country: Country
  source: Source
  external_id: Record
  created_at: Created
  properties:
    seats: {column: Seats, type: number}
    plan: Plan
company:
  domain: Website
  name: Company
  industry: Industry
"""
HEADINGS = ["Record", "Email", "First name", "Last name", "Job title", "Phone", "Country", "Source", "Created", "Seats",
            "Plan", "Company", "Website", "Industry"]  # fmt: skip


def measure_import(report: Report, folder: Path, *, rows: int) -> None:
    """A file of people, one company for ten of them, into the filled database; then the same file again."""
    file, map_file = folder / "people.csv", folder / "map.yaml"
    map_file.write_text(MAP, encoding="utf-8")
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(HEADINGS)
        writer.writerows(_people(rows))
    arguments = ["import_contacts", str(file), "--map", str(map_file)]
    seconds, peak = _run(*arguments)
    report.add(f"import of {rows:,} new contacts", rows / seconds, "rows/s", at_least=8000)
    report.add(f"import of {rows:,} new contacts: peak memory", peak, "MB")
    seconds, _ = _run(*arguments)
    report.add(f"import of the same {rows:,} contacts again", rows / seconds, "rows/s")


def measure_everyone(report: Report, folder: Path, contacts: int) -> None:
    """Everyone scored into a file, by the command."""
    seconds, peak = _run("evaluate", "--version", "1", "--out", str(folder / "scores.csv"))
    report.add("evaluate --out, everyone into a file", contacts / seconds, "rows/s")
    report.add("evaluate --out, everyone into a file: peak memory", peak, "MB")


def _people(rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        company = number // 10
        yield [
            f"R{number}",
            f"reader{number}@bureau{company}.example",
            f"Ada{number % 700}",
            f"Byron{number % 900}",
            TITLES[number % len(TITLES)],
            f"+49 30 {number:07}",
            COUNTRIES[number % len(COUNTRIES)],
            "Trade fair",
            f"2026-{1 + number % 9:02}-{1 + number % 28:02}T08:{number % 60:02}:00Z",
            str(number % 100),
            "trial" if number % 3 else "",
            f"Bureau {company}",
            f"https://www.bureau{company}.example/",
            INDUSTRIES[company % len(INDUSTRIES)],
        ]


def _run(*arguments: str) -> tuple[float, float]:
    """Seconds and the most megabytes of one command, from its start to its end."""
    started = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    said = process.stdout.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    seconds = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"manage.py {arguments[0]} failed:\n{said}")
    # Kilobytes, save on macOS, which counts bytes.
    return seconds, used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
