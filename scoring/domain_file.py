"""Domains out of a file: one a line, or a column of domains, web or e-mail addresses, with a heading or without.

Reading writes nothing. Every line that holds no domain is named by its number, with what mends it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crm.email_domains import domain_of
from crm.errors import FieldError, Invalid

MOST_BYTES = 2_000_000
MOST_DOMAINS = 50_000
LOOKED_AT = 200
"""Lines by which the column and the separator are told."""
HEADINGS = re.compile(r"domain|website|web ?site|url|e-?mail|homepage", re.IGNORECASE)
SEPARATORS = (";", "\t", ",")
NOT_TEXT = (
    (b"PK\x03\x04", "is a spreadsheet or an archive", "save it as CSV (UTF-8) in the program it comes from"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "save it as CSV (UTF-8) in Excel"),
    (b"%PDF", "is a PDF", "export it as CSV"),
)

Row = tuple[int, list[str]]
"""The number of a line, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class LineFault:
    line: int
    text: str
    mend: str

    def __str__(self) -> str:
        said = f"“{self.text}” is no domain" if self.text else "nothing stands where the domain should"
        return f"Line {self.line}: {said}. {self.mend[:1].upper()}{self.mend[1:]}."


@dataclass(frozen=True, slots=True)
class DomainFile:
    """What a file holds: its domains in order, each once, and the lines that hold none.

    `heading` is the first line where it was taken for one, `repeated` how often a domain came again.
    """

    domains: tuple[str, ...]
    faults: tuple[LineFault, ...]
    heading: str = ""
    repeated: int = 0


def read_domain(text: str) -> str:
    """The domain that a cell names: as such, in a web address, or behind an @. "" where it names none."""
    text = text.strip()
    if "://" in text or text.startswith("//"):
        try:
            host = urlsplit(text).hostname or ""
        except ValueError:
            return ""
        domain = domain_of(f"x@{host}").removeprefix("www.")
    else:
        domain = domain_of(f"x@{text.rpartition('@')[2].strip('/')}").removeprefix("www.")
    return domain if "." in domain and not domain.replace(".", "").isdigit() else ""


def read_domains(content: bytes) -> DomainFile:
    """The domains of a file. Raises Invalid where it is no text, or holds nothing or too much."""
    rows = list(_rows(_text(content)))
    if not rows:
        raise Invalid(
            FieldError("file", "the file holds no line", "write one domain a line, as in acme.example")
        )
    column = _column(rows)
    cells = [(line, cells[column].strip() if column < len(cells) else "") for line, cells in rows]
    heading = cells[0][1] if _is_heading(cells) else ""
    return _gathered(cells[1:] if heading else cells, heading)


def _gathered(cells: Sequence[tuple[int, str]], heading: str) -> DomainFile:
    domains: dict[str, None] = {}
    faults, repeated = [], 0
    for line, text in cells:
        if domain := read_domain(text):
            repeated += domain in domains
            domains[domain] = None
        else:
            faults.append(LineFault(line, text[:60], _mend(text)))
    if len(domains) > MOST_DOMAINS:
        said = f"the file holds {len(domains):,} domains"
        raise Invalid(FieldError("file", said, f"split it into lists of at most {MOST_DOMAINS:,}"))
    return DomainFile(tuple(domains), tuple(faults), heading, repeated)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        said = f"the file holds {len(content):,} bytes"
        raise Invalid(FieldError("file", said, f"keep it to {MOST_BYTES:,}"))
    for mark, problem, mend in NOT_TEXT:
        if content.startswith(mark):
            raise Invalid(FieldError("file", f"the file {problem}", mend))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes in the West where it is not asked for UTF-8; five bytes mean nothing in it.
        text = content.decode("cp1252", errors="replace")
    return text.replace("\x00", "�")


def _rows(text: str) -> Iterator[Row]:
    """The lines that hold something, as cells. A line that begins with # is a comment."""
    lines = io.StringIO(text, newline=None).read().split("\n")
    separator = _separator(lines[:LOOKED_AT])
    for number, line in enumerate(lines, start=1):
        if line.strip(" \t,;\"'") and not line.startswith("#"):
            yield number, _cells(line, separator)


def _separator(lines: Sequence[str]) -> str:
    counts = {mark: sum(mark in line for line in lines) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counts[mark])


def _cells(line: str, separator: str) -> list[str]:
    # Line by line, so that a quote that is never closed spoils one line and not the rest of the file.
    return next(csv.reader([line], delimiter=separator), [""])


def _column(rows: Sequence[Row]) -> int:
    """The column that holds the domains: by its heading, else the one with the most."""
    first = rows[0][1]
    for index, cell in enumerate(first):
        if len(first) > 1 and HEADINGS.search(cell) and not read_domain(cell):
            return index
    looked_at = [cells for _, cells in rows[:LOOKED_AT]]
    widest = max(len(cells) for cells in looked_at)
    held = [
        sum(bool(read_domain(cells[index])) for cells in looked_at if index < len(cells))
        for index in range(widest)
    ]
    return held.index(max(held))


def _is_heading(cells: Sequence[tuple[int, str]]) -> bool:
    """Whether the first line is a word for what stands below it, and no domain itself."""
    first = cells[0][1]
    if not first or read_domain(first):
        return False
    return bool(HEADINGS.search(first)) and any(read_domain(text) for _, text in cells[1:])


def _mend(text: str) -> str:
    if not text:
        return "fill the column, or take the line out"
    if read_domain(text.replace(" ", "")):
        return f"take the spaces out, as in {read_domain(text.replace(' ', ''))}"
    if "." not in text:
        return "write it with its ending, as in acme.example"
    return "write it as in acme.example"
