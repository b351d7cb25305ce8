"""The worked example of the documentation, through the real tables, to the cent."""

from decimal import Decimal

import pytest

from crm.models import Contact
from scoring.drain import drain
from scoring.explain import explain
from scoring.models import Score, ScoringVersion
from tests.factories import NOW, make_activity, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def vp(worked_example: ScoringVersion) -> Contact:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    for days in (0, 30, 60):
        make_activity(contact, "page_view", subject="/pricing", days_ago=days)
    make_activity(contact, "webinar_attended", subject="Spring", days_ago=30)
    return contact


def test_three_views_and_a_webinar_are_not_enough(vp: Contact) -> None:
    drain(at=NOW)

    score = Score.objects.get(contact=vp)
    assert (score.fit, score.engagement, score.total) == (
        Decimal("30.00"),
        Decimal("27.50"),
        Decimal("57.50"),
    )
    assert not score.crosses


def test_one_more_view_is_enough_and_is_held_to_the_cap(vp: Contact) -> None:
    make_activity(vp, "page_view", subject="/Pricing/Plans")

    drain(at=NOW)

    explanation = explain([vp.pk], at=NOW)[vp.pk]
    assert (explanation.engagement, explanation.total) == (Decimal("35.00"), Decimal("65.00"))
    assert [(r.rule, r.points, r.matches) for r in explanation.reasons if r.dimension == "engagement"] == [
        ("Pricing page viewed", Decimal("27.5000"), 4),
        ("Webinar attended", Decimal("10.0000"), 1),
    ]
    assert [(cap.where, cap.points) for cap in explanation.caps] == [
        ("rule Pricing page viewed", Decimal("-2.5000"))
    ]
    assert Score.objects.get(contact=vp).crosses


def test_the_same_person_at_a_university_never_qualifies(worked_example: ScoringVersion) -> None:
    contact = make_contact("vp@ox.ac.uk", job_title="VP Sales")
    for days in (0, 0, 30, 60):
        make_activity(contact, "page_view", subject="/pricing", days_ago=days)
    make_activity(contact, "webinar_attended", days_ago=30)

    drain(at=NOW)

    score = Score.objects.get(contact=contact)
    assert (score.fit, score.engagement, score.crosses) == (Decimal("-20.00"), Decimal("35.00"), False)
