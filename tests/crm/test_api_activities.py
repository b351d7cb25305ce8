"""Activities by HTTP: as often as a sender likes, and kept once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from crm.models import Activity, Company, Consent, Contact
from tests.api_client import api_client, pointers
from tests.factories import make_contact, make_user

pytestmark = pytest.mark.django_db
ACTIVITIES = "/api/v1/activities/"


@pytest.fixture
def api() -> APIClient:
    return api_client(name="Website")


def test_an_activity_is_recorded_with_all_that_is_said_of_it(api: APIClient) -> None:
    contact = make_contact("ada@acme.example")

    response = api.post(
        ACTIVITIES,
        {
            "contact": contact.pk,
            "kind": "form_submitted",
            "subject": "Newsletter",
            "campaign": "Spring",
            "occurred_at": "2026-03-01T10:00:00+01:00",
            "source": "typeform",
            "external_id": "F-1",
            "automated": True,
            "properties": {"topic": "prices"},
        },
    )

    assert response.status_code == 201
    shown = response.json()
    activity = Activity.objects.get()
    assert response.headers["Location"].endswith(f"{ACTIVITIES}{activity.pk}/")
    assert shown.pop("recorded_at").endswith("Z")
    assert shown == {
        "id": activity.pk,
        "contact": contact.pk,
        "kind": "form_submitted",
        "subject": "Newsletter",
        "campaign": "Spring",
        "occurred_at": "2026-03-01T09:00:00Z",
        "source": "typeform",
        "external_id": "F-1",
        "automated": True,
        "properties": {"topic": "prices"},
    }


def test_it_happened_now_and_is_the_keys_report_where_nothing_else_is_said(api: APIClient) -> None:
    make_contact("ada@acme.example")

    api.post(ACTIVITIES, {"email": " ADA@acme.example ", "kind": "page_view"})

    activity = Activity.objects.get()
    assert activity.source == "Website"
    assert timezone.now() - activity.occurred_at < timedelta(minutes=1)


def test_the_name_of_a_key_is_cut_to_what_a_source_may_hold() -> None:
    make_contact("ada@acme.example")

    response = api_client(name="x" * 100).post(ACTIVITIES, {"email": "ada@acme.example", "kind": "page_view"})

    assert response.json()["source"] == "x" * 60


def test_a_repeat_is_answered_with_the_first(api: APIClient) -> None:
    body = {"email": "ada@acme.example", "kind": "page_view", "external_id": "pv-1"}
    first = api.post(ACTIVITIES, body)

    again = api.post(ACTIVITIES, {**body, "subject": "/another"})
    in_a_list = api.post(ACTIVITIES, [body, body]).json()["results"]

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert [(r["status"], r["id"]) for r in in_a_list] == [("unchanged", first.json()["id"])] * 2
    assert Activity.objects.count() == 1


def test_without_an_external_id_each_post_is_an_activity_of_its_own(api: APIClient) -> None:
    body = {"email": "ada@acme.example", "kind": "page_view"}

    for_each = [api.post(ACTIVITIES, body).status_code, api.post(ACTIVITIES, body).status_code]

    assert for_each == [201, 201]
    assert Activity.objects.count() == 2


def test_an_address_that_is_not_recorded_becomes_a_contact(api: APIClient) -> None:
    response = api.post(
        ACTIVITIES, {"email": "Ada@Acme.example", "kind": "form_submitted", "source": "landing page"}
    )

    contact = Contact.objects.get()
    assert (contact.email, contact.source, contact.company and contact.company.domain) == (
        "ada@acme.example", "landing page", "acme.example",
    )  # fmt: skip
    assert response.json()["contact"] == contact.pk


def test_a_known_contact_keeps_its_source(api: APIClient) -> None:
    contact = make_contact("ada@acme.example", source="fair")

    api.post(ACTIVITIES, {"email": "ada@acme.example", "kind": "page_view", "source": "website"})

    contact.refresh_from_db()
    assert contact.source == "fair"


def test_a_list_gets_an_answer_for_each_item_and_good_ones_are_saved(api: APIClient) -> None:
    contact = make_contact("ada@acme.example")

    response = api.post(
        ACTIVITIES,
        [
            {"contact": contact.pk, "kind": "page_view"},
            {"contact": contact.pk + 1000, "kind": "page_view"},
            {"email": "new@people.example", "kind": "page_view"},
            {"email": "other@people.example", "kind": "Page View"},
            {"email": "nobody", "kind": "page_view"},
        ],
    )

    results = response.json()["results"]
    assert [r["status"] for r in results] == ["created", "rejected", "created", "rejected", "rejected"]
    assert [[f["pointer"] for f in r["errors"]] for r in results] == [
        [], ["/1/contact"], [], ["/3/kind"], ["/4/email"],
    ]  # fmt: skip
    assert set(Contact.objects.values_list("email", flat=True)) == {"ada@acme.example", "new@people.example"}
    assert Activity.objects.count() == 2


WRONG = [
    ({"contact": 999_999}, "/contact"),
    ({"contact": "1"}, "/contact"),
    ({"contact": 2**63}, "/contact"),
    ({"contact": -1}, "/contact"),
    ({"email": 5}, "/email"),
    ({"email": "nobody"}, "/email"),
    ({}, ""),
    ({"contact": 1, "email": "ada@gmail.com"}, ""),
    ({"email": "ada@gmail.com", "kind": None}, "/kind"),
    ({"email": "ada@gmail.com", "kind": ""}, "/kind"),
    ({"email": "ada@gmail.com", "kind": "Page view"}, "/kind"),
    ({"email": "ada@gmail.com", "kind": "x" * 51}, "/kind"),
    ({"email": "ada@gmail.com", "occurred_at": "2026-03-01T09:00:00"}, "/occurred_at"),
    ({"email": "ada@gmail.com", "occurred_at": "2126-03-01T09:00:00Z"}, "/occurred_at"),
    ({"email": "ada@gmail.com", "occurred_at": "1969-03-01T09:00:00Z"}, "/occurred_at"),
    ({"email": "ada@gmail.com", "automated": "no"}, "/automated"),
    ({"email": "ada@gmail.com", "subject": "x" * 451}, "/subject"),
    ({"email": "ada@gmail.com", "subject": "a\u0000"}, "/subject"),
    ({"email": "ada@gmail.com", "source": "x" * 61}, "/source"),
    ({"email": "ada@gmail.com", "points": 10}, "/points"),
    ({"email": "ada@gmail.com", "properties": {"a\u0000": 1}}, "/properties/a\u0000"),
]


@pytest.mark.parametrize(("wrong", "pointer"), WRONG, ids=lambda value: str(value)[:50].replace("\x00", ""))
def test_a_wrong_value_is_refused_by_name_and_leaves_no_row(api: APIClient, wrong: Any, pointer: str) -> None:
    response = api.post(ACTIVITIES, {"kind": "page_view", **wrong})

    assert response.status_code == 400
    assert pointer in pointers(response)
    assert (Contact.objects.count(), Company.objects.count(), Activity.objects.count()) == (0, 0, 0)


def test_an_unsubscription_withdraws_the_consent_to_marketing(api: APIClient) -> None:
    contact = make_contact("ada@acme.example", marketing_consent="allowed")

    api.post(ACTIVITIES, {"contact": contact.pk, "kind": "email_unsubscribe"})

    contact.refresh_from_db()
    assert contact.marketing_consent == Consent.OPTED_OUT


def test_what_staff_sends_by_session_has_a_source_too(client: Any) -> None:
    make_contact("ada@acme.example")
    client.force_login(make_user(is_staff=True))

    response = client.post(
        ACTIVITIES, {"email": "ada@acme.example", "kind": "note"}, content_type="application/json"
    )

    assert (response.status_code, response.json()["source"]) == (201, "api")


def test_the_clicks_of_a_link_scanner_and_the_visits_of_a_robot_are_marked(api: APIClient) -> None:
    scanned = [
        {"email": "ada@acme.example", "kind": "email_click", "subject": f"/{n}", "campaign": "Spring",
         "occurred_at": f"2026-03-01T09:00:0{n}Z"}
        for n in range(3)
    ]  # fmt: skip
    visits = [
        {"email": "ada@acme.example", "kind": "page_view", "properties": {"user_agent": agent}}
        for agent in ("Mozilla/5.0 Firefox/140.0", "Googlebot/2.1")
    ]

    results = api.post(ACTIVITIES, [*scanned, *visits]).json()["results"]

    marks = dict(Activity.objects.values_list("pk", "automated"))
    assert [marks[result["id"]] for result in results] == [True, True, True, False, True]
