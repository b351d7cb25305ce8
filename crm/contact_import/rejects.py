"""Rejected rows, in a file of their own that can be mended and imported by the same map."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, TextIO

from crm.contact_import.reading import Row
from crm.errors import FieldError

HEADINGS = ("Rejected row", "Rejected line", "Rejected field", "Problem", "What to do")
CALCULATED = re.compile(r"[=@]|[+-](?![\d\s(.])|[\t\r]")
"""What a spreadsheet would take for a formula. A number, and a phone number such as +33 1, stay readable."""


class RejectedRows:
    """Writes rejected rows to `path`, which is there only once there is one.

    The encoding says itself by a byte-order mark and the delimiter is that of the file, so that the map that read the
    one reads the other.
    """

    def __init__(self, path: Path, headings: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._headings = headings
        self._delimiter = delimiter
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, row: Row, errors: Sequence[FieldError]) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file, delimiter=self._delimiter)
            self._writer.writerow([*HEADINGS, *self._headings])
        told = [
            "; ".join(dict.fromkeys(part))
            for part in zip(*((e.field, e.problem, e.mend) for e in errors), strict=True)
        ]
        self._writer.writerow([row.number, row.line, *told, *map(as_text, row.cells)])


def as_text(cell: str) -> str:
    """`cell` with a spreadsheet's mark of text where one would calculate it. Reading takes the mark off again."""
    return f"'{cell}" if CALCULATED.match(cell) else cell
