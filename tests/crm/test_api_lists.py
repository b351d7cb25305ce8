"""Lists of the API: pages that neither skip nor repeat, filters that mean what they say, few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crm.models import Contact
from tests.api_client import api_client, pointers
from tests.factories import NOW, make_activity, make_company, make_contact, make_user

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts/"
ACTIVITIES = "/api/v1/activities/"
COMPANIES = "/api/v1/companies/"


@pytest.fixture
def api() -> APIClient:
    return api_client()


def emails(response: Any) -> list[str]:
    assert response.status_code == 200, response.json()
    return [row["email"].partition("@")[0] for row in response.json()["results"]]


def walk(api: APIClient, address: str | None, way: str) -> list[list[Any]]:
    """The ids of each page from `address` on, by the links of the pages themselves."""
    pages: list[list[Any]] = []
    while address and len(pages) < 20:
        page = api.get(address).json()
        pages.append([row["id"] for row in page["results"]])
        address = page[way]
    return pages


def make_people(number: int, **columns: Any) -> list[int]:
    """Contacts, oldest first; every second one entered at the same moment as the one before."""
    return [
        make_contact(f"p{n}@people.example", created_at=NOW - timedelta(days=100 - n // 2), **columns).pk
        for n in range(number)
    ]


def test_pages_hold_every_row_once_newest_first(api: APIClient) -> None:
    ids = make_people(7)

    pages = walk(api, f"{CONTACTS}?page_size=3", "next")

    assert pages == [ids[:3:-1], ids[3:0:-1], ids[:1]]


def test_pages_lead_back_to_where_they_came_from(api: APIClient) -> None:
    make_people(7)
    forth = walk(api, f"{CONTACTS}?page_size=3", "next")
    last = api.get(api.get(api.get(f"{CONTACTS}?page_size=3").json()["next"]).json()["next"]).json()

    back = walk(api, last["previous"], "previous")

    assert last["next"] is None
    assert [[row["id"] for row in last["results"]], *back] == forth[::-1]


def test_a_single_page_leads_nowhere(api: APIClient) -> None:
    make_people(3)

    page = api.get(f"{CONTACTS}?page_size=3").json()

    assert (page["next"], page["previous"], len(page["results"])) == (None, None, 3)


def test_rows_that_arrive_between_two_pages_neither_repeat_nor_hide_one(api: APIClient) -> None:
    ids = make_people(6)
    first = api.get(f"{CONTACTS}?page_size=3").json()
    make_contact("late@people.example", created_at=NOW)
    make_contact("old@people.example", created_at=NOW - timedelta(days=300))

    rest = walk(api, first["next"], "next")

    assert [pk for page in rest for pk in page][:3] == ids[2::-1]


def test_the_pages_of_a_filtered_list_stay_filtered(api: APIClient) -> None:
    kept = make_people(4, source="fair")
    make_contact("other@people.example", source="website")

    pages = walk(api, f"{CONTACTS}?page_size=3&source=fair", "next")

    assert pages == [kept[:0:-1], kept[:1]]


def test_fifty_rows_make_a_page_unless_asked_otherwise(api: APIClient) -> None:
    contact = make_contact()
    api.post(ACTIVITIES, [{"contact": contact.pk, "kind": "page_view"}] * 210)

    sizes = [
        len(api.get(f"{ACTIVITIES}?contact={contact.pk}{size}").json()["results"])
        for size in ("", "&page_size=200")
    ]

    assert sizes == [50, 200]


@pytest.mark.parametrize("size", ["0", "201", "-1", "many", "", "²", "9" * 30])
def test_a_page_size_out_of_range_is_refused(api: APIClient, size: str) -> None:
    response = api.get(CONTACTS, {"page_size": size})

    assert (response.status_code, pointers(response)) == (400, ["page_size"])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "W10",  # []
        "WzEsIG51bGwsIHRydWVd",  # [1, null, true]: of a list that goes by id
        "WzAsICIyMDI2LTAzLTAxVDA5OjAwOjAwWiIsIGZhbHNlXQ",  # [0, "2026-03-01T09:00:00Z", false]
        "WzEsICIyMDI2LTAzLTAxIiwgZmFsc2Vd",  # [1, "2026-03-01", false]
        "WzEsICJcdTAwMDAiLCBmYWxzZV0",  # [1, "\0", false]
        "\u0000",
        "ünïcode",
        "Wy" * 50_000,
    ],
    ids=lambda cursor: cursor[:20].replace("\x00", "NUL"),
)
def test_a_cursor_that_is_not_of_the_list_is_refused(api: APIClient, cursor: str) -> None:
    response = api.get(CONTACTS, {"cursor": cursor})

    assert (response.status_code, pointers(response)) == (400, ["cursor"])


def test_contacts_are_found_by_address_in_any_case(api: APIClient) -> None:
    make_contact("ada@acme.example")
    make_contact("bea@acme.example")

    assert emails(api.get(CONTACTS, {"email": "ADA@Acme.example"})) == ["ada"]
    assert emails(api.get(CONTACTS, {"email": "nobody@acme.example"})) == []
    assert emails(api.get(CONTACTS, {"email": "no address"})) == []


def test_contacts_are_found_by_stage_and_source(api: APIClient) -> None:
    make_contact("ada@acme.example", stage="sql", source="fair")
    make_contact("bea@acme.example", stage="sql", source="website")
    make_contact("cleo@acme.example", source="fair")

    assert emails(api.get(CONTACTS, {"stage": "sql"})) == ["bea", "ada"]
    assert emails(api.get(CONTACTS, {"source": "fair", "stage": "sql"})) == ["ada"]


def test_companies_are_found_by_domain_and_external_id(api: APIClient) -> None:
    acme = make_company("acme.example", external_id="C-1")
    make_company("globex.example")

    by_domain = api.get(COMPANIES, {"domain": "ACME.example"}).json()["results"]
    by_id = api.get(COMPANIES, {"external_id": "C-1"}).json()["results"]

    assert [row["id"] for row in by_domain] == [row["id"] for row in by_id] == [acme.pk]


def test_activities_of_a_contact_come_as_they_happened(api: APIClient) -> None:
    ada, bea = make_contact(), make_contact()
    days = {make_activity(ada, days_ago=ago).pk: ago for ago in (5, 1, 3)}
    call = make_activity(ada, "call", days_ago=2)
    make_activity(bea)

    listed = api.get(ACTIVITIES, {"contact": ada.pk}).json()["results"]
    calls = api.get(ACTIVITIES, {"contact": ada.pk, "kind": "call"}).json()["results"]

    assert [days.get(row["id"], 2) for row in listed] == [1, 2, 3, 5]
    assert [row["id"] for row in calls] == [call.pk]


def test_everybodys_activities_come_as_they_were_recorded(api: APIClient) -> None:
    contact = make_contact()
    ids = [make_activity(contact, days_ago=ago).pk for ago in (1, 5, 3)]

    pages = walk(api, f"{ACTIVITIES}?page_size=2", "next")

    assert pages == [ids[:0:-1], ids[:1]]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        (f"{CONTACTS}?emial=ada@acme.example", "emial"),
        (f"{CONTACTS}?stage=winner", "stage"),
        (f"{CONTACTS}?source=%00", "source"),
        (f"{CONTACTS}?source=a&source=b", "source"),
        (f"{CONTACTS}?score_gte=many", "score_gte"),
        (f"{CONTACTS}?score_gte=NaN", "score_gte"),
        (f"{CONTACTS}?score_lte=1e999999", "score_lte"),
        (f"{CONTACTS}?score_lte=1e-999999", "score_lte"),
        (f"{ACTIVITIES}?contact=ada", "contact"),
        (f"{ACTIVITIES}?contact=0", "contact"),
        (f"{ACTIVITIES}?contact={2**63}", "contact"),
        (f"{ACTIVITIES}?contact={'9' * 5000}", "contact"),
        (f"{ACTIVITIES}?kind=%00", "kind"),
        ("/api/v1/mqls/?open=perhaps", "open"),
        ("/api/v1/mqls/?owner=me", "owner"),
    ],
)
def test_a_parameter_that_is_wrong_or_unknown_is_refused_by_name(
    api: APIClient, address: str, parameter: str
) -> None:
    response = api.get(address)

    assert (response.status_code, pointers(response)) == (400, [parameter])


def make_linked_people(number: int) -> None:
    for _ in range(number):
        owner = make_user()
        company = make_company(owner_id=owner.pk)
        contact = make_contact(company_domain=company.domain, owner_id=owner.pk)
        make_activity(contact)


@pytest.mark.parametrize("address", [CONTACTS, ACTIVITIES, COMPANIES])
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_three(api: APIClient, address: str) -> None:
    make_linked_people(3)
    api.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        api.get(address)
    make_linked_people(27)

    with CaptureQueriesContext(connection) as many:
        response = api.get(address)

    assert len(response.json()["results"]) == 30
    assert len(many) == len(few)


def contacts_and_companies(numbers: range) -> list[dict[str, Any]]:
    return [
        {
            "email": f"p{n}@company{n}.example",
            "stage": "lead",
            "company": {"name": f"Company {n}", "employees": n},
        }
        for n in numbers
    ]


def contacts_alone(numbers: range) -> list[dict[str, Any]]:
    return [{"email": f"p{n}@company{n}.example"} for n in numbers]


def activities_of_strangers(numbers: range) -> list[dict[str, Any]]:
    return [{"email": f"p{n}@company{n}.example", "kind": "page_view", "external_id": "1"} for n in numbers]


@pytest.mark.parametrize(
    ("address", "items"),
    [(CONTACTS, contacts_and_companies), (CONTACTS, contacts_alone), (ACTIVITIES, activities_of_strangers)],
)
def test_a_post_takes_as_many_queries_for_thirty_items_as_for_three(
    api: APIClient, address: str, items: Callable[[range], list[dict[str, Any]]]
) -> None:
    api.post(address, items(range(100, 103)))
    with CaptureQueriesContext(connection) as few:
        api.post(address, items(range(3)))

    with CaptureQueriesContext(connection) as many:
        api.post(address, items(range(3, 33)))

    assert Contact.objects.count() == 36
    assert len(many) == len(few)
