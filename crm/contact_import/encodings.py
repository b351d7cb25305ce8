"""Which encoding a file is in, made sure of from its first byte to its last.

A file that says it (by a byte-order mark) is believed, then the map, then what the bytes can be: UTF-16 by its zeros,
UTF-8 by its strict form, else Windows-1252. Reading it all beforehand costs a second for a gigabyte, and no file turns
out to be in another encoding when half of it is recorded.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from crm.errors import FieldError, Invalid

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks; UTF-32's starts with UTF-16's."""
NOT_TEXT = (
    (b"PK\x03\x04", "is a spreadsheet or an archive", "save it as CSV (UTF-8) in the program it comes from"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "save it as CSV (UTF-8) in Excel"),
    (b"%PDF", "is a PDF", "export it as CSV"),
)
ZEROS = 0.3
"""The share of zeros in every second byte that Western text has in UTF-16, and no other text has."""
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


@contextmanager
def open_bytes(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file's bytes, unpacked where it is gzipped, beside the file as it lies on the disk."""
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP)) == GZIP
        raw.seek(0)
        yield (cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw), raw


def encoding_of(path: Path, *, named: str = "") -> str:
    """The encoding of the whole file, by the name that `open` takes. Raises Invalid where there is none that fits."""
    try:
        with open_bytes(path) as (unpacked, _):
            start = unpacked.read(4096)
    except (OSError, EOFError, zlib.error) as error:
        raise Invalid(FieldError("", f"cannot be read: {error}", "give another file")) from error
    if not start:
        raise Invalid(FieldError("", "is empty", "give a file with a line of headings and rows"))
    for mark, problem, mend in NOT_TEXT:
        if start.startswith(mark):
            raise Invalid(FieldError("", problem, mend))
    for encoding in _candidates(start, named):
        faulty = _undecodable_line(path, encoding)
        if faulty is None:
            return encoding
        line = faulty
    problem = f"is not {NAMES.get(encoding, encoding)}: line {line} cannot be read so"
    raise Invalid(FieldError("", problem, "say the file's encoding in the map, as in `encoding: cp1250`"))


def _candidates(start: bytes, named: str) -> list[str]:
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return [encoding]
    if named:
        return [named]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[offset::2].count(0) > ZEROS * len(start) / 2:
            return [encoding]
    return ["utf-8", "cp1252"]


def _undecodable_line(path: Path, encoding: str) -> int | None:
    """The line where the file cannot be read in `encoding`, None where all of it can."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    try:
        with open_bytes(path) as (unpacked, _):
            while block := unpacked.read(BLOCK):
                try:
                    text = decoder.decode(block)
                except UnicodeDecodeError as error:
                    return line + error.object[: error.start].count(b"\n")
                line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return line
    except (OSError, EOFError, zlib.error) as error:
        raise Invalid(FieldError("", f"cannot be read: {error}", "give a whole file")) from error
    return None
