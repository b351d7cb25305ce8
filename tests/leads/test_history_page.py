"""The page that tells what changed, and its file: who may read which of it, by days and page by page."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.contrib.auth.models import Group as Role
from django.test import Client

from leads.roles import MARKETERS, SALES_REPS, ensure_groups
from scoring.models import Segment
from tests.factories import make_user
from tests.leads.past import Past

HISTORY = "/admin/history/"


def signed_in(role: str = "", **columns: Any) -> Client:
    user = make_user(is_staff=True, **columns)
    if role:
        ensure_groups()
        user.groups.add(Role.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_an_administrator_reads_everything_by_days(past: Past) -> None:
    page = signed_in(is_superuser=True).get(HISTORY, {"until": "2026-03-03"}).content.decode()

    assert "Monday, 2 March 2026" in page
    assert "<strong>Grace Hopper</strong> changed version 1: Director: points 30 → 15." in " ".join(
        page.split()
    )
    assert "the team South" in page


def test_a_marketer_reads_of_models_segments_and_lists_alone(past: Past) -> None:
    page = signed_in(MARKETERS).get(HISTORY, {"since": "2026-03-02"}).content.decode()

    assert "the list competitors" in page
    assert "South" not in page


def test_a_marketer_cannot_ask_for_what_they_may_not_read(past: Past) -> None:
    page = signed_in(MARKETERS).get(HISTORY, {"what": "routing"}).content.decode()

    assert "Mend what is marked above" in page
    assert "South" not in page


def test_a_rep_is_refused(past: Past) -> None:
    client = signed_in(SALES_REPS)

    assert client.get(HISTORY).status_code == 403
    assert client.get(f"{HISTORY}what-changed.csv").status_code == 403


def test_who_is_not_signed_in_is_asked_to_sign_in(past: Past) -> None:
    response = Client().get(HISTORY)

    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "9999-12-31"}, "That day never comes."),
        (
            {"since": "2026-03-03", "until": "2026-03-02"},
            "Choose the day that the story begins with, or a later one.",
        ),
        ({"version": "four"}, "Enter a whole number."),
        ({"who": "everybody"}, "Select a valid choice."),
        ({"q": "x" * 101}, "Ensure this value has at most 100 characters"),
        ({"q": "no such thing"}, "Nothing like that happened."),
    ],
)
def test_what_cannot_be_told_is_said_beside_its_field(past: Past, query: dict[str, str], said: str) -> None:
    response = signed_in(is_superuser=True).get(HISTORY, query)

    assert response.status_code == 200
    assert said in response.content.decode()


@pytest.mark.parametrize("before", ["yesterday", "2026-13-45T00:00:00+00:00", "2026-03-02"])
def test_a_place_that_is_none_begins_the_story_anew(past: Past, before: str) -> None:
    page = signed_in(is_superuser=True).get(HISTORY, {"before": before}).content.decode()

    assert "Asked for time" in page


def test_a_link_leads_to_older_changes_of_the_same_kind(past: Past) -> None:
    client = signed_in(is_superuser=True)
    for number in range(45):
        with past.step(f"many {number}"):
            Segment.objects.create(name=f"Segment {number}")

    first = client.get(HISTORY, {"what": "segments"})
    older = client.get(HISTORY, {"what": "segments", "before": first.context["older"]})

    assert "what=segments&amp;before=" in first.content.decode()
    assert "Segment 44" in first.content.decode()
    assert "Segment 2." in older.content.decode()


def test_the_story_leaves_as_a_file_that_runs_nothing(past: Past) -> None:
    with past.step("a name that is a formula", {"kind": "user", "id": 7, "name": "=HYPERLINK(1)"}):
        Segment.objects.create(name="=1+1")

    response = signed_in(is_superuser=True).get(f"{HISTORY}what-changed.csv", {"what": "segments"})
    head, newest, *_ = csv.reader(b"".join(response.streaming_content).decode().splitlines())

    assert head == ["when", "who", "what", "version", "what happened"]
    assert newest[1:] == ["'=HYPERLINK(1)", "Segments", "", "made the segment =1+1"]


def test_a_story_of_nothing_says_so(past: Past) -> None:
    assert (
        "Nothing like that happened"
        in signed_in(is_superuser=True).get(HISTORY, {"since": "2031-01-01"}).content.decode()
    )
