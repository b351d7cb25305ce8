"""Publishing, planning, rolling back and pausing by the admin's pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from leads.let_go import let_go
from leads.models import Mql
from leads.roles import MARKETERS, PUBLISHERS, ensure_groups
from scoring import trials
from scoring.drain import drain
from scoring.models import Pause, Publication, Rule, ScoringVersion, Trial
from scoring.plan_publication import cancel_plan, plan
from scoring.publish import Pace, publish
from scoring.spec import PersonaSpec
from scoring.sweep import note_swept
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL, make_qualifying, make_user

pytestmark = pytest.mark.django_db

HARD = replace(SMALL_MODEL, name="Hard", threshold=95)
LIST = "/admin/scoring/scoringversion/"


@pytest.fixture
def publisher(client: Client) -> User:
    ensure_groups()
    user = make_user("pia", is_staff=True)
    user.groups.set(UserGroup.objects.filter(name__in=[MARKETERS, PUBLISHERS]))
    client.force_login(user)
    return user


@pytest.fixture
def draft(publisher: User) -> ScoringVersion:
    publish(save_draft(HARD, by=None, at=NOW), by=None, at=NOW)
    return save_draft(SMALL_MODEL, by=publisher, at=NOW)


def page_of(version: ScoringVersion) -> str:
    return reverse("admin:scoring_publish", args=[version.pk])


def previewed(version: ScoringVersion, opens: int) -> None:
    """A preview of `version` as it stands, which said that so many would open."""
    trial = trials.ask(version, Trial.Kind.PREVIEW, by=None, at=timezone.now())
    weeks = {"usual": 1, "expected_after": 1, "expected_before": 1, "asked": 1, "of": 1}
    result = {"opens": opens, "weeks": weeks, "open_mqls": 0, "up": 0, "down": 0}
    Trial.objects.filter(pk=trial.pk).update(state="done", ended_at=timezone.now(), result=result)


def asked(**given: Any) -> dict[str, Any]:
    return {"why": "", "due_at": "", "opening": "", "open_now": "", "open_per_day": "", **given}


def test_the_page_says_what_changes_and_that_personas_come_out_as_they_should(
    client: Client, draft: ScoringVersion
) -> None:
    html = client.get(page_of(draft)).content.decode()

    assert "95 → 60" in html
    assert "Run the preview" in html


def test_few_mqls_open_without_a_question(client: Client, publisher: User, draft: ScoringVersion) -> None:
    previewed(draft, opens=3)

    client.post(page_of(draft), asked(why="Sales has time"))

    current = Publication.objects.current()
    assert current is not None
    assert (current.version, current.asked_by, current.why, current.opening) == (
        draft,
        publisher,
        "Sales has time",
        "all",
    )


def test_a_flood_is_asked_about(client: Client, draft: ScoringVersion) -> None:
    previewed(draft, opens=51)

    response = client.post(page_of(draft), asked())

    assert response.status_code == 422
    assert "Those are 51: say what becomes of them." in response.content.decode()
    assert ScoringVersion.objects.live() != draft


def test_the_choice_is_kept(client: Client, draft: ScoringVersion) -> None:
    previewed(draft, opens=51)

    client.post(page_of(draft), asked(opening="paced", open_now="20", open_per_day="5"))

    current = Publication.objects.current()
    assert current is not None
    assert (current.version, current.opening, current.open_now, current.open_per_day) == (
        draft,
        "paced",
        20,
        5,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"opening": "all"}, "run the preview first"),
        ({}, "say what becomes of them"),
        ({"opening": "paced", "open_now": "5"}, "Write 1 or more"),
        ({"opening": "some"}, "not one of the available choices"),
        ({"opening": "new_only", "due_at": "2020-01-01T10:00"}, "That is past"),
        ({"opening": "new_only", "due_at": "soon"}, "Enter a valid date/time"),
        ({"opening": "paced", "open_per_day": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_makes_no_sense_is_said_and_publishes_nothing(
    client: Client, draft: ScoringVersion, given: dict[str, str], said: str
) -> None:
    response = client.post(page_of(draft), asked(**given))

    assert response.status_code == 422
    assert said in response.content.decode()
    assert ScoringVersion.objects.live() != draft


def test_a_preview_of_rules_that_changed_since_does_not_count(client: Client, draft: ScoringVersion) -> None:
    previewed(draft, opens=3)
    ScoringVersion.objects.filter(pk=draft.pk).update(threshold=50)

    response = client.post(page_of(draft), asked(opening="all"))

    assert response.status_code == 422
    assert "run the preview first" in response.content.decode()


def test_a_version_that_breaks_a_persona_is_refused_with_the_reason(
    client: Client, draft: ScoringVersion
) -> None:
    broken = save_draft(
        replace(SMALL_MODEL, personas=(PersonaSpec("Ideal customer", True, {"job_title": "VP"}),)),
        by=None,
        at=NOW,
    )

    response = client.post(page_of(broken), asked(opening="new_only"))

    html = response.content.decode()
    assert response.status_code == 422
    assert "Ideal customer" in html
    assert "must qualify and does not" in html
    assert ScoringVersion.objects.live() != broken


def test_a_version_is_planned_and_the_plan_cancelled(
    client: Client, publisher: User, draft: ScoringVersion
) -> None:
    tomorrow = timezone.localtime() + timedelta(days=1)

    client.post(page_of(draft), asked(opening="new_only", due_at=tomorrow.strftime("%Y-%m-%dT%H:%M")))
    planned = Publication.objects.planned().get()
    listed = client.get(LIST).content.decode()
    client.post(reverse("admin:scoring_cancel_plan", args=[planned.pk]))

    planned.refresh_from_db()
    assert "goes live on" in listed
    assert (planned.version, planned.asked_by, planned.state) == (draft, publisher, "cancelled")


def test_rolling_back_is_one_click_and_guarded(client: Client, draft: ScoringVersion) -> None:
    before = ScoringVersion.objects.live()
    publish(draft, by=None, at=NOW)
    button = re.search(r'name="seen" value="(\d+)"', client.get(LIST).content.decode())
    assert button is not None

    for _ in ("click", "the second of a double click"):
        client.post(reverse("admin:scoring_roll_back"), {"seen": button[1]})

    current = Publication.objects.current()
    assert current is not None
    assert (current.version, current.kind) == (before, "roll_back")
    assert (current.opening, current.open_now, current.open_per_day) == ("paced", 50, 50)


def test_pausing_and_resuming_is_one_click_each(
    client: Client, publisher: User, draft: ScoringVersion
) -> None:
    client.post(reverse("admin:scoring_pause"))
    paused = client.get(LIST).content.decode()
    client.post(reverse("admin:scoring_resume"))

    held = Pause.objects.get()
    assert "MQLs are paused" in paused
    assert (held.began_by, held.ended_by) == (publisher, publisher)


def test_all_who_are_held_back_can_be_opened_at_once(client: Client, draft: ScoringVersion) -> None:
    make_qualifying()
    drain(at=NOW)
    client.post(page_of(draft), asked(opening="new_only"))
    drain(at=NOW)
    note_swept(at=NOW)
    listed = client.get(LIST).content.decode()

    client.post(reverse("admin:scoring_change_pace"), {})
    unasked = let_go(at=NOW)
    client.post(reverse("admin:scoring_change_pace"), {"opening": "all"})
    let_go(at=NOW)

    assert "1 is held back" in listed
    assert (unasked, Mql.objects.count()) == (0, 1)


def test_a_draft_whose_plan_was_cancelled_can_be_deleted(client: Client, draft: ScoringVersion) -> None:
    planned = plan(draft, due_at=timezone.now() + timedelta(days=1), by=None, at=timezone.now(), pace=Pace())
    address = reverse("admin:scoring_scoringversion_delete", args=[draft.pk])

    client.post(address, {"post": "yes"})
    kept = ScoringVersion.objects.filter(pk=draft.pk).exists()
    cancel_plan(planned)
    client.post(address, {"post": "yes"})

    assert kept
    assert not ScoringVersion.objects.filter(pk=draft.pk).exists()


def test_what_a_colleague_changed_after_the_page_was_read_is_not_published(
    client: Client, draft: ScoringVersion
) -> None:
    previewed(draft, opens=3)
    seen = client.get(page_of(draft)).context["form"]["seen"].value()
    ScoringVersion.objects.filter(pk=draft.pk).update(note="Renamed", name="Other")
    Rule.objects.filter(group__version=draft).update(points=1)

    response = client.post(page_of(draft), asked(opening="new_only", seen=seen))

    assert response.status_code == 422
    assert "changed the draft meanwhile" in response.content.decode()


def test_a_preview_of_yesterday_does_not_say_how_many_would_open_now(
    client: Client, draft: ScoringVersion
) -> None:
    previewed(draft, opens=3)
    Trial.objects.update(ended_at=timezone.now() - timedelta(days=1, minutes=1))

    response = client.post(page_of(draft), asked(opening="all"))

    assert response.status_code == 422


@pytest.mark.parametrize(
    "name", ["scoring_roll_back", "scoring_pause", "scoring_resume", "scoring_change_pace"]
)
def test_a_marketer_who_may_not_publish_is_refused(client: Client, draft: ScoringVersion, name: str) -> None:
    marketer = make_user("mary", is_staff=True)
    marketer.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(marketer)

    posted = client.post(reverse(f"admin:{name}"))
    page = client.get(page_of(draft))

    assert (posted.status_code, page.status_code) == (403, 403)
    assert "Roll back" not in client.get(LIST).content.decode()


def test_what_is_not_posted_does_nothing(client: Client, draft: ScoringVersion) -> None:
    assert client.get(reverse("admin:scoring_roll_back")).status_code == 405
    assert client.get(reverse("admin:scoring_publish", args=[9_999_999])).status_code == 404
