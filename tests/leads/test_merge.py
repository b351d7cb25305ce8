"""Merge fields: what is put in, what is left, and what no mail may carry."""

from __future__ import annotations

import pytest

from crm.models import Contact
from leads.merge import fill, unknown_fields, values_of
from tests.factories import make_company, make_contact, make_user

VALUES = {"first_name": "Ada", "company": "Acme"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {first_name}", "Hello Ada"),
        ("{first_name} of {company}, {first_name}", "Ada of Acme, Ada"),
        ("Hello { first_name }", "Hello Ada"),
        ("As {job_title|somebody in charge}", "As somebody in charge"),
        ("Hello {first_name|there}", "Hello Ada"),
        ("Nothing{job_title|} here", "Nothing here"),
        ("No field: } or {", "No field: } or {"),
    ],
)
def test_what_is_known_is_put_in(text: str, filled: str) -> None:
    done = fill(text, VALUES)

    assert (done.text, done.missing) == (filled, ())


def test_what_is_not_known_stays_and_is_listed_once() -> None:
    done = fill("{job_title}, {first_name}: {job_title} in {country}", VALUES)

    assert done.text == "{job_title}, Ada: {job_title} in {country}"
    assert done.missing == ("job_title", "country")


@pytest.mark.parametrize("text", ["{}", "{frist_name}", "{frist_name|there}", "{properties.}"])
def test_what_is_no_field_is_missing_too(text: str) -> None:
    assert fill(text, VALUES).text == text
    assert fill(text, VALUES).missing


def test_unknown_fields_are_named_once() -> None:
    text = "{first_name} {frist_name} {company|your team} {properties.team size} {frist_name} {x|y}"

    assert unknown_fields(text) == ["frist_name", "x"]


@pytest.mark.django_db
def test_a_contact_gives_its_values_and_the_sender_theirs() -> None:
    company = make_company("acme.example", name="Acme", industry="Retail", properties={"plan": "Pro"})
    contact = make_contact(
        "ada@acme.example",
        first_name="Ada",
        last_name="Lovelace",
        company_domain="acme.example",
        properties={"product_interest": ["Scoring", "Routing"], "seats": 40, "trial": True},
    )
    sender = make_user("sam", first_name="Sam", last_name="Reyes")

    values = values_of(Contact.objects.select_related("company").get(pk=contact.pk), sender)

    assert company.pk == contact.company_id
    assert values == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": "Ada Lovelace",
        "company": "Acme",
        "industry": "Retail",
        "product_interest": "Scoring, Routing",
        "properties.product_interest": "Scoring, Routing",
        "properties.seats": "40",
        "company.properties.plan": "Pro",
        "sender_name": "Sam Reyes",
        "sender_first_name": "Sam",
        "sender_email": "sam@handoff.example",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Win at https://evil.example", "www.evil.example", "x" * 121, "Ada\x07"], ids=str.__len__
)
def test_a_name_that_nobody_has_counts_as_unknown(name: str) -> None:
    contact = make_contact(first_name=name[:120]) if len(name) < 121 else make_contact(properties={"x": name})

    values = values_of(contact, make_user())

    assert not {"first_name", "properties.x"} & values.keys()


@pytest.mark.django_db
def test_a_value_brings_neither_lines_nor_fields() -> None:
    contact = make_contact(properties={"team": "a\nb {sender_email}"})

    assert values_of(contact, make_user())["properties.team"] == "a b (sender_email)"
