"""Cells as people write them: numbers, dates, yes and no, and what no guess may be made about."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm.contact_import import cells
from crm.contact_import.cells import Unreadable
from crm.contact_import.spec import Decimals

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1250", "1250"),
        ("1,250", "1250"),
        ("-3.5", "-3.5"),
        ("\u22123.5", "-3.5"),
        ("1,234,567.89", "1234567.89"),
        ("1 234.5", "1234.5"),
        ("1'234", "1234"),
        ("1\u2019234", "1234"),
        ("$1,250.00", "1250.00"),
        ("£ 20", "20"),
        ("EUR 12.5", "12.5"),
        ("12.5 CHF", "12.5"),
    ],
)
def test_a_number_with_a_decimal_point(text: str, value: str) -> None:
    assert cells.number(text, Decimals.POINT) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.250", "1250"),
        ("12,5", "12.5"),
        ("7.307.943,56 €", "7307943.56"),
        ("7\u00a0307\u00a0943,56", "7307943.56"),
        ("7\u202f307\u202f943,56\u00a0€", "7307943.56"),
        ("12 500 zł", "12500"),
        ("3 400,00 Kč", "3400"),
    ],
)
def test_a_number_with_a_decimal_comma(text: str, value: str) -> None:
    assert cells.number(text, Decimals.COMMA) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1.250,5", "12,5", "1.250.000", "1e5", "abc", "", "12 %", "1,2,3", "0x10", "٣x"]
)
def test_what_is_no_number_with_a_decimal_point_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable, match="is not a number with a decimal point"):
        cells.number(text, Decimals.POINT)


def test_a_number_in_the_other_notation_is_told_what_the_map_would_say() -> None:
    with pytest.raises(Unreadable) as caught:
        cells.number("1.250,5", Decimals.POINT)

    assert "`decimal: comma`" in caught.value.mend


def test_a_whole_number_may_be_written_with_decimals_that_are_nought() -> None:
    assert cells.whole(cells.number("250.0", Decimals.POINT), "250.0") == 250

    with pytest.raises(Unreadable, match="is not a whole number"):
        cells.whole(cells.number("2.5", Decimals.POINT), "2.5")


@pytest.mark.parametrize(
    ("text", "formats", "moment"),
    [
        ("2026-03-01", ("iso",), datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2026-03-01T09:00:00Z", ("iso",), datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2024-01-22T20:36:47.000+0000", ("iso",), datetime(2024, 1, 22, 20, 36, 47, tzinfo=UTC)),
        ("2024-08-14T11:38:45.65+00:00", ("iso",), datetime(2024, 8, 14, 11, 38, 45, 650_000, tzinfo=UTC)),
        ("15.06.2025", ("iso", "%d.%m.%Y"), datetime(2025, 6, 14, 22, tzinfo=UTC)),
        ("6/15/2025 4:30 PM", ("%m/%d/%Y %I:%M %p",), datetime(2025, 6, 15, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_by_its_format_in_the_time_zone_of_the_map(
    text: str, formats: tuple[str, ...], moment: datetime
) -> None:
    assert cells.moment(text, formats, BERLIN) == moment


def test_a_date_in_no_format_says_which_were_tried() -> None:
    with pytest.raises(Unreadable, match=r"“15/06/2025” is not a date written as ISO 8601, %d\.%m\.%Y"):
        cells.moment("15/06/2025", ("iso", "%d.%m.%Y"), BERLIN)


@pytest.mark.parametrize(("text", "value"), [("Yes", True), ("nein", False), ("OUI", True), ("0", False)])
def test_yes_and_no_in_several_languages(text: str, value: bool) -> None:
    assert cells.truth(text) is value


def test_what_is_neither_yes_nor_no_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="neither yes nor no"):
        cells.truth("maybe")


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "=1+2", "=A1", "=cmd|' /C calc'!A0", "=-1", "= SUM(A1)"]
)
def test_a_formula_is_no_name(text: str) -> None:
    with pytest.raises(Unreadable, match="is a spreadsheet formula"):
        cells.not_a_formula(text)


@pytest.mark.parametrize("text", ["=> Acme", "= equal =", "=)"])
def test_a_name_may_start_with_a_sign(text: str) -> None:
    assert cells.not_a_formula(text) == text


def test_a_cell_is_composed_and_loses_its_blanks_and_its_mark_of_text() -> None:
    assert cells.cell_text(" Zu\u0308rich\u00a0") == "Zürich"
    assert cells.cell_text("'+33 1 23") == "+33 1 23"
    assert cells.cell_text("'s-Hertogenbosch") == "'s-Hertogenbosch"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Acme Corporation", "Acme-Corporation"),
        ("Café Zürich", "Cafe-Zurich"),
        ("a..b.", "a-b"),
        ("株式会社", ""),
    ],
)
def test_a_name_is_fitted_into_an_address(text: str, part: str) -> None:
    assert cells.address_part(text) == part
