"""Files as they come: encodings, delimiters, quotes, and rows that are none."""

import gzip
from pathlib import Path

import pytest

from crm.contact_import.reading import Row, open_sheet
from crm.errors import Invalid
from tests.crm.importing import write

TEXT = "Name,City\nJosé,Köln\n"


def read(path: Path, *columns: str, encoding: str = "", delimiter: str = "") -> tuple[list[str], list[Row]]:
    with open_sheet(path, columns=columns, encoding=encoding, delimiter=delimiter) as sheet:
        return sheet.headings, list(sheet.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, TEXT, encoding=encoding)

    headings, rows = read(path)

    assert (headings, rows[0].cells) == (["Name", "City"], ["José", "Köln"])


def test_an_encoding_that_reads_wrongly_as_another_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Name\nŁukasz\n", encoding="cp1250")

    assert read(path)[1][0].cells != ["Łukasz"]
    assert read(path, encoding="cp1250")[1][0].cells == ["Łukasz"]


def test_a_mark_in_the_file_goes_before_the_named_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT, encoding="utf-8-sig")

    assert read(path, encoding="cp1250")[1][0].cells == ["José", "Köln"]


def test_a_file_that_is_latin_only_at_its_end_is_read_so_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"Name\n" + b"Ada\n" * 400_000 + b"Jos\xe9\n")

    rows = read(path)[1]

    assert (rows[0].cells, rows[-1].cells, len(rows)) == (["Ada"], ["José"], 400_001)


def test_a_file_in_no_known_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(b"Name\nAda\n\x81\xff\n")

    with pytest.raises(Invalid, match=r"line 3 cannot be read so.*`encoding: cp1250`"):
        read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "save it as CSV"),
        (b"", "is empty"),
        (b"\n\n", "holds no row"),
        (gzip.compress(b"Name\n" * 50_000, mtime=0)[:60], "cannot be read"),
        (b'"Name\nAda\n', "headings that cannot be read"),
    ],
)
def test_what_is_no_file_of_rows_is_refused_with_a_mend(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)

    with pytest.raises(Invalid, match=said):
        read(path)


def test_a_gzipped_file_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode("cp1252")))

    assert read(path)[1][0].cells == ["José", "Köln"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_the_headings(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, f"Name{delimiter}Notes\nAda{delimiter}a-b c\n")

    assert read(path, "Name", "Notes")[1][0].cells == ["Ada", "a-b c"]


def test_a_heading_that_holds_commas_does_not_make_them_the_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "Name;City, region, country\nAda;Paris\n")

    assert read(path, "Name")[0] == ["Name", "City, region, country"]


@pytest.mark.parametrize("first", ["sep=|", '"sep=|"', "SEP=|"])
def test_a_sep_line_names_the_delimiter_and_is_no_row(tmp_path: Path, first: str) -> None:
    path = write(tmp_path, f"{first}\r\nName|City\r\nAda|Paris, Texas\r\n")

    headings, rows = read(path, delimiter=",")

    assert headings == ["Name", "City"]
    assert (rows[0].number, rows[0].line, rows[0].cells) == (2, 3, ["Ada", "Paris, Texas"])


def test_a_row_with_line_breaks_in_it_keeps_the_numbers_of_those_after_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'Name,Notes\nAda,"one\ntwo, and\n""three"""\nBob,\n')

    ada, bob = read(path)[1]

    assert ada.cells == ["Ada", 'one\ntwo, and\n"three"']
    assert (ada.number, ada.line, bob.number, bob.line) == (2, 2, 3, 5)


def test_blank_lines_are_no_rows_and_count_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = write(tmp_path, "\nName,City\n\nAda,Paris\n , \nBob,Rome\n")

    rows = read(path)[1]

    assert [(row.number, row.cells[0]) for row in rows] == [(4, "Ada"), (6, "Bob")]


def test_empty_headings_at_the_end_are_no_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,City,,\nAda,Paris\nBob,Rome,,\nCy,Bonn,,x\n")

    headings, rows = read(path)

    assert headings == ["Name", "City"]
    assert [bool(row.fault) for row in rows] == [False, False, True]


def test_empty_cells_beyond_the_headings_are_dropped(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,City\nAda,Paris,,\n")

    [row] = read(path)[1]

    assert (row.cells, row.fault) == (["Ada", "Paris"], None)


def test_a_row_with_too_many_or_too_few_cells_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,City\nAda,Paris,1\nBob\n")

    ada, bob = read(path)[1]

    assert ada.fault is not None
    assert "3 cells where the headings are 2" in ada.fault.problem
    assert bob.fault is not None
    assert "1 cell where the headings are 2" in bob.fault.problem


def test_a_row_wrapped_in_quotes_is_a_fault_that_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, 'Name,City\n"Ada,""Paris"""\n')

    [row] = read(path)[1]

    assert row.fault is not None
    assert "quotes around the whole row" in row.fault.mend


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = write(tmp_path, 'Name,City\nAda,"Paris\nBob,Rome\nCy,"Bonn"\nDee,Oslo\n')

    rows = read(path)[1]

    assert [row.number for row in rows if row.fault] == [2]
    assert [(row.number, row.line, row.cells[0]) for row in rows if not row.fault] == [
        (3, 3, "Bob"),
        (4, 4, "Cy"),
        (5, 5, "Dee"),
    ]


def test_a_quote_open_at_the_end_of_the_file_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, 'Name,City\nAda,Rome\nBob,"Paris\n')

    rows = read(path)[1]

    assert [bool(row.fault) for row in rows] == [False, True]


def test_a_cell_beyond_all_size_is_a_fault_and_what_follows_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, f"Name,City\nAda,{'x' * 200_000}\nBob,Rome\n")

    rows = read(path)[1]

    assert [(row.number, bool(row.fault)) for row in rows] == [(2, True), (3, False)]
    assert len(rows[0].cells[0]) <= 2000


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, ending.join(["Name,City", "Ada,Paris", "Bob,Rome"]))

    assert [row.cells[0] for row in read(path)[1]] == ["Ada", "Bob"]
