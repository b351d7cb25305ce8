"""What is in the data, and how often: counted nightly, suggested to editors, and naming nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from scoring import survey as surveying
from scoring import table_size
from scoring.drain import drain
from scoring.models import Dimension, SurveyedField
from scoring.survey import survey
from scoring.survey_jobs import ask_to_survey, survey_if_stale
from tests.factories import NOW, make_activity, make_company, make_contact, publish_small_model

pytestmark = pytest.mark.django_db
FIT, ENGAGEMENT = Dimension.FIT, Dimension.ENGAGEMENT


def found(dimension: Dimension, field: str) -> tuple[int, list[Any]] | None:
    row = SurveyedField.objects.filter(dimension=dimension, field=field).first()
    return row and (row.known, row.values)


@pytest.fixture
def facts() -> None:
    publish_small_model()
    make_company("acme.example", name="Acme", industry="SaaS")
    people = [
        make_contact(
            f"p{number}@acme.example",
            first_name="Same",
            phone="+46 8 123 45 67",
            job_title=title,
            properties={"interest": interest, "work_email": "x@acme.example", "reach_at": "+46 8 123 45 67"},
        )
        for number, (title, interest) in enumerate(
            [("CEO", ["CRM", "Routing"]), ("ceo", "CRM"), ("VP Sales", ["Routing"]), ("Only one", 7)]
        )
    ]
    for days in (1, 2, 200):
        make_activity(
            people[0], subject="/pricing", days_ago=days, properties={"plan": "pro", "text": "Hello you"}
        )
    make_activity(
        people[1], "webinar_attended", subject="Spring", campaign="Q1", properties={"text": "Hello you"}
    )
    drain(at=NOW)


@pytest.mark.parametrize(
    ("dimension", "field", "expected"),
    [
        (FIT, "job_title", (4, [["CEO", 2]])),
        (FIT, "company.industry", (4, [["SaaS", 4]])),
        (FIT, "stage", (4, [["lead", 4]])),
        (FIT, "properties.interest", (4, [["CRM", 2], ["Routing", 2]])),
        (ENGAGEMENT, "kind", (3, [["page_view", 2]])),
        (ENGAGEMENT, "subject", (3, [["/pricing", 2]])),
        (ENGAGEMENT, "campaign", (1, [])),
        (ENGAGEMENT, "automated", (3, [["false", 3]])),
        (ENGAGEMENT, "properties.plan", (2, [["pro", 2]])),
        (FIT, "utm_source", None),
    ],
)
def test_fields_and_values_are_counted(facts: None, dimension: Dimension, field: str, expected: Any) -> None:
    survey(at=NOW)

    assert found(dimension, field) == expected


@pytest.mark.parametrize(
    ("dimension", "field"),
    [
        (FIT, "email"),
        (FIT, "first_name"),
        (FIT, "phone"),
        (FIT, "properties.work_email"),
        (FIT, "properties.reach_at"),
        (ENGAGEMENT, "properties.text"),
    ],
)
def test_what_names_or_reaches_somebody_is_counted_and_not_listed(
    facts: None, dimension: Dimension, field: str
) -> None:
    survey(at=NOW)

    known, values = found(dimension, field) or (0, None)
    assert known >= 2
    assert values == []


def test_a_later_survey_takes_the_place_of_the_one_before(facts: None) -> None:
    SurveyedField.objects.create(dimension=FIT, field="properties.gone", known=3, at=NOW - timedelta(days=1))
    survey(at=NOW - timedelta(hours=2))

    survey(at=NOW)

    assert not SurveyedField.objects.exclude(at=NOW).exists()
    assert found(FIT, "email") == (4, [])
    assert found(FIT, "properties.gone") is None


def test_a_large_table_is_sampled_and_scaled_up(facts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_activity")
    # Four activities are many; all but a millionth of their pages are looked at.
    monkeypatch.setattr(table_size, "COUNTED", 3)
    monkeypatch.setattr(surveying, "ACTIVITIES_SAMPLED", 4 - 4e-6)

    survey(at=NOW)

    rows = SurveyedField.objects.filter(dimension=ENGAGEMENT)
    assert {row.field: row.estimated for row in rows if row.field == "kind"} == {"kind": True}
    assert found(ENGAGEMENT, "subject") == (3, [["/pricing", 2]])
    assert not SurveyedField.objects.filter(dimension=FIT, estimated=True).exists()


def test_it_is_asked_for_once_it_is_old_and_by_one(facts: None) -> None:
    cache.clear()
    survey(at=timezone.now() - timedelta(minutes=59))
    fresh = ask_to_survey()
    SurveyedField.objects.update(at=timezone.now() - timedelta(minutes=61))

    asked = [ask_to_survey(), ask_to_survey()]

    assert (fresh, asked) == (False, [True, False])
    assert OrmQ.objects.count() == 1


def test_a_second_job_counts_nothing(facts: None) -> None:
    assert survey_if_stale() > 0
    assert survey_if_stale() == 0
