"""What the tests of the import share: a file and a map made on the spot, taken through the whole import."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from crm.contact_import import Report, import_file, read_map
from crm.facts import Result
from tests.factories import NOW

CREATED, UPDATED, UNCHANGED = Result.CREATED, Result.UPDATED, Result.UNCHANGED
PLAIN = "contact: {email: Email, first_name: First, last_name: Last, job_title: Title, country: Country}"


def write(folder: Path, text: str, *, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def run(path: Path, map_text: str = PLAIN, *, at: datetime = NOW, **options: Any) -> Report:
    """Import `path` by the map, its rejected rows beside it."""
    rejected = path.with_name("rejected.csv")
    return import_file(path, read_map(map_text), at=at, rejected_path=rejected, **options)


def rejected_rows(report: Report) -> list[dict[str, str]]:
    if report.rejected_path is None:
        return []
    with report.rejected_path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.readline()
        file.seek(0)
        delimiter = next(sign for sign in ",;\t" if f"row{sign}Rejected" in sample)
        return list(csv.DictReader(file, delimiter=delimiter))
