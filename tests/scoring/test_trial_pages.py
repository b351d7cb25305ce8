"""Trials in the admin: asked for by whoever edits drafts, read by whoever sees versions."""

from __future__ import annotations

import csv
import io
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from leads.roles import MARKETERS, SALES_REPS, ensure_groups
from scoring import trials
from scoring.drain import drain
from scoring.models import Rule, ScoringVersion, Trial, TrialContact
from scoring.trials import State
from scoring.versions import save_draft
from tests.factories import (
    NOW,
    SMALL_MODEL,
    make_activity,
    make_company,
    make_contact,
    make_user,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client) -> User:
    return signed_in(client, MARKETERS)


def signed_in(client: Client, group: str, **columns: Any) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True, **columns)
    user.groups.add(UserGroup.objects.get(name=group))
    client.force_login(user)
    return user


@pytest.fixture
def draft() -> ScoringVersion:
    publish_small_model()
    return save_draft(replace(SMALL_MODEL, name="Milder", threshold=50, min_fit=0), by=None, at=NOW)


@pytest.fixture
def done(draft: ScoringVersion, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A preview by which one person would become an MQL."""
    monkeypatch.setattr(trials, "connection_beside", lambda: nullcontext(connection))
    make_company("acme.example", name="Acme")
    contact = make_contact("ada@acme.example", first_name="Ada", last_name="Byron")
    make_activity(contact, "webinar_attended", days_ago=3)
    drain(at=NOW)
    trial = trials.ask(draft, "preview", by=None, at=timezone.now())
    trials.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == State.DONE, trial.error
    return trial


def ask(client: Client, version: ScoringVersion, **typed: str) -> Any:
    return client.post(reverse("admin:scoring_ask_trial", args=[version.pk]), typed)


def page(client: Client, name: str, pk: int, query: str = "") -> str:
    response = client.get(reverse(f"admin:{name}", args=[pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_marketer_asks_for_a_preview_and_is_led_to_it(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    response = ask(client, draft, kind="preview")

    trial = Trial.objects.get()
    assert response.url == reverse("admin:scoring_trial", args=[trial.pk])
    assert (trial.kind, trial.asked_by, trial.options) == ("preview", marketer, {})


@pytest.mark.parametrize(("typed", "weeks"), [("12", 12), ("", 26)])
def test_a_backtest_takes_its_weeks(
    client: Client, marketer: User, draft: ScoringVersion, typed: str, weeks: int
) -> None:
    ask(client, draft, kind="backtest", weeks=typed)

    assert Trial.objects.get().options == {"weeks": weeks}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "backtest", "weeks": "0"}, "greater than or equal to 1"),
        ({"kind": "backtest", "weeks": "many"}, "whole number"),
        ({"kind": "horoscope"}, "horoscope"),
        ({}, "required"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(
    client: Client, marketer: User, draft: ScoringVersion, typed: dict[str, str], said: str
) -> None:
    response = ask(client, draft, **typed)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Trial.objects.exists()


def test_a_draft_with_faults_is_refused_by_its_place(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    rule = Rule.objects.get(group__version=draft, name="Vice president")
    rule.conditions.update(field="shoe_size")

    response = ask(client, draft, kind="preview")

    assert response.status_code == 422
    assert "shoe_size" in response.content.decode()


def test_a_sales_rep_is_refused(client: Client, done: Trial) -> None:
    user = make_user("rep")
    user.groups.add(UserGroup.objects.get_or_create(name=SALES_REPS)[0])
    client.force_login(user)

    answers = [
        ask(client, done.version, kind="preview"),
        client.get(reverse("admin:scoring_trial", args=[done.pk])),
        client.get(reverse("admin:scoring_trial_export", args=[done.pk])),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert all("/login/" in answer.url for answer in answers)


def test_whoever_may_only_look_sees_no_button_and_changes_nothing(client: Client, done: Trial) -> None:
    user = make_user("looks", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_scoringversion"))
    client.force_login(user)

    shown = page(client, "scoring_trials", done.version_id)
    asked = ask(client, done.version, kind="preview")
    cancelled = client.post(reverse("admin:scoring_cancel_trial", args=[done.pk]))

    assert "Run a preview" not in shown
    assert [asked.status_code, cancelled.status_code] == [403, 403]


def test_who_waits_sees_a_bar_that_asks_for_itself_anew(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    ask(client, draft, kind="preview")
    trial = Trial.objects.get()
    began = timezone.now() - timedelta(seconds=30)
    Trial.objects.update(state="running", started_at=began, heard_at=timezone.now(), done=60, total=100)

    shown = page(client, "scoring_trial", trial.pk)
    fragment = page(client, "scoring_trial_progress", trial.pk)

    for html in (shown, fragment):
        assert 'hx-trigger="every 1s"' in html
        assert "60 % done, about 20 seconds left" in html
    assert "<noscript>" in shown
    assert "<html" not in fragment


def test_the_bar_of_what_has_ended_has_the_page_loaded_anew(
    client: Client, marketer: User, done: Trial
) -> None:
    response = client.get(reverse("admin:scoring_trial_progress", args=[done.pk]))

    assert response.headers["HX-Refresh"] == "true"


def test_a_marketer_cancels(client: Client, marketer: User, draft: ScoringVersion) -> None:
    ask(client, draft, kind="preview")
    trial = Trial.objects.get()

    response = client.post(reverse("admin:scoring_cancel_trial", args=[trial.pk]), follow=True)

    trial.refresh_from_db()
    assert trial.state == State.CANCELLED
    assert "left nothing behind" in response.content.decode()


def test_a_preview_begins_with_its_headline_and_has_a_table_behind_each_drawing(
    client: Client, marketer: User, done: Trial
) -> None:
    html = page(client, "scoring_trial", done.pk)

    assert html.index("1 person would become an MQL at once") < html.index("Scores before and after")
    assert html.count("<svg") == html.count("as a table</summary>")
    assert "The version was edited since" not in html


def test_a_preview_of_rules_that_were_edited_says_so(client: Client, marketer: User, done: Trial) -> None:
    ScoringVersion.objects.filter(pk=done.version_id).update(threshold=45)

    html = page(client, "scoring_trial", done.pk)

    assert "The version was edited since" in html
    assert "Run it again" in html


def test_a_preview_against_what_is_live_no_more_says_so(client: Client, marketer: User, done: Trial) -> None:
    ScoringVersion.objects.filter(pk=done.against_id).update(status="retired", retired_at=timezone.now())

    assert "Another version is live by now" in page(client, "scoring_trial", done.pk)


def test_a_failure_is_told(client: Client, marketer: User, done: Trial) -> None:
    Trial.objects.update(state="failed", error="No worker brought it to its end. Ask for it again.")

    assert "No worker brought it to its end" in page(client, "scoring_trial", done.pk)


def test_the_people_are_listed_by_change_and_found_by_name(
    client: Client, marketer: User, done: Trial
) -> None:
    listed = page(client, "scoring_trial_people", done.pk, "?change=opens")
    found = page(client, "scoring_trial_people", done.pk, "?q=byron")
    nobody = page(client, "scoring_trial_people", done.pk, "?q=nobody&change=no_more")

    for html in (listed, found):
        assert "ada@acme.example" in html
        assert reverse("admin:scoring_person", args=[done.version_id]) in html
    assert "ada@acme.example" not in nobody


def test_the_list_asks_as_much_for_many_as_for_few(client: Client, marketer: User, done: Trial) -> None:
    address = reverse("admin:scoring_trial_people", args=[done.pk])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    people = [make_contact() for _ in range(5)]
    TrialContact.objects.bulk_create(TrialContact(trial=done, contact=one, change="opens") for one in people)

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)


def exported(client: Client, trial: Trial, query: str = "") -> list[list[str]]:
    response = client.get(reverse("admin:scoring_trial_export", args=[trial.pk]) + query)
    assert isinstance(response, StreamingHttpResponse)
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def test_the_people_are_exported_with_what_changes(client: Client, marketer: User, done: Trial) -> None:
    head, *rows = exported(client, done, "?change=opens")

    assert head[:4] == ["change", "email", "name", "company"]
    assert [row[:4] for row in rows] == [
        ["Would become an MQL at once", "ada@acme.example", "Ada Byron", "Acme"]
    ]


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+49", "-1+1", "@SUM(A1)"])
def test_an_export_holds_no_formula(client: Client, marketer: User, done: Trial, title: str) -> None:
    contact = make_contact("eve@acme.example", job_title=title)
    TrialContact.objects.create(trial=done, contact=contact, change="up")

    [_, row] = exported(client, done, "?change=up")

    assert row[4] == f"'{title}"


def test_a_backtest_shows_what_came_of_it(
    client: Client, marketer: User, draft: ScoringVersion, monkeypatch: Any
) -> None:
    monkeypatch.setattr(trials, "connection_beside", lambda: nullcontext(connection))
    ask(client, draft, kind="backtest", weeks="2")
    trial = Trial.objects.get()
    trials.run(trial.pk)
    trial.refresh_from_db()

    html = page(client, "scoring_trial", trial.pk)

    assert trial.state == State.DONE, trial.error
    assert "2 weeks back" in html


def test_a_draft_is_deleted_with_its_trials_without_a_list_of_their_people(
    client: Client, marketer: User, done: Trial
) -> None:
    address = reverse("admin:scoring_scoringversion_delete", args=[done.version_id])

    asked = client.get(address).content.decode()
    client.post(address, {"post": "yes"})

    assert "with its rules, personas and trials" in asked
    assert "ada@acme.example" not in asked
    assert not Trial.objects.exists()


def test_addresses_that_lead_nowhere_are_not_found(client: Client, marketer: User) -> None:
    answers = [
        client.get(reverse(f"admin:{name}", args=[999_999]))
        for name in ("scoring_trials", "scoring_trial", "scoring_trial_people", "scoring_trial_progress")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
