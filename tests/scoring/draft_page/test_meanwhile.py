"""Of two people at one draft, the second sees both before anything is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from scoring.models import Persona, Rule, ScoringVersion
from scoring.versions import spec_of
from tests.factories import NOW
from tests.scoring.draft_page.conftest import (
    MODEL,
    by_htmx,
    conditions,
    form_of,
    html_of,
    page_of,
    part,
    rule,
)

pytestmark = pytest.mark.django_db


def change_meanwhile(pk: int) -> None:
    Rule.objects.filter(pk=pk).update(points=99)


def test_what_somebody_changed_meanwhile_stands_beside_mine_and_nothing_is_written(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    sent = {
        **form_of(client, draft, "rule", pk, name="Vice-president"),
        **conditions(("job_title", "known", "")),
    }
    change_meanwhile(pk)

    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    html = html_of(answer)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, f"#rule-{pk}")
    assert "Somebody else changed this rule meanwhile" in html
    told = {
        each.label: (each.theirs, each.mine)
        for each in client.post(part(draft, "rule", pk), sent).context["opened"].differences
    }
    assert told == {
        "Name": ("Vice president", "Vice-president"),
        "Points": ("99", "30"),
        "Conditions": ("job_title contains vp", "job_title is known"),
    }
    assert "Keep mine" in html
    assert "Take theirs" in html
    assert rule("Vice president").points == 99


def test_once_theirs_was_seen_mine_may_be_kept(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, name="Vice-president")
    change_meanwhile(pk)
    told = client.post(part(draft, "rule", pk), sent)

    answer = client.post(part(draft, "rule", pk), {**sent, "seen": told.context["opened"].seen})

    assert answer.status_code == 302
    assert spec_of(draft).rules[2] == replace(MODEL.rules[2], name="Vice-president")


def test_what_somebody_changed_again_is_told_again(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="31")
    change_meanwhile(pk)
    told = client.post(part(draft, "rule", pk), sent)
    Rule.objects.filter(pk=pk).update(points=98)

    answer = client.post(part(draft, "rule", pk), {**sent, "seen": told.context["opened"].seen})

    assert answer.status_code == 409
    assert rule("Vice president").points == 98


def test_what_was_typed_into_a_rule_that_is_deleted_can_be_added_again(
    client: Client, draft: ScoringVersion
) -> None:
    row = rule("Vice president")
    pk = row.pk
    sent = form_of(client, draft, "rule", pk, points="31")
    row.delete()

    told = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")
    client.post(part(draft, "new-rule", row.group_id), sent)

    assert told.status_code == 409
    assert "Somebody else deleted this rule meanwhile" in html_of(told)
    assert 'value="31"' in html_of(told)
    assert spec_of(draft).rules[2] == replace(MODEL.rules[2], points=31)


def test_a_rule_that_somebody_changed_meanwhile_is_not_deleted(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    seen = form_of(client, draft, "rule", pk)["seen"]
    change_meanwhile(pk)

    answer = by_htmx(client, part(draft, "delete-rule", pk), {"seen": seen}, f"rule-{pk}")

    assert answer.status_code == 409
    assert "it was not deleted" in html_of(answer)
    assert Rule.objects.filter(pk=pk).exists()


def test_who_edits_what_is_published_meanwhile_is_told_and_changes_nothing(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="99")
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)

    page = client.post(part(draft, "rule", pk), sent, headers={"Referer": page_of(draft)}, follow=True)
    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    assert "Make a draft from it" in html_of(page)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#messages")
    assert rule("Vice president").points == 30


def test_settings_that_somebody_changed_meanwhile_stand_beside_mine(
    client: Client, draft: ScoringVersion
) -> None:
    sent = form_of(client, draft, "settings", threshold="75")
    ScoringVersion.objects.filter(pk=draft.pk).update(min_fit=30)

    answer = client.post(part(draft, "settings"), sent)

    assert answer.status_code == 409
    told = {each.label: (each.theirs, each.mine) for each in answer.context["opened"].differences}
    assert told == {"MQL from": ("60", "75"), "Fit at least": ("30", "20")}


def test_a_persona_that_somebody_changed_meanwhile_stands_beside_mine(
    client: Client, draft: ScoringVersion
) -> None:
    pk = Persona.objects.get().pk
    sent = form_of(client, draft, "persona", pk, country="Germany")
    Persona.objects.filter(pk=pk).update(qualifies=False)

    answer = client.post(part(draft, "persona", pk), sent)

    assert answer.status_code == 409
    told = {each.label: (each.theirs, each.mine) for each in answer.context["opened"].differences}
    assert told == {"Must they become an MQL?": ("no", "yes"), "Country": ("", "Germany")}
    assert Persona.objects.get().contact == {"job_title": "VP Sales"}
