"""Many requests at once, with real commits: nothing is lost, doubled, or an error of ours."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crm.models import Activity, Company, Contact
from scoring.drain import drain
from scoring.models import Dimension, Op, Per, Score, ScoringVersion
from scoring.spec import ConditionSpec, GroupSpec, ModelSpec, RuleSpec
from scoring.versions import save_draft
from tests.api_client import api_client
from tests.factories import NOW
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db(transaction=True)
CONTACTS = "/api/v1/contacts/"
ACTIVITIES = "/api/v1/activities/"

TWO_A_FORM_UP_TO_SIXTY = ModelSpec(
    name="Forms",
    threshold=1000,
    groups=(GroupSpec("Intent", Dimension.ENGAGEMENT),),
    rules=(
        RuleSpec(
            "Form submitted",
            "Intent",
            (ConditionSpec("kind", Op.EQUALS, "form_submitted"),),
            points=2,
            per=Per.OCCURRENCE,
            max_points=60,
        ),
    ),
)
FORM = {"email": "ada@acme.example", "kind": "form_submitted", "subject": "Contact us"}
"""Occurred when it arrives, so that fifty of them are fifty."""


def publish(spec: ModelSpec) -> None:
    version = save_draft(spec, by=None, at=NOW)
    ScoringVersion.objects.filter(pk=version.pk).update(status="published", published_at=NOW)


def codes(answers: list[Any]) -> list[int]:
    assert not raised(answers)
    return sorted(answer.status_code for answer in answers)


def test_fifty_parallel_posts_of_one_form_are_fifty_activities_and_their_score_is_capped(
    at_once: AtOnce,
) -> None:
    publish(TWO_A_FORM_UP_TO_SIXTY)
    api = api_client()
    body = {**FORM, "occurred_at": "2026-03-01T09:00:00Z"}

    answers = at_once(*[partial(api.post, ACTIVITIES, body) for _ in range(50)])

    drain(at=NOW)
    assert codes(answers) == [201] * 50
    assert Contact.objects.get().activities.count() == 50
    assert Score.objects.get().total == 60
    explained = api.get(
        f"{CONTACTS}{Contact.objects.get().pk}/score/", {"as_of": "2026-03-02T09:00:00Z"}
    ).json()
    assert [(r["points"], r["matches"]) for r in explained["reasons"]] == [(100.0, 50)]


def test_twenty_parallel_deliveries_of_one_activity_are_one(at_once: AtOnce) -> None:
    api = api_client()

    answers = at_once(*[partial(api.post, ACTIVITIES, {**FORM, "external_id": "F-1"}) for _ in range(20)])

    assert codes(answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Activity.objects.count() == 1


def test_one_address_in_different_case_at_the_same_time_is_one_contact(at_once: AtOnce) -> None:
    api = api_client()
    spellings = ["ada@acme.example", "Ada@Acme.example", "ADA@ACME.EXAMPLE", "ada@ACME.example"] * 4

    answers = at_once(*[partial(api.post, CONTACTS, {"email": email}) for email in spellings])

    assert codes(answers) == [200] * 15 + [201]
    assert (Contact.objects.count(), Company.objects.count()) == (1, 1)


def test_lists_that_name_the_same_people_and_companies_crosswise_are_all_taken(at_once: AtOnce) -> None:
    api = api_client()
    items = [
        {"email": f"p{n}@company{n}.example", "company": {"name": f"Company {n}", "employees": 10}}
        for n in range(30)
    ]

    answers = at_once(*[partial(api.post, CONTACTS, items[:: -1 if n % 2 else 1]) for n in range(8)])

    assert codes(answers) == [200] * 8
    statuses = [result["status"] for answer in answers for result in answer.json()["results"]]
    assert statuses.count("created") == 30
    assert "rejected" not in statuses
    assert (Contact.objects.count(), Company.objects.count()) == (30, 30)


def test_an_external_id_that_another_request_takes_meanwhile_is_a_conflict(at_once: AtOnce) -> None:
    api = api_client()

    answers = at_once(
        *[
            partial(api.post, CONTACTS, {"email": f"p{n}@people.example", "external_id": "17"})
            for n in range(8)
        ]
    )

    assert codes(answers) == [201] + [409] * 7
    assert Contact.objects.count() == 1


def test_contacts_and_activities_of_the_same_people_at_once_are_all_taken(at_once: AtOnce) -> None:
    api = api_client()
    people = [{"email": f"p{n}@acme.example", "job_title": "VP"} for n in range(20)]
    views = [{"email": f"p{n}@acme.example", "kind": "page_view"} for n in reversed(range(20))]

    answers = at_once(*[partial(api.post, *call) for call in [(CONTACTS, people), (ACTIVITIES, views)] * 4])

    assert codes(answers) == [200] * 8
    assert (Contact.objects.count(), Activity.objects.count()) == (20, 80)
