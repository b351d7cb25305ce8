"""Contacts by HTTP: one or many in, an answer for each, and nothing left of what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from crm.models import Company, Contact, Stage
from tests.api_client import api_client, pointers
from tests.factories import make_company, make_contact, make_user

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts/"


@pytest.fixture
def api() -> APIClient:
    return api_client()


def test_a_new_contact_is_created_and_shown(api: APIClient) -> None:
    response = api.post(CONTACTS, {"email": "Vera@Acme.example", "first_name": "Vera", "source": "website"})

    assert response.status_code == 201
    contact = Contact.objects.get(email="vera@acme.example")
    shown = response.json()
    assert (shown["id"], shown["email"], shown["first_name"], shown["stage"], shown["score"]) == (
        contact.pk, "vera@acme.example", "Vera", "lead", None,
    )  # fmt: skip
    assert shown["company"]["domain"] == "acme.example"
    assert response.headers["Location"].endswith(f"{CONTACTS}{contact.pk}/")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"email": "VERA@acme.example", "job_title": "CTO"}, "CTO"),
        ({"email": "vera@acme.example", "job_title": ""}, "VP"),
        ({"email": "vera@acme.example", "job_title": None}, "VP"),
    ],
)
def test_a_known_contact_takes_what_is_said_and_keeps_the_rest(
    api: APIClient, body: dict[str, Any], title: str
) -> None:
    contact = make_contact("vera@acme.example", job_title="VP")

    response = api.post(CONTACTS, body)

    assert response.status_code == 200
    assert (response.json()["id"], response.json()["job_title"]) == (contact.pk, title)


def test_every_field_of_a_contact_comes_back(api: APIClient) -> None:
    owner = make_user("owner")
    texts = {
        name: f"some {name}"
        for name in (
            "first_name", "last_name", "job_title", "phone", "country", "source", "utm_source", "utm_medium",
            "utm_campaign", "utm_term", "utm_content", "external_id", "sales_consent_ground",
            "marketing_consent_ground",
        )
    }  # fmt: skip
    body = {
        **texts,
        "email": "vera@acme.example",
        "stage": "sql",
        "sales_consent": "allowed",
        "marketing_consent": "opted_out",
        "owner_id": owner.pk,
        "properties": {"plan": "trial", "seats": 3},
        "created_at": "2026-03-01T10:00:00+01:00",
    }

    shown = api.post(CONTACTS, body).json()

    assert {name: shown[name] for name in texts} == texts
    assert (shown["stage"], shown["sales_consent"], shown["marketing_consent"]) == (
        "sql",
        "allowed",
        "opted_out",
    )
    assert shown["owner"] == {"id": owner.pk, "username": "owner", "name": ""}
    assert shown["properties"] == {"plan": "trial", "seats": 3}
    assert shown["created_at"] == "2026-03-01T09:00:00Z"


def test_times_are_shown_in_utc_whatever_the_time_zone_of_the_pages(api: APIClient, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Paris"

    response = api.post(CONTACTS, {"email": "vera@acme.example", "created_at": "2026-03-01T09:00:00Z"})

    assert response.json()["created_at"] == "2026-03-01T09:00:00Z"


def test_a_list_gets_an_answer_for_each_item_and_good_ones_are_saved(api: APIClient) -> None:
    known = make_contact("known@acme.example", first_name="Ada")
    changed = make_contact("changed@acme.example", first_name="Ada")

    response = api.post(
        CONTACTS,
        [
            {"email": "new@acme.example"},
            {"email": "not an address"},
            {"email": "known@acme.example", "first_name": "Ada"},
            {"email": "changed@acme.example", "first_name": "Bea"},
            "no object",
        ],
    )

    assert response.status_code == 200
    results = response.json()["results"]
    new = Contact.objects.get(email="new@acme.example")
    assert [(r["index"], r["status"], r["id"]) for r in results] == [
        (0, "created", new.pk), (1, "rejected", None), (2, "unchanged", known.pk), (3, "updated", changed.pk),
        (4, "rejected", None),
    ]  # fmt: skip
    assert [[fault["pointer"] for fault in r["errors"]] for r in results] == [
        [],
        ["/1/email"],
        [],
        [],
        ["/4"],
    ]
    assert all(fault["detail"] and fault["mend"] for r in results for fault in r["errors"])


def test_the_same_list_again_changes_nothing(api: APIClient) -> None:
    items = [
        {"email": f"p{n}@acme.example", "company": {"name": "Acme", "revenue": 1000000.005}} for n in range(3)
    ]
    api.post(CONTACTS, items)

    again = api.post(CONTACTS, items).json()["results"]

    assert [answer["status"] for answer in again] == ["unchanged"] * 3
    assert (Contact.objects.count(), Company.objects.count()) == (3, 1)


def test_one_address_in_different_case_in_one_list_is_one_contact(api: APIClient) -> None:
    response = api.post(CONTACTS, [{"email": "ADA@acme.example"}, {"email": "ada@ACME.example"}])

    assert len({answer["id"] for answer in response.json()["results"]}) == 1
    assert Contact.objects.count() == 1


def test_an_empty_list_is_answered_by_an_empty_list(api: APIClient) -> None:
    assert api.post(CONTACTS, []).json() == {"results": []}


def test_a_thousand_items_are_taken_and_one_more_is_refused(api: APIClient) -> None:
    items = [{"email": f"p{n}@people.example"} for n in range(1001)]

    too_many = api.post(CONTACTS, items)
    taken = api.post(CONTACTS, items[:1000])

    assert too_many.status_code == 413
    assert "1000" in too_many.json()["errors"][0]["mend"]
    assert taken.status_code == 200
    assert Contact.objects.count() == 1000


BAD_VALUES = [
    ({"email": 5}, "/email"),
    ({"email": ""}, "/email"),
    ({"email": None}, "/email"),
    ({}, "/email"),
    ({"email": "a@b.example, c@d.example"}, "/email"),
    ({"first_name": 5}, "/first_name"),
    ({"first_name": ["Ada"]}, "/first_name"),
    ({"first_name": "x" * 121}, "/first_name"),
    ({"first_name": "Ada\u0000"}, "/first_name"),
    ({"first_name": "\ud800"}, "/first_name"),
    ({"stage": "winner"}, "/stage"),
    ({"stage": 3}, "/stage"),
    ({"stage": {"a": 1}}, "/stage"),
    ({"sales_consent": "yes"}, "/sales_consent"),
    ({"create_company": "yes"}, "/create_company"),
    ({"create_company": 1}, "/create_company"),
    ({"owner_id": 999_999}, "/owner_id"),
    ({"owner_id": "1"}, "/owner_id"),
    ({"owner_id": 0}, "/owner_id"),
    ({"owner_id": 2**63}, "/owner_id"),
    ({"owner_id": True}, "/owner_id"),
    ({"created_at": "2026-03-01T09:00:00"}, "/created_at"),
    ({"created_at": "2026-03-01"}, "/created_at"),
    ({"created_at": "yesterday"}, "/created_at"),
    ({"created_at": "2026-13-01T09:00:00Z"}, "/created_at"),
    ({"created_at": 1772355600}, "/created_at"),
    ({"created_at": "1969-12-31T23:59:59Z"}, "/created_at"),
    ({"created_at": "0001-01-01T00:00:00+14:00"}, "/created_at"),
    ({"created_at": "9999-12-31T23:59:59-14:00"}, "/created_at"),
    ({"properties": ["a"]}, "/properties"),
    ({"properties": "a"}, "/properties"),
    ({"properties": {"note": "a\u0000b"}}, "/properties/note"),
    ({"properties": {"a\u0000b": 1}}, "/properties/a\u0000b"),
    ({"properties": {"a/b": {"c~d": ["\u0000"]}}}, "/properties/a~1b/c~0d/0"),
    ({"properties": {"\udfff": 1}}, "/properties/?"),
    ({"properties": {"big": 10**400}}, "/properties/big"),
    ({"properties": {"text": "x" * 100_001}}, "/properties"),
    ({"score": 90}, "/score"),
    ({"total": 90}, "/total"),
    ({"id": 7}, "/id"),
    ({"shoe_size": 43}, "/shoe_size"),
    ({"company": "Acme"}, "/company"),
    ({"company": []}, "/company"),
    ({"company": {}}, "/company/name"),
    ({"company": {"name": "Acme", "employees": "400"}}, "/company/employees"),
    ({"company": {"name": "Acme", "employees": -1}}, "/company/employees"),
    ({"company": {"name": "Acme", "employees": 2**31}}, "/company/employees"),
    ({"company": {"name": "Acme", "employees": 1.5}}, "/company/employees"),
    ({"company": {"name": "Acme", "revenue": "1,5"}}, "/company/revenue"),
    ({"company": {"name": "Acme", "revenue": 1e14}}, "/company/revenue"),
    ({"company": {"name": "Acme", "revenue": 1e299}}, "/company/revenue"),
    ({"company": {"name": "Acme", "size": 3}}, "/company/size"),
    ({"company": {"name": "Acme", "owner_id": 999_999}}, "/company/owner_id"),
    ({"company": {"domain": "not a domain"}}, "/company/domain"),
    ({"company": {"domain": "gmail.com"}}, "/company/domain"),
    ({"company": {"domain": "acme.example"}, "company_name": "Acme"}, "/company"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "pointer"), BAD_VALUES, ids=lambda value: str(value)[:50].replace("\x00", "")
)
def test_a_wrong_value_is_refused_by_name_and_leaves_no_row(api: APIClient, wrong: Any, pointer: str) -> None:
    body = {**({} if wrong == {} else {"email": "someone@gmail.com"}), **wrong}

    response = api.post(CONTACTS, json.dumps(body), content_type="application/json")

    assert response.status_code == 400
    assert pointer in pointers(response)
    assert (Contact.objects.count(), Company.objects.count()) == (0, 0)


def test_all_faults_of_an_item_are_told_at_once(api: APIClient) -> None:
    response = api.post(CONTACTS, {"email": "x", "first_name": 5, "shoe_size": 43})

    assert set(pointers(response)) >= {"/first_name", "/shoe_size"}


def test_properties_nested_too_deep_are_refused_by_name(api: APIClient) -> None:
    nested: Any = "leaf"
    for _ in range(30):
        nested = {"in": nested}

    response = api.post(CONTACTS, {"email": "ada@acme.example", "properties": nested})

    assert response.status_code == 400
    assert pointers(response)[0].startswith("/properties/in/in")


def test_a_stage_that_may_not_follow_is_a_conflict(api: APIClient) -> None:
    contact = make_contact("ada@acme.example", stage="sql", first_name="Ada")

    response = api.post(CONTACTS, {"email": "ada@acme.example", "stage": "lead", "first_name": "Bea"})

    assert (response.status_code, pointers(response)) == (409, ["/stage"])
    contact.refresh_from_db()
    assert (contact.stage, contact.first_name) == (Stage.SQL, "Ada")


def test_a_stage_that_may_follow_is_taken(api: APIClient) -> None:
    contact = make_contact("ada@acme.example", stage="lead")

    api.post(CONTACTS, {"email": "ada@acme.example", "stage": "opportunity"})

    contact.refresh_from_db()
    assert contact.stage == Stage.OPPORTUNITY


def test_no_opt_out_is_undone(api: APIClient) -> None:
    make_contact("ada@acme.example", sales_consent="opted_out")

    response = api.post(CONTACTS, {"email": "ada@acme.example", "sales_consent": "allowed"})

    assert response.json()["sales_consent"] == "opted_out"


def test_an_external_id_of_somebody_else_is_a_conflict(api: APIClient) -> None:
    make_contact("ada@acme.example", external_id="17")

    response = api.post(CONTACTS, {"email": "bea@acme.example", "external_id": "17"})

    assert (response.status_code, pointers(response)) == (409, ["/external_id"])
    assert Contact.objects.count() == 1


def test_a_company_that_comes_along_is_recorded_with_what_is_known_of_it(api: APIClient) -> None:
    company = {"domain": "www.acme.example", "name": "Acme", "industry": "Software", "employees": 400,
               "revenue": 1.5e6, "external_id": "C-1", "properties": {"tier": 1}}  # fmt: skip

    shown = api.post(CONTACTS, {"email": "ada@gmail.com", "company": company}).json()

    recorded = Company.objects.get()
    assert shown["company"] == {"id": recorded.pk, "name": "Acme", "domain": "acme.example"}
    assert (recorded.industry, recorded.employees, recorded.revenue) == ("Software", 400, 1_500_000)
    assert (recorded.external_id, recorded.properties) == ("C-1", {"tier": 1})


def test_a_company_without_a_domain_is_the_one_of_the_business_address(api: APIClient) -> None:
    acme = make_company("acme.example")

    shown = api.post(CONTACTS, {"email": "ada@acme.example", "company": {"name": "Acme Ltd"}}).json()

    assert shown["company"] == {"id": acme.pk, "name": "Acme Ltd", "domain": "acme.example"}
    assert Company.objects.count() == 1


def test_a_company_known_by_external_id_takes_in_people_who_write_from_elsewhere(api: APIClient) -> None:
    client = make_company("client.example", external_id="C-1")
    make_company("consultancy.example")

    response = api.post(CONTACTS, {"email": "ada@consultancy.example", "company": {"external_id": "C-1"}})

    assert response.json()["company"]["id"] == client.pk


def test_people_at_a_university_are_linked_to_it_by_name(api: APIClient) -> None:
    shown = api.post(CONTACTS, {"email": "ada@ox.ac.uk", "company": {"name": "Oxford"}}).json()

    assert shown["company"]["name"] == "Oxford"


def test_news_of_the_company_alone_counts_as_an_update(api: APIClient) -> None:
    api.post(CONTACTS, {"email": "ada@acme.example", "company": {"employees": 10, "name": "Acme"}})

    [answer] = api.post(
        CONTACTS, [{"email": "ada@acme.example", "company": {"employees": 20, "name": "Acme"}}]
    ).json()["results"]

    assert answer["status"] == "updated"
    assert Company.objects.get().employees == 20


def test_a_refused_contact_leaves_no_company_behind_and_the_others_theirs(api: APIClient) -> None:
    make_contact("sql@people.example", stage="sql")
    items = [
        {"email": "sql@people.example", "stage": "lead", "company": {"domain": "refused.example"}},
        {"email": "ada@people.example", "company": {"domain": "taken.example"}},
        {"email": "bea@people.example", "company": {"domain": "clash.example", "external_id": "C-1"}},
        {"email": "cleo@people.example", "company": {"domain": "other.example", "external_id": "C-1"}},
    ]

    results = api.post(CONTACTS, items).json()["results"]

    assert [r["status"] for r in results] == ["rejected", "created", "created", "rejected"]
    assert [[f["pointer"] for f in r["errors"]] for r in results] == [
        ["/0/stage"], [], [], ["/3/company/external_id"],
    ]  # fmt: skip
    assert set(Company.objects.values_list("domain", flat=True)) == {"taken.example", "clash.example"}


def test_four_people_of_one_business_domain_make_one_company_and_free_mail_none(api: APIClient) -> None:
    items = [{"email": f"p{n}@acme.example"} for n in range(4)] + [{"email": "ada@gmail.com"}]

    api.post(CONTACTS, items)

    assert list(Company.objects.values_list("domain", flat=True)) == ["acme.example"]
    assert Contact.objects.filter(company__domain="acme.example").count() == 4


def test_no_company_is_made_where_the_item_says_so(api: APIClient) -> None:
    api.post(
        CONTACTS, [{"email": "ada@acme.example", "create_company": False}, {"email": "bea@globex.example"}]
    )

    assert list(Company.objects.values_list("domain", flat=True)) == ["globex.example"]


def test_companies_are_recorded_by_domain_external_id_or_name(api: APIClient) -> None:
    make_company("acme.example", name="Acme")

    results = api.post(
        "/api/v1/companies/",
        [
            {"domain": "acme.example", "employees": 40},
            {"external_id": "C-2", "name": "Globex"},
            {"name": "Initech"},
            {"domain": "acme.example", "employees": 40},
            {"employees": 3},
        ],
    ).json()["results"]

    assert [r["status"] for r in results] == ["updated", "created", "created", "unchanged", "rejected"]
    assert results[4]["errors"][0]["pointer"] == "/4/name"
    assert set(Company.objects.values_list("name", flat=True)) == {"Acme", "Globex", "Initech"}


def test_one_company_comes_back_with_its_attributes(api: APIClient) -> None:
    created = api.post("/api/v1/companies/", {"domain": "acme.example", "revenue": 12.5})

    shown = api.get(f"/api/v1/companies/{created.json()['id']}/").json()

    assert created.status_code == 201
    assert (shown["name"], shown["domain"], shown["revenue"]) == ("acme.example", "acme.example", 12.5)
