"""The score over time: a line, and the days that moved it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Contact
from leads.chart import EVENTS, HEIGHT, WIDTH, chart
from scoring.drain import drain
from scoring.models import ScoreChange, ScoringVersion
from tests.factories import NOW, make_activity, make_contact, make_mql, make_rep
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(small_model: ScoringVersion) -> Contact:
    """A vice president with 30 points of fit, who attended a webinar ten days later."""
    contact = make_contact(job_title="VP Sales")
    drain(at=NOW)
    make_activity(contact, "webinar_attended", at=NOW + timedelta(days=10))
    drain(at=NOW + timedelta(days=10))
    return contact


def move(contact: Contact, version: ScoringVersion, *, days: float, before: int, after: int) -> None:
    ScoreChange.objects.create(
        contact=contact,
        version=version,
        at=NOW + timedelta(days=days),
        fit_from=0,
        fit_to=0,
        engagement_from=before,
        engagement_to=after,
        grade_from="C2",
        grade_to="C2",
        because=[{"rule": "Visited", "from": before, "to": after}],
    )


def test_each_event_says_what_moved_the_score_and_by_how_much(buyer: Contact) -> None:
    drawn = chart(buyer, threshold=Decimal(60), now=Decimal(80), at=NOW + timedelta(days=20))

    assert drawn
    assert [(event.before, event.after, event.rules) for event in drawn.events] == [
        (0, 30, ["Vice president +30"]),
        (30, 80, ["Webinar attended +50"]),
    ]
    assert [event.moved for event in drawn.events] == [30, 50]


def test_events_lie_on_the_line(buyer: Contact) -> None:
    drawn = chart(buyer, threshold=Decimal(60), now=Decimal(80), at=NOW + timedelta(days=20))

    assert drawn
    assert all(f"H{event.x}V{event.y}" in drawn.line for event in drawn.events)
    assert all(0 <= event.x <= WIDTH and 0 <= event.y <= HEIGHT for event in drawn.events)


def test_what_happened_on_one_day_is_one_event(small_model: ScoringVersion) -> None:
    contact = make_contact()
    move(contact, small_model, days=0, before=0, after=10)
    move(contact, small_model, days=0.1, before=10, after=25)

    drawn = chart(contact, threshold=Decimal(60), now=Decimal(25), at=NOW + timedelta(days=1))

    assert drawn
    assert drawn.first == 0
    assert [(event.before, event.after, event.rules) for event in drawn.events] == [(0, 25, ["Visited +25"])]


def test_fading_by_less_than_a_point_is_no_event(small_model: ScoringVersion) -> None:
    contact = make_contact()
    move(contact, small_model, days=0, before=0, after=30)
    ScoreChange.objects.create(
        contact=contact,
        version=small_model,
        at=NOW + timedelta(days=1),
        fit_from=0,
        fit_to=0,
        engagement_from=30,
        engagement_to=Decimal("29.5"),
        grade_to="C2",
        because=[{"rule": "Visited", "from": 30, "to": 29.5}],
    )

    drawn = chart(contact, threshold=Decimal(60), now=Decimal("29.5"), at=NOW + timedelta(days=2))

    assert drawn
    assert len(drawn.events) == 1


def test_of_many_days_those_that_moved_most_are_marked_in_order(small_model: ScoringVersion) -> None:
    contact = make_contact()
    score = 0
    for day in range(EVENTS + 5):
        move(contact, small_model, days=day, before=score, after=score + day + 1)
        score += day + 1

    drawn = chart(contact, threshold=Decimal(60), now=Decimal(score), at=NOW + timedelta(days=40))

    assert drawn
    assert [event.moved for event in drawn.events] == list(range(6, EVENTS + 6))


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    buyer: Contact, small_model: ScoringVersion
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            chart(buyer, threshold=Decimal(60), now=Decimal(80), at=NOW + timedelta(days=100))
        return len(captured)

    short = queries()
    for day in range(20, 60):
        move(buyer, small_model, days=day, before=80 + day % 2, after=81 - day % 2)

    assert queries() == short == 3


def test_a_rule_that_decides_is_named_without_points(small_model: ScoringVersion) -> None:
    contact = make_contact()
    move(contact, small_model, days=0, before=0, after=30)
    because = [
        {"rule": "Demo requested", "from": 0, "to": "fast_track"},
        {"rule": "Visited", "from": 0, "to": 30},
    ]
    ScoreChange.objects.filter(contact=contact).update(because=because)

    drawn = chart(contact, threshold=Decimal(60), now=Decimal(30), at=NOW + timedelta(days=1))

    assert drawn
    assert drawn.events[0].rules == ["Demo requested", "Visited +30"]


def test_the_page_of_an_mql_tells_the_events_in_a_table(small_model: ScoringVersion) -> None:
    user = make_rep("sdr").user
    mql = make_mql(at=timezone.now())

    seen = text_of(signed_in(user).get(f"/inbox/{mql.pk}/"))

    assert "What moved it The days that moved the score most" in seen
