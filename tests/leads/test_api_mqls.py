"""MQLs by HTTP: every decision with its reasons, to whom may see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from leads.models import Mql, Verdict, VerdictReason
from leads.verdict import give_verdict
from scoring.models import Op, ScoringVersion, Segment
from tests.api_client import api_client
from tests.factories import NOW, make_mql, make_rep, make_team, make_user

pytestmark = pytest.mark.django_db
MQLS = "/api/v1/mqls/"


@pytest.fixture
def api() -> APIClient:
    return api_client("read")


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def recycle(mql: Mql) -> None:
    reason = VerdictReason.objects.filter(verdict=Verdict.RECYCLED).first() or VerdictReason.objects.create(
        verdict=Verdict.RECYCLED, text="No project yet"
    )
    give_verdict(mql, Verdict.RECYCLED, by=make_user(is_superuser=True), at=NOW, reason=reason.text)


def test_an_mql_is_told_with_owner_score_and_reasons(api: APIClient, small_model: ScoringVersion) -> None:
    rep = make_rep("ada", first_name="Ada", last_name="Byron")
    mql = make_mql("vp@acme.example", first_name="Vera")

    shown = api.get(f"{MQLS}{mql.pk}/").json()

    assert shown["contact"] == {"id": mql.contact_id, "email": "vp@acme.example", "name": "Vera"}
    assert shown["owner"] == {"id": rep.user.pk, "username": "ada", "name": "Ada Byron"}
    assert (shown["version"], shown["total"], shown["grade"]) == (1, float(mql.total), mql.grade)
    assert shown["explanation"] == mql.explanation
    assert (shown["opened_at"], shown["closed_at"], shown["verdict"]) == ("2026-03-02T09:00:00Z", None, "")


def test_mqls_are_found_by_segment(api: APIClient, small_model: ScoringVersion) -> None:
    swede = make_mql("one@acme.example", country="Sweden")
    make_mql("two@acme.example", country="France")
    segment = Segment.objects.create(name="Nordics")
    segment.conditions.create(field="country", op=Op.EQUALS, value="Sweden")

    assert ids(api.get(MQLS, {"segment": segment.pk})) == [swede.pk]
    assert api.get(MQLS, {"segment": "99999"}).status_code == 400


def test_mqls_are_found_by_state_owner_and_contact(api: APIClient, small_model: ScoringVersion) -> None:
    rep = make_rep("ada")
    first, second = make_mql("one@acme.example"), make_mql("two@acme.example")
    recycle(first)

    assert ids(api.get(MQLS)) == [second.pk, first.pk]
    assert ids(api.get(MQLS, {"open": "true"})) == [second.pk]
    assert ids(api.get(MQLS, {"open": "false"})) == [first.pk]
    assert ids(api.get(MQLS, {"contact": first.contact_id})) == [first.pk]
    assert ids(api.get(MQLS, {"owner": rep.user.pk, "open": "true"})) == [second.pk]
    assert ids(api.get(MQLS, {"owner": make_user().pk})) == []


def test_a_closed_mql_tells_sales_verdict(api: APIClient, small_model: ScoringVersion) -> None:
    mql = make_mql()
    recycle(mql)

    shown = api.get(f"{MQLS}{mql.pk}/").json()

    assert (shown["verdict"], shown["closed_at"]) == ("recycled", "2026-03-02T09:00:00Z")
    assert shown["reason"]


def test_a_rep_sees_by_session_what_the_pages_show_them(small_model: ScoringVersion) -> None:
    owner = make_rep("ada", team=make_team("North"))
    mql = make_mql()
    stranger = make_rep("bob", team=make_team("South"))
    theirs, others = Client(), Client()
    theirs.force_login(owner.user)
    others.force_login(stranger.user)

    assert mql.owner == owner.user
    assert ids(theirs.get(MQLS)) == [mql.pk]
    assert ids(others.get(MQLS)) == []
    assert others.get(f"{MQLS}{mql.pk}/").status_code == 404


def test_mqls_take_as_many_queries_for_thirty_as_for_three(
    api: APIClient, small_model: ScoringVersion
) -> None:
    make_rep("ada", capacity=None)
    for _ in range(3):
        make_mql()
    api.get(MQLS)
    with CaptureQueriesContext(connection) as few:
        api.get(MQLS)
    for _ in range(27):
        make_mql()

    with CaptureQueriesContext(connection) as many:
        response = api.get(MQLS)

    assert len(ids(response)) == 30
    assert len(many) == len(few)
