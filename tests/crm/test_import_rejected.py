"""Rows that an import rejects: which they are, what is said of them, and what they leave behind."""

from pathlib import Path

import pytest

from crm.models import Company, Contact
from tests.crm.importing import CREATED, PLAIN, rejected_rows, run, write
from tests.factories import make_company, make_contact

pytestmark = pytest.mark.django_db


def test_bad_rows_are_rejected_by_number_with_reason_and_mend_and_the_others_are_taken(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path,
        "Email,Title,Stage,Joined\n"
        'ada@acme.example,"CTO\nand more",,\n'
        "not an address,CEO,,\n"
        ",CEO,,\n"
        "a@one.example; b@one.example,,,\n"
        'bob@acme.example,"=HYPERLINK(""http://evil.example"",""x"")",boss,32.13.2026\n',
    )

    report = run(path, "contact: {email: Email, job_title: Title, stage: Stage, created_at: Joined}")

    rows = rejected_rows(report)
    assert [(row["Rejected row"], row["Rejected line"]) for row in rows] == [
        ("3", "4"),
        ("4", "5"),
        ("5", "6"),
        ("6", "7"),
    ]
    assert rows[0]["Rejected field"] == "email (“Email”)"
    assert "“not an address” is not an e-mail address" in rows[0]["Problem"]
    assert rows[1]["Problem"] == "is missing"
    assert rows[1]["What to do"] == "give one address, as in ada@acme.example"
    assert "is not an e-mail address" in rows[2]["Problem"]
    assert rows[3]["Rejected field"] == "job_title (“Title”); created_at (“Joined”); stage (“Stage”)"
    assert "is a spreadsheet formula" in rows[3]["Problem"]
    assert "use one of subscriber, lead" in rows[3]["What to do"]
    assert Contact.objects.get().email == "ada@acme.example"
    assert (report.rows, report.rejected) == (5, 4)


def test_rejected_rows_once_mended_are_imported_by_the_same_map(tmp_path: Path) -> None:
    path = write(tmp_path, "Email;First;Last;Title;Country\nbad;'=x;-;@home;+33 1\n", encoding="cp1250")
    report = run(path, f"encoding: cp1250\ndelimiter: ';'\n{PLAIN}")
    assert report.rejected_path is not None
    text = report.rejected_path.read_text(encoding="utf-8-sig")
    assert "'-;'@home;+33 1" in text

    mended = write(
        tmp_path, text.replace(";bad;", ";ada@acme.example;"), name="mended.csv", encoding="utf-8-sig"
    )
    run(mended, f"encoding: cp1250\ndelimiter: ';'\n{PLAIN}")

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.job_title, contact.country) == (
        "=x",
        "-",
        "@home",
        "+33 1",
    )


def test_a_run_without_rejected_rows_leaves_no_file_of_them(tmp_path: Path) -> None:
    run(write(tmp_path, "Email\nbad\n"), "contact: {email: Email}")
    assert (tmp_path / "rejected.csv").exists()

    report = run(write(tmp_path, "Email\nada@acme.example\n"), "contact: {email: Email}")

    assert not (tmp_path / "rejected.csv").exists()
    assert report.rejected_path is None


def test_a_contact_refused_by_what_is_recorded_leaves_nothing_of_its_row(tmp_path: Path) -> None:
    make_contact("eve@old.example", external_id="7")
    path = write(
        tmp_path,
        "Email,Id,Company,Webinar\nada@acme.example,7,Acme,2026-01-01\nbob@beta.example,8,Beta,2026-01-02\n",
    )

    report = run(
        path,
        """
        source: webinars
        contact: {email: Email, external_id: Id}
        company: {name: Company}
        activities: [{kind: {value: webinar_attended}, occurred_at: Webinar}]
        """,
    )

    [row] = rejected_rows(report)
    assert row["Rejected row"] == "2"
    assert "belongs to another contact" in row["Problem"]
    assert not Contact.objects.filter(email="ada@acme.example").exists()
    assert list(Company.objects.values_list("name", flat=True)) == ["Beta"]
    assert Contact.objects.get(email="bob@beta.example").activities.count() == 1
    assert (report.contacts, report.companies, report.activities) == (
        {CREATED: 1},
        {CREATED: 1},
        {CREATED: 1},
    )


def test_a_company_refused_by_what_is_recorded_takes_its_contact_along(tmp_path: Path) -> None:
    make_company("acme.example", external_id="A1")
    path = write(tmp_path, "Email,Account,Employees\nada@acme.example,A2,5\nbob@acme.example,A1,7\n")
    map_text = "contact: {email: Email}\ncompany: {domain: Email, external_id: Account, employees: Employees}"

    report = run(path, map_text)

    [row] = rejected_rows(report)
    assert (row["Rejected row"], row["Rejected field"]) == ("2", "company external_id")
    assert list(Contact.objects.values_list("email", flat=True)) == ["bob@acme.example"]
    assert Company.objects.get().employees == 7
