"""Scores by HTTP: with the contact, in filters, and explained. There is no way to write one."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crm.models import Contact
from scoring.drain import drain
from scoring.models import Op, Score, ScoringVersion, Segment
from tests.api_client import api_client, pointers
from tests.factories import NOW, make_activity, make_contact
from tests.scoring.conftest import WORKED_EXAMPLE, publish_as_is

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts/"
AS_OF = "2026-03-02T09:00:00Z"


@pytest.fixture
def api() -> APIClient:
    return api_client()


@pytest.fixture
def vp(worked_example: ScoringVersion) -> Contact:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    for days in (0, 0, 30, 60):
        make_activity(contact, "page_view", subject="/pricing", days_ago=days)
    make_activity(contact, "webinar_attended", subject="Spring", days_ago=30)
    return contact


REASONS = [
    {
        "rule": "Pricing page viewed",
        "group": "Intent",
        "dimension": "engagement",
        "effect": "points",
        "points": 27.5,
        "matches": 4,
        "newest": AS_OF,
    },
    {
        "rule": "Webinar attended",
        "group": "Intent",
        "dimension": "engagement",
        "effect": "points",
        "points": 10.0,
        "matches": 1,
        "newest": "2026-01-31T09:00:00Z",
    },
    {
        "rule": "Vice president",
        "group": "ICP",
        "dimension": "fit",
        "effect": "points",
        "points": 30.0,
        "matches": 1,
        "newest": None,
    },
]


def test_the_worked_example_is_explained_to_the_cent(api: APIClient, vp: Contact) -> None:
    response = api.get(f"{CONTACTS}{vp.pk}/score/", {"as_of": AS_OF})

    assert response.json() == {
        "email": "vp@acme.example",
        "as_of": AS_OF,
        "version": 1,
        "fit": 30.0,
        "engagement": 35.0,
        "total": 65.0,
        "grade": "C3",
        "disqualified": False,
        "fast_tracked": False,
        "qualifies": True,
        "blocked_by": [],
        "reasons": REASONS,
        "caps": [{"where": "rule Pricing page viewed", "points": -2.5}],
    }


@pytest.mark.parametrize("as_of", ["2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00.000Z"])
def test_the_moment_may_be_written_in_any_zone(api: APIClient, vp: Contact, as_of: str) -> None:
    assert api.get(f"{CONTACTS}{vp.pk}/score/", {"as_of": as_of}).json()["total"] == 65.0


def test_the_api_explains_what_the_shell_explains(api: APIClient, vp: Contact) -> None:
    out = StringIO()
    call_command("explain", "vp@acme.example", "--json", "--as-of", "2026-02-20T09:00:00Z", stdout=out)

    response = api.get(f"{CONTACTS}{vp.pk}/score/", {"as_of": "2026-02-20T09:00:00Z"})

    assert response.json() == json.loads(out.getvalue())


def test_reasons_and_caps_sum_to_each_dimension(api: APIClient, vp: Contact) -> None:
    explained = api.get(f"{CONTACTS}{vp.pk}/score/").json()

    given = sum(reason["points"] for reason in explained["reasons"]) + sum(
        cap["points"] for cap in explained["caps"]
    )
    assert round(given, 2) == explained["total"]


def test_any_version_can_be_asked(api: APIClient, vp: Contact) -> None:
    publish_as_is(WORKED_EXAMPLE)

    versions = [
        api.get(f"{CONTACTS}{vp.pk}/score/{query}").json()["version"]
        for query in ("", "?version=1", "?version=2")
    ]

    assert versions == [2, 1, 2]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"as_of": "2026-03-02T09:00:00"}, "as_of"),
        ({"as_of": "2026-03-02"}, "as_of"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "0001-01-01T00:00:00Z"}, "as_of"),
        ({"as_of": "9999-12-31T23:59:59Z"}, "as_of"),
        ({"as_of": "0001-01-01T00:00:00+14:00"}, "as_of"),
        ({"as_of": "\x00"}, "as_of"),
        ({"version": "99"}, "version"),
        ({"version": "latest"}, "version"),
        ({"version": "-1"}, "version"),
        ({"version": "1" * 30}, "version"),
        ({"version": "1" * 5000}, "version"),
        ({"version": "\x00"}, "version"),
        ({"versoin": "1"}, "versoin"),
    ],
    ids=lambda value: str(value)[:40].replace("\x00", "NUL"),
)
def test_a_question_that_is_wrong_is_refused_by_name(
    api: APIClient, vp: Contact, query: dict[str, str], parameter: str
) -> None:
    response = api.get(f"{CONTACTS}{vp.pk}/score/", query)

    assert (response.status_code, pointers(response)) == (400, [parameter])


@pytest.mark.parametrize("pk", [999_999, 2**63, 10**30])
def test_the_score_of_nobody_is_not_found(api: APIClient, worked_example: ScoringVersion, pk: int) -> None:
    response = api.get(f"{CONTACTS}{pk}/score/")

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_without_a_published_version_there_is_nothing_to_explain(api: APIClient) -> None:
    response = api.get(f"{CONTACTS}{make_contact().pk}/score/")

    assert (response.status_code, pointers(response)) == (400, ["version"])
    assert "publish" in response.json()["errors"][0]["mend"]


def test_a_contact_comes_with_its_score(api: APIClient, vp: Contact) -> None:
    before = api.get(f"{CONTACTS}{vp.pk}/").json()["score"]
    drain(at=NOW)

    after = api.get(f"{CONTACTS}{vp.pk}/").json()["score"]

    assert before is None
    assert after == {
        "version": 1, "fit": 30.0, "engagement": 35.0, "total": 65.0, "grade": "C3", "disqualified": False,
        "fast_tracked": False, "changed_at": AS_OF,
    }  # fmt: skip


def test_contacts_are_found_by_score_those_at_zero_too(api: APIClient, vp: Contact) -> None:
    nobody = make_contact("nobody@people.example")
    drain(at=NOW)

    def found(**query: str) -> list[int]:
        return [row["id"] for row in api.get(CONTACTS, query).json()["results"]]

    assert found(score_gte="65") == [vp.pk]
    assert found(score_gte="65.01") == []
    assert found(score_lte="0") == [nobody.pk]
    assert found(score_gte="0", score_lte="64.99") == [nobody.pk]


def test_contacts_are_found_by_segment(api: APIClient, vp: Contact) -> None:
    make_contact("nobody@people.example")
    segment = Segment.objects.create(name="Readers of prices")
    segment.conditions.create(field="activity.subject", op=Op.EQUALS, value="/pricing")

    found = api.get(CONTACTS, {"segment": segment.pk}).json()["results"]
    refused = api.get(CONTACTS, {"segment": "99999"})

    assert [row["id"] for row in found] == [vp.pk]
    assert refused.status_code == 400
    assert "is the id of no segment" in refused.content.decode()


@pytest.mark.parametrize(
    "field", ["score", "fit", "engagement", "total", "grade", "disqualified", "qualifies"]
)
def test_a_score_cannot_be_written(api: APIClient, vp: Contact, field: str) -> None:
    drain(at=NOW)

    response = api.post(CONTACTS, {"email": "vp@acme.example", field: 100})

    assert (response.status_code, pointers(response)) == (400, [f"/{field}"])
    assert Score.objects.get(contact=vp).total == 65


def test_a_score_has_no_address_to_write_to(api: APIClient, vp: Contact) -> None:
    answers = [
        getattr(api, verb)(f"{CONTACTS}{vp.pk}/score/", {}) for verb in ("post", "put", "patch", "delete")
    ]

    assert [answer.status_code for answer in answers] == [405] * 4


def test_scored_contacts_take_as_many_queries_for_thirty_as_for_three(
    api: APIClient, worked_example: ScoringVersion
) -> None:
    def people(number: int) -> Any:
        for _ in range(number):
            make_contact(created_at=NOW - timedelta(days=1))
        drain(at=NOW)

    people(3)
    api.get(CONTACTS)
    with CaptureQueriesContext(connection) as few:
        api.get(CONTACTS)
    people(27)

    with CaptureQueriesContext(connection) as many:
        response = api.get(CONTACTS)

    assert len(response.json()["results"]) == 30
    assert len(many) == len(few)
