"""Working hours and SLA targets in the admin: what is refused and how, and what comes of what was saved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from leads.admin.working_hours import outlook
from leads.models import ClosedDay, SlaTarget, WorkingHours
from tests.factories import make_user

ADD_HOURS = "/admin/leads/workinghours/add/"
ADD_TARGET = "/admin/leads/slatarget/add/"
HOURS: dict[str, Any] = {
    "name": "Munich",
    "time_zone": "Europe/Berlin",
    "starts": "08:30",
    "ends": "17:00",
    "days": ["0", "1", "2", "3", "4"],
    "holidays_country": "de",
    "holidays_subdivision": "BY",
    "closed_days-TOTAL_FORMS": "1",
    "closed_days-INITIAL_FORMS": "0",
    "closed_days-0-day": "2026-12-24",
    "closed_days-0-name": "Christmas Eve",
}


@pytest.fixture
def page(db: None, client: Client) -> Client:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    return client


def test_hours_are_kept_with_their_closed_days(page: Client) -> None:
    response = page.post(ADD_HOURS, HOURS)

    assert response.status_code == 302
    hours = WorkingHours.objects.get()
    assert (hours.starts, hours.days, hours.holidays_country) == (time(8, 30), [0, 1, 2, 3, 4], "DE")
    assert ClosedDay.objects.get(hours=hours).day == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        pytest.param({"time_zone": "Europe/Munich"}, "“Europe/Munich” is no time zone", id="unknown zone"),
        pytest.param({"time_zone": "new york"}, "did you mean America/New_York?", id="near a zone"),
        pytest.param({"holidays_country": "ZZ"}, "No holidays are known for “ZZ”", id="unknown country"),
        pytest.param({"holidays_subdivision": "XX"}, "“XX” is no part of DE: use one of BB, BE", id="part"),
        pytest.param({"holidays_country": ""}, "Name the country too", id="a part of no country"),
        pytest.param({"days": []}, "Tick at least one day", id="no day"),
        pytest.param({"ends": "08:30"}, "The working day ends after it starts", id="no time"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_mend(
    page: Client, said: dict[str, Any], answer: str
) -> None:
    response = page.post(ADD_HOURS, HOURS | said)

    assertContains(response, answer)
    assert not WorkingHours.objects.exists()


def test_the_preview_shows_the_next_working_days_and_holidays(page: Client) -> None:
    hours = WorkingHours.objects.create(name="Munich", time_zone="Europe/Berlin", holidays_country="DE")
    ClosedDay.objects.create(hours=hours, day=date(2026, 12, 28))

    shown = outlook(hours, at=datetime(2026, 12, 24, 6, tzinfo=UTC))

    assert "<li>Thu 24 Dec, 09:00–18:00</li><li>Tue 29 Dec, 09:00–18:00</li>" in shown
    assert "<li>Fri 25 Dec 2026: Christmas Day</li>" in shown
    assert "<li>Fri 1 Jan 2027: New Year" in shown
    assertContains(page.get(f"/admin/leads/workinghours/{hours.pk}/change/"), "Public holidays ahead")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            SlaTarget(grade="A1", minutes=15, remind_at_percent=50, reassign_at_percent=200),
            "A1: 15 minutes; reminded at 8 min; goes on at 30 min",
        ),
        (SlaTarget(minutes=240, remind_at_percent=50), "Every other: 4 hours; reminded at 2 h"),
        (SlaTarget(grade="B", minutes=60, remind_at_percent=None), "B: 1 hour"),
    ],
)
def test_a_target_is_said_in_a_sentence(target: SlaTarget, sentence: str) -> None:
    assert str(target) == sentence


def test_a_target_is_kept_for_a_grade_once(page: Client) -> None:
    said = {"grade": "A1", "minutes": "15", "remind_at_percent": "50", "reassign_at_percent": "200"}
    page.post(ADD_TARGET, said)

    response = page.post(ADD_TARGET, said)

    assertContains(response, "already exists")
    assertContains(page.get("/admin/leads/slatarget/"), "goes on at 30 min")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"reassign_at_percent": "100"}, "reassign_at_percent"),
        ({"remind_at_percent": "100"}, "remind_at_percent"),
        ({"minutes": "0"}, "minutes"),
        ({"grade": "Z9"}, "grade"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(page: Client, said: dict[str, str], name: str) -> None:
    response = page.post(ADD_TARGET, {"grade": "A1", "minutes": "15", "remind_at_percent": "50"} | said)

    assert name in response.context["adminform"].form.errors
    assert not SlaTarget.objects.exists()
