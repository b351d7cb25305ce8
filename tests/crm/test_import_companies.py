"""Companies from a file: found or made of what people's rows say, or in a file of their own."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm.models import Company, Contact
from tests.crm.importing import CREATED, UNCHANGED, UPDATED, rejected_rows, run, write
from tests.factories import NOW, make_company

pytestmark = pytest.mark.django_db


def test_people_of_one_business_domain_share_a_company_and_free_mail_makes_none(tmp_path: Path) -> None:
    addresses = [f"p{n}@acme.example" for n in range(4)] + ["ada@gmail.com", "bob@throwaway.example"]
    path = write(tmp_path, "Email\n" + "\n".join(addresses) + "\n")

    report = run(path, "contact: {email: Email}")

    assert Company.objects.get().contacts.count() == 4
    assert report.companies == {CREATED: 1}


def test_companies_are_made_only_where_the_map_allows_it(tmp_path: Path) -> None:
    known = make_company("acme.example")
    path = write(tmp_path, "Email,Size\nada@acme.example,10\nbob@beta.example,20\n")

    report = run(path, "create_companies: false\ncontact: {email: Email}\ncompany: {employees: Size}")

    known.refresh_from_db()
    assert Company.objects.count() == 1
    assert known.employees == 10
    assert Contact.objects.get(email="ada@acme.example").company == known
    assert Contact.objects.get(email="bob@beta.example").company is None
    assert report.companies == {UPDATED: 1}


def test_a_contact_names_its_company_by_name_where_the_address_says_none(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Company,Site,Size\nada@gmail.com,Acme,https://facebook.com/acme,12\n")

    run(path, "contact: {email: Email}\ncompany: {name: Company, domain: Site, employees: Size}")

    company = Contact.objects.get().company
    assert company is not None
    assert (company.name, company.domain, company.employees) == ("Acme", "", 12)


def test_a_contact_file_may_tell_of_the_company_by_properties_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Plan\nada@acme.example,pro\nbob@acme.example,\n")

    run(path, "contact: {email: Email}\ncompany: {properties: {plan: Plan}}")

    company = Company.objects.get()
    assert (company.domain, company.properties) == ("acme.example", {"plan": "pro"})


def test_a_company_that_a_file_tells_nothing_new_of_is_not_touched(tmp_path: Path) -> None:
    company = make_company("acme.example", name="Acme", employees=40)
    path = write(tmp_path, "Email,Company,Size\nada@acme.example,ACME,40\nbob@acme.example,Acme Inc,\n")

    report = run(path, "contact: {email: Email}\ncompany: {name: Company, employees: Size}")

    company.refresh_from_db()
    assert (company.name, company.versions.count(), company.contacts.count()) == ("Acme", 1, 2)
    assert report.companies == {}


def test_a_contact_file_renames_no_company(tmp_path: Path) -> None:
    make_company("acme.example", name="Acme Corporation")
    make_company("beta.example")
    path = write(tmp_path, "Email,Company\nada@acme.example,acme\nbob@beta.example,Beta\n")

    run(path, "contact: {email: Email}\ncompany: {name: Company}")

    assert set(Company.objects.values_list("name", flat=True)) == {"Acme Corporation", "Beta"}


def test_rows_that_contradict_each_other_about_a_company_leave_no_history(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Company,Size\na@acme.example,Acme,10\nb@acme.example,Acme Inc,20\n")
    map_text = "contact: {email: Email}\ncompany: {name: Company, employees: Size}"

    run(path, map_text)
    again = run(path, map_text, at=NOW + timedelta(days=1))

    company = Company.objects.get()
    assert (company.name, company.employees, company.versions.count()) == ("Acme", 10, 1)
    assert again.companies == {}


def test_a_row_that_names_another_company_than_an_earlier_one_does_not_move_the_contact(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "Email,Site\nada@gmail.com,acme.example\nada@gmail.com,beta.example\n")
    map_text = "contact: {email: Email}\ncompany: {domain: Site}"

    run(path, map_text)
    run(path, map_text, at=NOW + timedelta(days=1))

    contact = Contact.objects.get()
    assert contact.company is not None
    assert contact.company.domain == "acme.example"
    assert contact.versions.count() == 1


def test_companies_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Name;Web;Umsatz;Sitz\nMüller AG;www.müller.example/de;7,3;Köln\nOhne;;;\n;;1;\n",
        encoding="cp1252",
    )
    map_text = """
        kind: companies
        decimal: comma
        company:
          name: Name
          domain: Web
          revenue: {column: Umsatz, factor: 1000000}
          properties: {city: Sitz}
        """

    report = run(path, map_text)
    again = run(path, map_text)

    company = Company.objects.get(domain="müller.example")
    assert (company.name, company.revenue, company.properties) == ("Müller AG", 7_300_000, {"city": "Köln"})
    assert [row["Rejected row"] for row in rejected_rows(report)] == ["4"]
    assert (report.companies, again.companies) == ({CREATED: 2}, {UNCHANGED: 2})
