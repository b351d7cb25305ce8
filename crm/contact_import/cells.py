"""The text of a cell, as a number, a moment, a truth or a list. What cannot be read so raises `Unreadable`.

Nothing is guessed: with a decimal point, “1.250,00” is no number, and not one a thousand times too small.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm.contact_import.spec import ISO, Decimals
from crm.facts import tidy

LONGEST_NUMBER = 40
NUMBERS = {
    Decimals.POINT: re.compile(r"-?(?:\d+|\d{1,3}(?:[, ']\d{3})+)(?:\.\d+)?"),
    Decimals.COMMA: re.compile(r"-?(?:\d+|\d{1,3}(?:[. ']\d{3})+)(?:,\d+)?"),
}
"""Digits with or without a sign between the thousands, and decimals after the sign that the map says."""
PLAIN_NUMBER = re.compile(r"-?[\d.,]+", re.ASCII)
SIGNS = {Decimals.POINT: ".", Decimals.COMMA: ","}
SPACES = re.compile(r"[\s\u2007\u202f\u2060]+")
CURRENCY = re.compile(
    r"^(?:[A-Z]{3}|zł|Kč|kr\.?|Fr\.?)\s?(?=[-\d])|(?<=\d)\s?(?:[A-Z]{3}|zł|Kč|kr\.?|Fr\.?)$"
)
ALIKE = str.maketrans({"\u2212": "-", "\u2019": "'"})
"""A minus sign for a hyphen, a curly apostrophe for a straight one."""
TRUTHS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ano"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "nein", "non", "não", "nie", "ne", "nej"), False),
}
NO_ADDRESS = re.compile(r"[^A-Za-z0-9@._+-]+|\.{2,}")
FORMULA = re.compile(r"=\s*(?:[A-Za-z_.][\w.]*\s*[(!|]|[-+@(\d\"$]|[A-Za-z]+\d)")
"""What a spreadsheet would calculate: a call, a reference, a sum."""
MARKED_TEXT = re.compile(r"'[=+\-@]")


class Unreadable(Exception):
    """A cell that is not what its column should hold: what is wrong, and what mends it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend


def cell_text(text: str) -> str:
    """The text of a cell, composed, without blanks around it and without a spreadsheet's mark that it is text."""
    text = text.strip() if text.isascii() else tidy(text)
    return text[1:] if text[:1] == "'" and MARKED_TEXT.match(text) else text


def number(text: str, decimals: Decimals, factor: Decimal | None = None) -> Decimal:
    """A number with thousands separators and a currency sign, as people write it, times `factor`."""
    plain = text
    if not PLAIN_NUMBER.fullmatch(text):
        plain = SPACES.sub(" ", text.translate(ALIKE))
        plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Sc").strip()
        plain = CURRENCY.sub("", plain)
    if len(plain) > LONGEST_NUMBER or not NUMBERS[decimals].fullmatch(plain):
        other = {Decimals.POINT: "1.250,5", Decimals.COMMA: "1,250.5"}[decimals]
        [opposite] = set(Decimals) - {decimals}
        raise Unreadable(
            f"“{text[:40]}” is not a number with a decimal {decimals}",
            f"write digits alone; if the file means numbers such as {other}, say `decimal: {opposite}` in the map",
        )
    thousands, sign, decimal = plain.partition(SIGNS[decimals])
    value = Decimal(re.sub(r"[ ,.']", "", thousands) + (f".{decimal}" if sign else ""))
    return value if factor is None else value * factor


def whole(value: Decimal, text: str) -> int:
    """`value`, which was read from `text`, as a whole number."""
    if value != int(value):
        raise Unreadable(f"“{text[:40]}” is not a whole number", "write digits alone, as in 1250")
    return int(value)


def json_number(value: Decimal) -> int | float:
    """A number as a property holds it."""
    return int(value) if value == int(value) else float(value)


@lru_cache(maxsize=16_384)
def moment(text: str, formats: Sequence[str], zone: ZoneInfo) -> datetime:
    """A moment by the first of `formats` that fits; in `zone` where the text names none."""
    for form in formats:
        try:
            found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=zone)
    shown = ", ".join("ISO 8601" if form == ISO else form for form in formats)
    raise Unreadable(
        f"“{text[:40]}” is not a date written as {shown}", "mend it, or add its format to `dates`"
    )


def truth(text: str) -> bool:
    try:
        return TRUTHS[text.casefold()]
    except KeyError:
        raise Unreadable(
            f"“{text[:40]}” is neither yes nor no", "write yes or no, or translate it with `values`"
        ) from None


def address_part(text: str) -> str:
    """`text` with what no address can hold made into hyphens: "Café Zürich" as Cafe-Zurich."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return NO_ADDRESS.sub("-", plain).strip("-.")


def items(text: str, separator: str) -> list[str]:
    """The parts of a list in one cell, without blanks and empty ones."""
    return [part for part in (part.strip() for part in text.split(separator)) if part]


def not_a_formula(text: str) -> str:
    """`text`, unless a cell that should hold a name holds a formula: a program would calculate it again."""
    if FORMULA.match(text):
        raise Unreadable(f"“{text[:40]}” is a spreadsheet formula", "put its result in its place")
    return text
