"""The same people as different programs write them: encodings, separators, numbers, dates, headings."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from crm.contact_import import import_file, read_map
from crm.contact_import.drafts import Draft, Drafter
from crm.contact_import.reading import open_sheet
from crm.contact_import.values import Binding
from crm.models import Company, Contact
from tests.crm.importing import CREATED, UNCHANGED, rejected_rows
from tests.crm.public_data import DATA, needs_data, take
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, needs_data]

FIELDS = ("first_name", "last_name", "email", "company", "job_title", "city", "country", "phone", "employees",
          "annual_revenue", "created", "opted_in", "note")  # fmt: skip
HEADINGS = {
    "english": dict(zip(FIELDS, FIELDS, strict=True)),
    "german": dict(zip(FIELDS, ("Vorname", "Nachname", "E-Mail-Adresse", "Firma", "Position", "Ort geschäftlich",
              "Land/Region geschäftlich", "Telefon geschäftlich", "Mitarbeiterzahl", "Jahresumsatz", "Angelegt am",
              "Newsletter", "Notizen"), strict=True)),
    "french": dict(zip(FIELDS, ("Prénom", "Nom", "Courriel", "Société", "Fonction", "Ville", "Pays", "Téléphone",
              "Effectif", "Chiffre d’affaires", "Créé le", "Abonné", "Commentaire"), strict=True)),
    "hubspot": dict(zip(FIELDS, ("First Name", "Last Name", "Email", "Company Name", "Job Title", "City",
              "Country/Region", "Phone Number", "Number of Employees", "Annual Revenue", "Create Date", "Opted in",
              "Notes"), strict=True)),
}  # fmt: skip
DIALECTS = {
    "made_outlook_de_cp1252_semicolon.csv": (
        "german",
        "decimal: comma\ndates: '%d.%m.%Y'\n",
        "cp1252",
        "in_western",
    ),
    "made_excel_fr_cp1252_sep_line.csv": (
        "french",
        "decimal: comma\ndates: '%d/%m/%Y'\n",
        "cp1252",
        "in_western",
    ),
    "made_excel_pl_cz_cp1250_semicolon.csv": ("english", "encoding: cp1250\n", "cp1250", "in_central"),
    "made_excel_unicode_utf16le_tab.txt": ("english", "", "utf-16", ""),
    "made_numbers_macos_utf8_nfd.csv": ("english", "", "utf-8", ""),
    "made_hubspot_utf8_bom_messy.csv": ("hubspot", "", "utf-8-sig", ""),
}
STAGES = "{Lead: lead, Subscriber: subscriber, Marketing Qualified Lead: mql, Customer: customer}"


def map_of(dialect: str) -> str:
    language, head, _, _ = DIALECTS[dialect]
    column = {field: f'"{heading}"' for field, heading in HEADINGS[language].items()}
    stage = f"  stage: {{column: Lifecycle Stage, values: {STAGES}}}\n" if language == "hubspot" else ""
    return f"""{head}
contact:
  email: {column["email"]}
  first_name: {column["first_name"]}
  last_name: {column["last_name"]}
  job_title: {column["job_title"]}
  country: {column["country"]}
  phone: {column["phone"]}
  created_at: {column["created"]}
{stage}  marketing_consent:
    column: {column["opted_in"]}
    values: {{ja: allowed, "yes": allowed, oui: allowed, nein: opted_out, "no": opted_out, non: opted_out}}
  properties: {{city: {column["city"]}, note: {column["note"]}}}
company:
  name: {column["company"]}
  employees: {column["employees"]}
  revenue: {column["annual_revenue"]}
"""


def truth(only: str) -> list[dict[str, str]]:
    with (DATA / "encodings" / "truth_utf8.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not only or row[only] == "1"]


def drafts(dialect: str) -> Iterator[Draft]:
    import_map = read_map(map_of(dialect))
    path = DATA / "encodings" / dialect
    with open_sheet(path, columns=import_map.columns(), encoding=import_map.encoding) as sheet:
        assert sheet.encoding == DIALECTS[dialect][2]
        drafter = Drafter(Binding(import_map, sheet.headings, {}, NOW))
        for row in sheet.rows():
            draft = drafter.draft(row)
            assert draft is not None
            yield draft


def as_in_the_truth(draft: Draft) -> dict[str, str]:
    contact, company = draft.contact, draft.company
    assert contact is not None
    assert contact.created_at is not None
    assert company is not None
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "company": company.name,
        "job_title": contact.job_title,
        "city": contact.properties.get("city", ""),
        "country": contact.country,
        "phone": contact.phone,
        "employees": str(company.employees),
        "annual_revenue": f"{company.revenue:.2f}",
        "created": contact.created_at.date().isoformat(),
        "opted_in": {"allowed": "yes", "opted_out": "no"}[contact.marketing_consent],
        "note": contact.properties.get("note", "").replace("\r\n", "\n"),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_the_same_rows(dialect: str) -> None:
    wanted = [
        {**{field: row[field] for field in FIELDS}, "annual_revenue": f"{Decimal(row['annual_revenue']):.2f}"}
        for row in truth(DIALECTS[dialect][3])
    ]

    read = [as_in_the_truth(draft) for draft in drafts(dialect) if not draft.errors]

    assert read[: len(wanted)] == wanted
    if dialect != "made_hubspot_utf8_bom_messy.csv":
        assert len(read) == len(wanted)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_the_same_contacts(dialect: str, tmp_path: Path) -> None:
    path = DATA / "encodings" / dialect
    wanted = truth(DIALECTS[dialect][3])
    read = read_map(map_of(dialect))

    first = import_file(path, read, at=NOW, rejected_path=tmp_path / "rejected.csv")
    again = import_file(path, read, at=NOW + timedelta(days=1), rejected_path=tmp_path / "rejected.csv")

    assert {
        (c.email, c.first_name, c.last_name, c.job_title, c.country, c.phone, c.properties.get("city"))
        for c in Contact.objects.all()
    } == {
        (r["email"], r["first_name"], r["last_name"], r["job_title"], r["country"], r["phone"], r["city"])
        for r in wanted
    }
    revenues = set(Company.objects.values_list("revenue", flat=True))
    assert revenues <= {Decimal(row["annual_revenue"]) for row in wanted}
    assert Company.objects.count() == len({row["email"].rpartition("@")[2] for row in wanted})
    assert first.contacts[CREATED] == len(wanted)
    assert again.nothing_new


def test_of_the_messy_file_bad_rows_are_rejected_by_number_and_repeats_folded(tmp_path: Path) -> None:
    path = DATA / "encodings" / "made_hubspot_utf8_bom_messy.csv"

    report = import_file(path, read_map(map_of(path.name)), at=NOW, rejected_path=tmp_path / "rejected.csv")

    rows = {row["Rejected row"]: row for row in rejected_rows(report)}
    assert list(rows) == ["57", "58", "59", "60"]
    assert [row["Problem"].partition(" (")[0][:40] for row in rows.values()] == [
        "is missing",
        "“not an address” is not an e-mail addres",
        "“a@one.example; b@one.example” is not an",
        '“=HYPERLINK("http://evil.example","x")” ',
    ]
    assert (report.contacts[CREATED], report.contacts[UNCHANGED]) == (50, 5)
    assert Contact.objects.get(email="alois.bolnbach@martin.example").job_title


def test_rows_that_are_wrapped_in_quotes_are_rejected_by_number(tmp_path: Path) -> None:
    report = take("encodings/found_rows_wrapped_in_quotes.csv", "xeducation", tmp_path)

    rows = rejected_rows(report)
    assert [int(row["Rejected row"]) for row in rows] == list(range(3, 42, 2))
    assert {row["Problem"] for row in rows} == {"has 1 cell where the headings are 37"}
    assert Contact.objects.count() == 20
    assert not Contact.objects.filter(email__contains=",").exists()
