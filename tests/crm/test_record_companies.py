"""Companies as batches bring them: in turn, against each other, and beside other writers."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from crm import record
from crm.facts import CompanyFacts, ContactFacts, Result
from crm.models import Company, CompanyVersion, Contact, ContactVersion
from scoring.models import Pending
from tests.crm.conftest import Told
from tests.factories import NOW, make_company, make_contact

pytestmark = pytest.mark.django_db


def test_rows_of_one_new_company_all_leave_what_they_say() -> None:
    first = CompanyFacts(domain="acme.example", name="Acme")
    second = CompanyFacts(domain="acme.example", employees=40)

    outcomes = record.upsert_companies([first, second], at=NOW)

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.UPDATED]
    company = Company.objects.get()
    assert (company.name, company.employees) == ("Acme", 40)


def test_a_domain_learned_from_one_row_identifies_the_company_for_the_next() -> None:
    record.upsert_companies([CompanyFacts(name="Acme")], at=NOW)

    outcomes = record.upsert_companies(
        [
            CompanyFacts(name="Acme", domain="acme.example"),
            CompanyFacts(name="Acme Inc", domain="acme.example"),
        ],
        at=NOW,
    )

    assert len({outcome.id for outcome in outcomes}) == 1
    assert Company.objects.get().name == "Acme Inc"


def test_a_name_shared_by_companies_with_domains_means_the_one_without() -> None:
    record.upsert_companies(
        [
            CompanyFacts(name="Acme", domain="acme.example"),
            CompanyFacts(name="Acme", domain="acme.test.example"),
        ],
        at=NOW,
    )

    [first] = record.upsert_companies([CompanyFacts(name="acme")], at=NOW)
    [again] = record.upsert_companies([CompanyFacts(name="ACME", industry="Steel")], at=NOW)

    assert (first.result, again.result) == (Result.CREATED, Result.UPDATED)
    assert first.id == again.id


def test_a_new_company_takes_in_those_who_write_from_its_domain_and_have_none() -> None:
    homeless = make_contact("ada@acme.example")
    other = make_company("other.example")
    settled = make_contact("bob@acme.example", company_domain="other.example")

    [outcome] = record.upsert_companies([CompanyFacts(domain="acme.example")], at=NOW)

    homeless.refresh_from_db()
    settled.refresh_from_db()
    assert homeless.company_id == outcome.id
    assert settled.company_id == other.pk


def test_a_large_batch_of_contacts_is_recorded_like_single_ones() -> None:
    rows = [
        ContactFacts(email=f"p{n}@firm{n % 7}.example", first_name="É" * (n % 3), properties={"n": n})
        for n in range(600)
    ]

    created = record.upsert_contacts(rows, at=NOW, create_companies=True)
    again = record.upsert_contacts(rows, at=NOW, create_companies=True)

    assert {outcome.result for outcome in created} == {Result.CREATED}
    assert {outcome.result for outcome in again} == {Result.UNCHANGED}
    assert [outcome.id for outcome in created] == [outcome.id for outcome in again]
    assert Company.objects.count() == 7
    assert Contact.objects.get(email="p8@firm1.example").properties == {"n": 8}
    assert Contact.objects.get(email="p8@firm1.example").company.domain == "firm1.example"


def test_a_large_batch_updates_what_changed_and_keeps_its_history() -> None:
    record.upsert_contacts([ContactFacts(email=f"p{n}@people.example") for n in range(600)], at=NOW)

    outcomes = record.upsert_contacts(
        [ContactFacts(email=f"p{n}@people.example", country="France" if n < 10 else "") for n in range(600)],
        at=NOW,
    )

    assert sum(outcome.result == Result.UPDATED for outcome in outcomes) == 10
    assert ContactVersion.objects.filter(country="France", valid_to=None).count() == 10


def test_what_is_empty_blanks_nothing_and_what_is_said_replaces() -> None:
    company = make_company(
        "acme.example", name="Acme", employees=40, industry="Steel", properties={"tier": 1}
    )

    record.upsert_companies(
        [
            CompanyFacts(
                domain="ACME.example", employees=50, industry="", properties={"tier": None, "erp": "SAP"}
            )
        ],
        at=NOW,
    )

    company.refresh_from_db()
    assert (company.name, company.employees, company.industry) == ("Acme", 50, "Steel")
    assert company.properties == {"tier": 1, "erp": "SAP"}


def test_a_batch_tells_the_ids_of_the_companies_that_changed_once(told: Told) -> None:
    changing, same = make_company("acme.example"), make_company("same.example")
    colleague = make_contact("ada@acme.example")
    Pending.objects.all().delete()
    told.clear()

    new, *_ = record.upsert_companies(
        [
            CompanyFacts(domain="new.example"),
            CompanyFacts(domain="acme.example", employees=5),
            CompanyFacts(domain="acme.example", country="France"),
            CompanyFacts(domain=same.domain),
        ],
        at=NOW,
    )

    [(contact_ids, company_ids)] = told
    assert (contact_ids, sorted(company_ids)) == ([], sorted([changing.pk, new.id or 0]))
    assert set(Pending.objects.values_list("pk", flat=True)) == {colleague.pk}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({}, "name"),
        ({"name": "Acme", "domain": "not a domain"}, "domain"),
        ({"name": "Acme", "domain": "co.uk"}, "domain"),
        ({"name": "Acme", "employees": -1}, "employees"),
        ({"name": "Acme", "revenue": Decimal("1e15")}, "revenue"),
        ({"name": "A" * 201}, "name"),
    ],
)
def test_a_wrong_row_is_rejected_by_field_with_a_mend_and_leaves_zero_rows(
    columns: dict[str, Any], field: str, told: Told
) -> None:
    [outcome] = record.upsert_companies([CompanyFacts(**columns)], at=NOW)

    assert outcome.result == Result.REJECTED
    assert [error.field for error in outcome.errors] == [field]
    assert outcome.errors[0].mend
    assert told == []
    assert not Company.objects.exists()
    assert not CompanyVersion.objects.exists()


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"domain": "bet.example"}, "company_domain_unique"),
        ({"domain": "Acme.example"}, "company_domain_lower"),
        ({"external_id": "17"}, "company_external_id_unique"),
        ({"name": ""}, "company_has_name"),
        ({"revenue": -1}, "company_revenue_not_negative"),
        ({"domain": "", "name": "ALEPH"}, "company_bare_name_unique"),
    ],
)
def test_the_database_refuses_what_must_never_be_so(columns: dict[str, Any], constraint: str) -> None:
    record.upsert_companies([CompanyFacts(name="Aleph")], at=NOW)
    make_company("bet.example", external_id="17")
    company = make_company("acme.example")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(**columns)


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_new_companies_make_each_once() -> None:
    start = threading.Barrier(2)
    outcomes = {}

    def write(name: str, numbers: range) -> None:
        try:
            start.wait(timeout=10)
            rows = [CompanyFacts(domain=f"firm{n}.example", name=f"Firm {n}") for n in numbers]
            outcomes[name] = record.upsert_companies(rows, at=NOW)
        finally:
            connection.close()

    writers = [
        threading.Thread(target=write, args=("up", range(200))),
        threading.Thread(target=write, args=("down", range(199, -1, -1))),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)

    assert Company.objects.count() == 200
    results = [outcome.result for batch in outcomes.values() for outcome in batch]
    assert results.count(Result.CREATED) == 200
    assert len(results) == 400
    assert Result.REJECTED not in results


@pytest.mark.parametrize(
    ("name", "again"),
    [
        pytest.param("ΟΜΙΛΟΣ ΑΕ", "ΟΜΙΛΟΣ ΑΕ", id="capital sigma"),
        pytest.param("ΟΜΙΛΟΣ ΑΕ", "Ομιλος ΑΕ", id="final sigma"),
        pytest.param("İstanbul AŞ", "İSTANBUL aş", id="dotted capital"),
        pytest.param("Straße GmbH", "STRAßE GMBH", id="sharp s"),
    ],
)
def test_a_bare_name_is_one_company_in_every_alphabet(name: str, again: str) -> None:
    [first] = record.upsert_companies([CompanyFacts(name=name)], at=NOW)

    [second] = record.upsert_companies([CompanyFacts(name=again, industry="Steel")], at=NOW)

    assert (second.result, second.id) == (Result.UPDATED, first.id)
    assert record.find_companies([CompanyFacts(name=again)])[0] is not None
