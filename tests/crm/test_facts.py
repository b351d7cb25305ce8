"""Facts on their way in: what is brought into one form, and what no column can hold."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest

from crm import record
from crm.facts import CompanyFacts, ContactFacts, clean_company, clean_contact, normal_email
from crm.models import Contact
from tests.factories import NOW

NESTED: list[Any] = []
for _ in range(5000):
    NESTED = [NESTED]


def faulty_fields(**said: Any) -> list[str]:
    return [error.field for error in clean_contact(ContactFacts(email="a@x.example", **said), at=NOW)]


@pytest.mark.parametrize(
    "written",
    [
        "a@xn--mller-kva.de",
        "A@XN--MLLER-KVA.DE",
        "a@MÜLLER.de",
        unicodedata.normalize("NFD", "a@müller.de"),
    ],
)
def test_an_address_has_one_form_however_its_domain_is_written(written: str) -> None:
    assert normal_email(written) == "a@müller.de"


@pytest.mark.parametrize(
    "written",
    [f"a@{'b' * 64}.com", f"a@{'b' * 64}.c.com", f"a@{'b.' * 130}com", "a@xn--.com"],
)
def test_what_no_mail_server_could_be_called_is_no_address(written: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        normal_email(written)


@pytest.mark.parametrize("domain", [f"{'b' * 63}.com", f"{'b' * 40}.{'c' * 40}.com"])
def test_a_long_domain_is_one_as_long_as_its_labels_are_not(domain: str) -> None:
    assert normal_email(f"a@{domain}") == f"a@{domain}"


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"a\x00b": 1}, "properties"),
        ({"a": {"\x00": {}}}, "properties.a"),
        ({"a": ["\x00"]}, "properties.a"),
        ({"a": "\ud800"}, "properties.a"),
        ({"\ud800": 1}, "properties"),
        ({"a": 10**5000}, "properties.a"),
        ({"a": float("nan")}, "properties.a"),
        ({"a": [float("inf")]}, "properties.a"),
        ({"a": NESTED}, "properties.a"),
        ({"a": {"b" * 100_001: 1}}, "properties"),
        ({"a": [1] * 100_000}, "properties"),
    ],
)
def test_properties_that_cannot_be_stored_are_refused_by_name(properties: Any, field: str) -> None:
    assert faulty_fields(properties={"sound": "yes", **properties}) == [field]


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\\u0000", "\\\\u0000", "naïve 😀", 10**4000, {"": [None, True]}])
def test_odd_properties_are_kept_as_they_are(value: Any) -> None:
    [outcome] = record.upsert_contacts([ContactFacts(email="a@x.example", properties={"odd": value})], at=NOW)

    assert Contact.objects.get(pk=outcome.id).properties == {"odd": value}


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b"])
def test_a_text_that_cannot_be_stored_is_refused(name: str) -> None:
    assert faulty_fields(first_name=name) == ["first_name"]


@pytest.mark.parametrize("field", ["company_name", "company_external_id"])
def test_what_says_a_contacts_company_is_no_longer_than_the_company_may_have_it(field: str) -> None:
    assert faulty_fields(**{field: "x" * 201}) == [field]


@pytest.mark.parametrize(("said", "kept"), [("1.005", "1.01"), ("99999999999998.999", "99999999999999.00")])
def test_a_revenue_is_kept_to_the_cent(said: str, kept: str) -> None:
    facts = CompanyFacts(name="Acme", revenue=Decimal(said))

    assert clean_company(facts, at=NOW) == []
    assert facts.revenue == Decimal(kept)


@pytest.mark.parametrize("said", ["-0.01", "99999999999999.999", "1e20", "Infinity", "NaN"])
def test_a_revenue_out_of_range_is_refused(said: str) -> None:
    [error] = clean_company(CompanyFacts(name="Acme", revenue=Decimal(said)), at=NOW)

    assert error.field == "revenue"
