"""Contacts as whoever reports them: one row per address, and nothing said is lost or undone by saying less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm import record
from crm.errors import Invalid
from crm.facts import ContactFacts, Outcome, Result
from crm.models import Activity, Company, CompanyVersion, Contact, ContactVersion, StageChange
from crm.signals import facts_changed
from scoring.models import Pending
from tests.crm.conftest import Told
from tests.factories import NOW, make_activity, make_company, make_contact

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def upsert(*rows: ContactFacts, create_companies: bool = False) -> list[Outcome]:
    return record.upsert_contacts(rows, at=NOW, create_companies=create_companies)


def results(outcomes: list[Outcome]) -> list[str]:
    return [outcome.result.value for outcome in outcomes]


# --- one row per address


def test_an_address_in_any_case_and_composition_is_one_contact() -> None:
    outcomes = upsert(
        ContactFacts(email="Zoë@Acme.example"),
        ContactFacts(email=" zoe\u0308@ACME.example "),
        ContactFacts(email="ZOË@acme.EXAMPLE"),
    )

    assert len({outcome.id for outcome in outcomes}) == 1
    assert Contact.objects.get().email == "zoë@acme.example"


def test_what_is_empty_blanks_nothing_and_what_is_said_replaces() -> None:
    contact = make_contact(
        "ada@acme.example", phone="+1 555 0100", job_title="CTO", properties={"plan": "Pro"}
    )

    upsert(
        ContactFacts(
            email="ada@acme.example", phone=" ", job_title="CEO", properties={"plan": "", "seats": 5}
        )
    )

    contact.refresh_from_db()
    assert (contact.phone, contact.job_title) == ("+1 555 0100", "CEO")
    assert contact.properties == {"plan": "Pro", "seats": 5}


def test_the_same_contact_again_is_unchanged_and_tells_nobody(told: Told) -> None:
    upsert(ContactFacts(email="ada@acme.example", job_title="CTO", properties={"seats": 5}))
    told.clear()

    again = upsert(ContactFacts(email="ADA@acme.example", job_title="CTO", properties={"seats": 5}))

    assert results(again) == ["unchanged"]
    assert told == []
    assert ContactVersion.objects.count() == 1


def test_a_batch_tells_the_ids_of_whom_it_changed_once(told: Told) -> None:
    known = make_contact("known@people.example")
    same = make_contact("same@people.example")
    told.clear()

    outcomes = upsert(
        ContactFacts(email="new@people.example"),
        ContactFacts(email="known@people.example", country="France"),
        ContactFacts(email="same@people.example"),
    )

    assert results(outcomes) == ["created", "updated", "unchanged"]
    assert told == [(sorted([known.pk, outcomes[0].id]), [])]
    assert set(Pending.objects.values_list("pk", flat=True)) == {outcomes[0].id, known.pk, same.pk}


def test_rows_of_one_address_in_one_batch_are_taken_in_turn() -> None:
    outcomes = upsert(
        ContactFacts(
            email="ada@acme.example", job_title="CTO", country="France", properties={"a": 1, "b": 1}
        ),
        ContactFacts(email="Ada@acme.example", job_title="CEO", properties={"a": "", "b": 2}),
    )

    contact = Contact.objects.get()
    assert {outcome.id for outcome in outcomes} == {contact.pk}
    assert (contact.job_title, contact.country) == ("CEO", "France")
    assert contact.properties == {"a": 1, "b": 2}


# --- what is refused


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@acme.example, bob@acme.example"}, "email"),
        ({"job_title": "x" * 201}, "job_title"),
        ({"first_name": "A\x00da"}, "first_name"),
        ({"stage": "prospect"}, "stage"),
        ({"sales_consent": "perhaps"}, "sales_consent"),
        ({"properties": {"n": float("nan")}}, "properties.n"),
        ({"created_at": NOW.replace(tzinfo=None)}, "created_at"),
    ],
)
def test_a_wrong_row_is_rejected_by_field_with_a_mend_and_leaves_zero_rows(
    columns: dict[str, Any], field: str, told: Told
) -> None:
    [outcome] = upsert(
        ContactFacts(**{"email": "ada@acme.example", "company_name": "Acme", **columns}),
        create_companies=True,
    )

    assert outcome.result == Result.REJECTED
    assert [error.field for error in outcome.errors] == [field]
    assert outcome.errors[0].mend
    assert told == []
    assert not Contact.objects.exists()
    assert not Company.objects.exists()
    assert not Pending.objects.exists()
    assert not StageChange.objects.exists()
    assert not ContactVersion.objects.exists()
    assert not CompanyVersion.objects.exists()


def test_a_wrong_row_takes_no_other_with_it() -> None:
    outcomes = upsert(
        ContactFacts(email="a@people.example"),
        ContactFacts(email="?"),
        ContactFacts(email="b@people.example"),
    )

    assert results(outcomes) == ["created", "rejected", "created"]
    assert Contact.objects.count() == 2


def test_an_external_id_of_another_contact_is_a_conflict_and_leaves_nothing() -> None:
    make_contact("ada@people.example", external_id="17")

    [outcome] = upsert(
        ContactFacts(email="bob@acme.example", external_id="17", company_name="Acme"), create_companies=True
    )

    assert (outcome.result, outcome.conflict) == (Result.REJECTED, True)
    assert Contact.objects.count() == 1
    assert not Company.objects.exists()


def test_of_two_new_contacts_with_one_external_id_one_is_recorded() -> None:
    outcomes = upsert(
        ContactFacts(email="ada@people.example", external_id="17"),
        ContactFacts(email="bob@people.example", external_id="17"),
    )

    assert sorted(results(outcomes)) == ["created", "rejected"]
    assert Contact.objects.count() == 1


def test_when_a_receiver_fails_the_facts_are_taken_back() -> None:
    def fail(**_: Any) -> None:
        raise LookupError

    facts_changed.connect(fail)
    try:
        with pytest.raises(LookupError):
            upsert(ContactFacts(email="ada@acme.example", company_name="Acme"), create_companies=True)
    finally:
        facts_changed.disconnect(fail)

    assert not Contact.objects.exists()
    assert not Company.objects.exists()


# --- companies of contacts


def test_four_people_of_one_business_domain_share_one_company() -> None:
    upsert(
        *[
            ContactFacts(email=f"p{n}@{host}")
            for n, host in enumerate(["acme.example", "ACME.example", "mail.acme.example", "eu.acme.example"])
        ],
        create_companies=True,
    )

    company = Company.objects.get()
    assert company.domain == "acme.example"
    assert company.contacts.count() == 4


@pytest.mark.parametrize(
    "address",
    [
        "ada@gmail.com",
        "ada@stanford.edu",
        "ada@cs.ox.ac.uk",
        "ada@lyon.edu.example",
        "ada@mailinator.com",
        "ada@x.yopmail.com",
    ],
)
def test_a_free_academic_or_disposable_domain_never_makes_a_company(address: str) -> None:
    upsert(ContactFacts(email=address), create_companies=True)

    assert Contact.objects.get().company is None
    assert not Company.objects.exists()


def test_a_company_is_made_only_where_told_to_and_linked_where_it_is() -> None:
    upsert(ContactFacts(email="ada@unknown.example"))
    acme = make_company("acme.example")

    upsert(ContactFacts(email="bob@acme.example"))

    assert Company.objects.get() == acme
    assert Contact.objects.get(email="bob@acme.example").company == acme
    assert Contact.objects.get(email="ada@unknown.example").company is None


def test_an_address_moves_nobody_from_the_company_that_they_have() -> None:
    acme, other = make_company("acme.example"), make_company("other.example")
    contact = make_contact("ada@acme.example", company_domain="other.example")

    upsert(ContactFacts(email="ada@acme.example", country="France"))

    contact.refresh_from_db()
    assert contact.company == other
    assert not acme.contacts.exists()


def test_a_company_named_by_its_domain_moves_the_contact() -> None:
    other = make_company("other.example")
    contact = make_contact("ada@acme.example", company_domain="acme.example")

    [outcome] = upsert(ContactFacts(email="ada@acme.example", company_domain="other.example"))

    contact.refresh_from_db()
    assert outcome.result == Result.UPDATED
    assert contact.company == other


# --- consent


def test_an_opt_out_is_never_undone_by_a_row() -> None:
    contact = make_contact("ada@acme.example", sales_consent="opted_out", sales_consent_ground="by telephone")

    [outcome] = upsert(
        ContactFacts(
            email="ada@acme.example", sales_consent="allowed", sales_consent_ground="a list we bought"
        )
    )

    contact.refresh_from_db()
    assert outcome.result == Result.UNCHANGED
    assert (contact.sales_consent, contact.sales_consent_ground) == ("opted_out", "by telephone")


@pytest.mark.parametrize("answers", [("opted_out", "allowed"), ("allowed", "opted_out")])
def test_of_rows_that_contradict_each_other_the_opt_out_stands_with_its_ground(
    answers: tuple[str, str],
) -> None:
    upsert(
        *[
            ContactFacts(
                email="ada@acme.example", marketing_consent=answer, marketing_consent_ground=f"as {answer}"
            )
            for answer in answers
        ]
    )

    contact = Contact.objects.get()
    assert (contact.marketing_consent, contact.marketing_consent_ground) == ("opted_out", "as opted_out")
    assert contact.marketing_consent_at == NOW


def test_the_channels_are_answered_each_for_itself() -> None:
    make_contact("ada@acme.example", sales_consent="opted_out", marketing_consent="allowed")

    upsert(ContactFacts(email="ada@acme.example", marketing_consent="opted_out"))

    contact = Contact.objects.get()
    assert (contact.sales_consent, contact.marketing_consent) == ("opted_out", "opted_out")


def test_consent_given_later_in_so_many_words_undoes_an_opt_out(told: Told) -> None:
    contact = make_contact(sales_consent="opted_out")
    told.clear()

    changed = record.set_consent([contact.pk], "sales", "allowed", ground="wrote: please call", at=LATER)

    contact.refresh_from_db()
    assert changed == [contact.pk]
    assert (contact.sales_consent, contact.sales_consent_at) == ("allowed", LATER)
    assert contact.sales_consent_ground == "wrote: please call"
    assert told == [([contact.pk], [])]


def test_consent_without_a_ground_is_refused_and_changes_nothing() -> None:
    contact = make_contact(sales_consent="opted_out")

    with pytest.raises(Invalid, match="ground"):
        record.set_consent([contact.pk], "sales", "allowed", ground=" ", at=LATER)

    contact.refresh_from_db()
    assert contact.sales_consent == "opted_out"


def test_the_same_answer_again_keeps_since_when_and_tells_nobody(told: Told) -> None:
    contact = make_contact(sales_consent="opted_out", at=NOW)
    told.clear()

    changed = record.set_consent([contact.pk], "sales", "opted_out", ground="again", at=LATER)

    contact.refresh_from_db()
    assert (changed, told) == ([], [])
    assert contact.sales_consent_at == NOW


# --- constraints of the table, whoever writes


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"email": "Ada@acme.example"}, "contact_email_lower"),
        ({"email": "ada"}, "contact_email_lower"),
        ({"email_type": "other"}, "contact_email_type_known"),
        ({"stage": "prospect"}, "contact_stage_known"),
        ({"stage": "nurture", "recycled_at": None}, "contact_nurtured_since"),
        ({"sales_consent": "perhaps"}, "contact_consent_known"),
        ({"marketing_consent": "perhaps"}, "contact_consent_known"),
        ({"email": "bob@people.example"}, "contact_email_unique"),
        ({"external_id": "17"}, "contact_external_id_unique"),
    ],
)
def test_the_database_refuses_what_must_never_be_so(columns: dict[str, Any], constraint: str) -> None:
    make_contact("bob@people.example", external_id="17")
    contact = make_contact("ada@people.example")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(**columns)


def test_a_company_that_is_deleted_leaves_its_people() -> None:
    contact = make_contact("ada@acme.example", company_domain="acme.example")
    make_company("acme.example")
    record.upsert_contacts([ContactFacts(email="ada@acme.example")], at=NOW)

    Company.objects.get().delete()

    contact.refresh_from_db()
    assert contact.company is None


# --- erasure


def test_an_erasure_takes_everything_of_its_people_and_nothing_of_others() -> None:
    gone, stays = make_contact("ada@people.example"), make_contact("bob@people.example")
    make_activity(gone, external_id="1")
    kept = make_activity(stays, external_id="1")

    assert record.erase_contacts([gone.pk, 0]) == 1

    assert list(Contact.objects.all()) == [stays]
    assert list(Activity.objects.all()) == [kept]
    assert set(ContactVersion.objects.values_list("contact", flat=True)) == {stays.pk}
    assert set(StageChange.objects.values_list("contact", flat=True)) == {stays.pk}
    assert set(Pending.objects.values_list("pk", flat=True)) == {stays.pk}


def test_after_an_erasure_activities_are_append_only_again() -> None:
    gone, stays = make_contact(), make_contact()
    make_activity(stays)

    record.erase_contacts([gone.pk])

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Activity.objects.all().delete()
