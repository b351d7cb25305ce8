"""What contacts and companies were at any past moment: rows that triggers write, for every column that rules name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from crm import record
from crm.facts import CompanyFacts, ContactFacts
from crm.models import Company, CompanyVersion, Contact, ContactVersion
from crm.models.company import CompanyAttributes
from crm.models.contact import ContactAttributes
from tests.factories import NOW, make_company, make_contact

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def source_of(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        [text] = cursor.fetchone()
    return text


def columns_written(function: str, key: str) -> list[str]:
    """The attributes that the trigger function inserts, in order."""
    text = source_of(function)
    listed = text[text.index(f"({key}, valid_from, valid_to, recorded_at,") :]
    return [name.strip() for name in listed[1 : listed.index(")")].split(",")][4:]


def columns_compared(function: str) -> set[str]:
    """The attributes whose change the trigger function looks for."""
    text = source_of(function)
    compared = text[: text.index(") IS DISTINCT FROM")].rpartition("(")[2]
    return {name.strip().removeprefix("n.") for name in compared.split(",")}


def columns_of(
    attributes: type[ContactAttributes | CompanyAttributes], model: type[Contact | Company]
) -> set[str]:
    """The columns that `model` has from `attributes`."""
    return {model._meta.get_field(field.name).column for field in attributes._meta.local_fields}


def test_the_triggers_keep_each_attribute_of_a_contact() -> None:
    attributes = columns_of(ContactAttributes, Contact)

    assert set(columns_written("crm_contact_entered", "contact_id")) == attributes
    assert set(columns_written("crm_contact_changed", "contact_id")) == attributes
    assert columns_compared("crm_contact_changed") == attributes


def test_the_triggers_keep_each_attribute_of_a_company() -> None:
    attributes = columns_of(CompanyAttributes, Company)

    assert set(columns_written("crm_company_entered", "company_id")) == attributes
    assert set(columns_written("crm_company_changed", "company_id")) == attributes
    assert columns_compared("crm_company_changed") == attributes


def test_a_new_contact_has_one_version_that_holds_since_ever() -> None:
    contact = make_contact(job_title="CTO", at=NOW)

    version = ContactVersion.objects.get()

    assert (version.contact, version.job_title) == (contact, "CTO")
    assert (version.valid_from, version.valid_to, version.recorded_at) == (None, None, NOW)


def test_a_change_ends_one_version_and_begins_the_next_at_the_same_moment() -> None:
    contact = make_contact("ada@acme.example", job_title="CTO", at=NOW)

    record.upsert_contacts([ContactFacts(email="ada@acme.example", job_title="CEO")], at=LATER)

    before, now = contact.versions.all()
    assert (before.job_title, before.valid_from, before.valid_to) == ("CTO", None, LATER)
    assert (now.job_title, now.valid_from, now.valid_to) == ("CEO", LATER, None)


def test_a_change_of_the_company_or_of_a_property_is_kept() -> None:
    make_company("acme.example", at=NOW)
    contact = make_contact("ada@other.example", at=NOW)

    record.upsert_contacts([ContactFacts(email="ada@other.example", company_domain="acme.example")], at=LATER)
    record.upsert_contacts(
        [ContactFacts(email="ada@other.example", properties={"plan": "Pro"})], at=LATER + timedelta(hours=1)
    )

    assert [version.company_id is not None for version in contact.versions.all()] == [False, True, True]
    assert [version.properties for version in contact.versions.all()] == [{}, {}, {"plan": "Pro"}]


def test_what_no_rule_names_leaves_no_version() -> None:
    contact = make_contact("ada@acme.example")

    record.upsert_contacts([ContactFacts(email="ada@acme.example", external_id="17")], at=LATER)

    assert contact.versions.count() == 1


def test_only_those_of_a_batch_that_changed_get_a_version() -> None:
    rows = [ContactFacts(email=f"p{n}@people.example") for n in range(20)]
    record.upsert_contacts(rows, at=NOW)

    rows = [ContactFacts(email=f"p{n}@people.example", country="France" if n < 3 else "") for n in range(20)]
    record.upsert_contacts(rows, at=LATER)

    assert ContactVersion.objects.filter(valid_from=LATER).count() == 3
    assert ContactVersion.objects.filter(valid_to=None).count() == 20


def test_a_report_that_comes_late_never_ends_a_version_before_it_began() -> None:
    contact = make_contact("ada@acme.example", job_title="CTO", at=NOW)
    record.upsert_contacts([ContactFacts(email="ada@acme.example", job_title="CEO")], at=LATER)

    record.upsert_contacts([ContactFacts(email="ada@acme.example", job_title="Chair")], at=NOW)

    spans = [(version.valid_from or NOW, version.valid_to) for version in contact.versions.all()]
    assert all(end is None or begin <= end for begin, end in spans)
    assert contact.versions.get(valid_to=None).job_title == "Chair"


def test_a_company_is_kept_as_it_was() -> None:
    company = make_company("acme.example", employees=40, at=NOW)

    record.upsert_companies([CompanyFacts(domain="acme.example", employees=400)], at=LATER)

    assert list(company.versions.values_list("employees", "valid_from", "valid_to")) == [
        (40, None, LATER),
        (400, LATER, None),
    ]
    assert CompanyVersion.objects.count() == 2
