from __future__ import annotations

from datetime import timedelta

import pytest

from crm import record
from crm.errors import Conflict, Invalid
from crm.models import Company, Contact, StageChange
from tests.crm.conftest import Told
from tests.factories import NOW, make_company, make_contact, make_user

pytestmark = pytest.mark.django_db


def test_a_correction_blanks_what_is_given_empty_and_leaves_the_rest() -> None:
    contact = make_contact(phone="+1 555 0100", job_title="VP Sales")

    record.correct_contact(contact.pk, by=None, at=NOW, phone="")

    contact.refresh_from_db()
    assert (contact.phone, contact.job_title) == ("", "VP Sales")


def test_a_corrected_contact_is_evaluated_again(told: Told) -> None:
    contact = make_contact()
    told.clear()

    record.correct_contact(contact.pk, by=None, at=NOW, job_title="CTO")

    assert told == [([contact.pk], [])]


def test_a_correction_that_changes_nothing_leaves_no_trace(told: Told) -> None:
    contact = make_contact(job_title="CTO")
    told.clear()

    record.correct_contact(contact.pk, by=None, at=NOW, job_title="CTO", stage="lead", properties={})

    assert told == []
    assert Contact.objects.get(pk=contact.pk).updated_at == contact.updated_at
    assert contact.versions.count() == 1


def test_a_corrected_address_is_of_its_new_kind() -> None:
    contact = make_contact("ada@acme.example")

    record.correct_contact(contact.pk, by=None, at=NOW, email=" Ada@Freemail.example")

    contact.refresh_from_db()
    assert contact.email == "ada@freemail.example"
    assert (contact.email_domain, contact.email_type) == ("freemail.example", "free")


def test_a_contact_is_not_corrected_to_anothers_address() -> None:
    make_contact("ada@acme.example")
    contact = make_contact("bob@acme.example")

    with pytest.raises(Conflict) as refused:
        record.correct_contact(contact.pk, by=None, at=NOW, email="ADA@acme.example", phone="1")

    assert refused.value.errors[0].field == "email"
    contact.refresh_from_db()
    assert (contact.email, contact.phone) == ("bob@acme.example", "")


def test_a_stage_that_may_not_follow_takes_the_whole_correction_back() -> None:
    contact = make_contact(stage="sql")

    with pytest.raises(Conflict):
        record.correct_contact(contact.pk, by=None, at=NOW, stage="lead", phone="1")

    contact.refresh_from_db()
    assert (contact.stage, contact.phone) == ("sql", "")


def test_a_stage_moved_by_correction_is_kept_with_who_moved_it() -> None:
    contact = make_contact()
    user = make_user()

    record.correct_contact(contact.pk, by=user, at=NOW, stage="sql")

    [move] = StageChange.objects.filter(contact=contact, at=NOW)
    assert (move.from_stage, move.to_stage, move.by) == ("lead", "sql", user)


def test_consent_may_be_given_again_with_its_ground() -> None:
    contact = make_contact(sales_consent="opted_out")

    record.correct_contact(
        contact.pk, by=None, at=NOW, sales_consent="allowed", sales_consent_ground="wrote on 1 March: call me"
    )

    contact.refresh_from_db()
    assert contact.sales_consent == "allowed"
    assert contact.sales_consent_at == NOW
    assert contact.sales_consent_ground == "wrote on 1 March: call me"


def test_consent_without_a_ground_is_refused() -> None:
    contact = make_contact()

    with pytest.raises(Invalid):
        record.correct_contact(contact.pk, by=None, at=NOW, sales_consent="allowed", sales_consent_ground="")


def test_what_a_contact_was_before_its_correction_is_kept() -> None:
    contact = make_contact(job_title="Intern", at=NOW - timedelta(days=9))

    record.correct_contact(contact.pk, by=None, at=NOW, job_title="CTO")

    assert list(contact.versions.values_list("job_title", "valid_to")) == [("Intern", NOW), ("CTO", None)]


def test_a_company_is_corrected_and_its_people_are_evaluated_again(
    told: Told,
) -> None:
    company = make_company(industry="Retial", employees=40)
    told.clear()

    record.correct_company(company.pk, at=NOW, industry="Retail", employees=None)

    company.refresh_from_db()
    assert (company.industry, company.employees) == ("Retail", None)
    assert told == [([], [company.pk])]


def test_a_corrected_domain_is_the_registrable_one() -> None:
    company = make_company()

    record.correct_company(company.pk, at=NOW, domain="https://www.Acme.example/about")

    assert Company.objects.get(pk=company.pk).domain == "acme.example"


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"domain": "taken.example"}, "domain"), ({"external_id": "7"}, "external_id")],
)
def test_a_company_is_not_corrected_to_what_names_another(columns: dict[str, str], field: str) -> None:
    make_company("taken.example", external_id="7")
    company = make_company()

    with pytest.raises(Conflict) as refused:
        record.correct_company(company.pk, at=NOW, **columns)

    assert refused.value.errors[0].field == field


def test_a_company_keeps_a_name() -> None:
    company = make_company()

    with pytest.raises(Invalid):
        record.correct_company(company.pk, at=NOW, name=" ")
