"""A file as rows of cells: where its headings are, what parts its cells, and which rows are none.

Everything streams: nothing here grows with the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from crm.contact_import.cells import cell_text
from crm.contact_import.encodings import encoding_of, open_bytes
from crm.errors import FieldError, Invalid

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 50
LONGEST_LINE = 1 << 20
LONGEST_CELL = 131_072
SHOWN_OF_BROKEN = 2000


class Row(NamedTuple):
    """One row. `number` counts as a spreadsheet does, the headings being row 1; `line` is where it starts in the file.

    `fault` is set where the row could not be taken apart, or has not as many cells as there are headings.
    """

    number: int
    line: int
    cells: list[str]
    fault: FieldError | None = None


class Lines:
    """The lines of a text, counted. Lines that were taken together by mistake can be put back, all but the first."""

    def __init__(self, text: TextIO, *, read_ahead: Sequence[str] = ()) -> None:
        self._text = text
        self._again = list(reversed(read_ahead))
        self.taken: list[str] = []
        self.count = 0
        """Lines given out so far."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.count += 1
        return line

    def put_back(self) -> str:
        """Keep only the first line that was taken, and give the others out again. Returns the first."""
        first, *others = self.taken
        self._again.extend(reversed(others))
        self.count -= len(others)
        return first


@dataclass(slots=True)
class Sheet:
    """An open file of rows. `rows` gives them out, once."""

    headings: list[str]
    encoding: str
    delimiter: str
    size: int
    """Bytes on the disk, of which `position` says how many were read."""
    _raw: BinaryIO
    _lines: Lines
    _reader: Iterator[list[str]]
    _number: int

    def position(self) -> int:
        return self._raw.tell()

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, those that are broken with their fault."""
        wanted = len(self.headings)
        lines = self._lines
        while True:
            lines.taken.clear()
            line = lines.count + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                self._number += 1
                yield _broken(self._number, line, lines.put_back(), error)
                continue
            if cells is None:
                return
            self._number += 1
            if not any(map(str.strip, cells)):
                continue
            if len(cells) > wanted and not any(cells[wanted:]):
                del cells[wanted:]
            fault = _miscounted(cells, wanted, self.delimiter) if len(cells) != wanted else None
            yield Row(self._number, line, cells, fault)


@contextmanager
def open_sheet(
    path: Path, *, columns: Collection[str], encoding: str = "", delimiter: str = ""
) -> Iterator[Sheet]:
    """The rows of `path`. `columns` are those that will be asked for: they tell which delimiter is meant.

    A first line `sep=;` names the delimiter; else `delimiter` does, else the headings. Raises Invalid where the file
    cannot be read at all.
    """
    csv.field_size_limit(LONGEST_CELL)
    encoding = encoding_of(path, named=encoding)
    with open_bytes(path) as (unpacked, raw):
        text = io.TextIOWrapper(unpacked, encoding=encoding, newline="")
        sample = [line for line in (text.readline(LONGEST_LINE) for _ in range(SAMPLE_LINES)) if line]
        lines = Lines(text, read_ahead=sample)
        said = _named_by(sample[0])
        if said:
            next(lines)
            sample = sample[1:]
        delimiter = said or delimiter or _delimiter_of(sample, columns)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number, headings = _headings(reader)
        yield Sheet(headings, encoding, delimiter, path.stat().st_size, raw, lines, reader, number)


def _named_by(first_line: str) -> str:
    """The delimiter that a first line such as `sep=;` names. Excel writes and reads it; it is no row."""
    said = first_line.rstrip("\r\n").strip('"')
    return said[-1] if said.lower().startswith("sep=") and len(said) == len("sep=;") else ""


def _delimiter_of(sample: list[str], columns: Collection[str]) -> str:
    """The delimiter under which most of `columns` are headings, and then the one that makes most cells."""
    wanted = {column.casefold() for column in columns}

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            headings = next(filter(any, csv.reader(sample, delimiter=delimiter)), [])
        except csv.Error:
            return 0, 0
        found = {cell_text(heading).casefold() for heading in headings}
        return len(wanted & found), len(headings)

    return max(DELIMITERS, key=fitness)


def _headings(reader: Iterator[list[str]]) -> tuple[int, list[str]]:
    """The first row that is not blank, and its number."""
    try:
        for number, cells in enumerate(reader, start=1):
            if any(map(str.strip, cells)):
                headings = [cell_text(cell) for cell in cells]
                while not headings[-1]:
                    headings.pop()
                return number, headings
    except csv.Error as error:
        raise Invalid(
            FieldError("", f"has headings that cannot be read: {error}", "mend the quotes of the first line")
        ) from error
    raise Invalid(FieldError("", "holds no row", "give a file with a line of headings and rows"))


def _broken(number: int, line: int, first: str, error: csv.Error) -> Row:
    problem = f"cannot be taken apart into cells: {error}"
    fault = FieldError("row", problem, "close the quotes of this line, and double those inside a cell")
    return Row(number, line, [first.rstrip("\r\n")[:SHOWN_OF_BROKEN]], fault)


def _miscounted(cells: list[str], wanted: int, delimiter: str) -> FieldError:
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    if len(cells) == 1 and delimiter in cells[0]:
        mend = "take off the quotes around the whole row, and write those doubled inside it once"
    else:
        mend = "give the row a cell for each heading, and put cells that hold the delimiter in quotes"
    return FieldError("row", f"has {count} where the headings are {wanted}", mend)
