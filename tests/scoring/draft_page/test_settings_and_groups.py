"""The settings of a draft are saved in their panel, and its groups added, renamed and deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from scoring.models import Dimension, Group, ScoringVersion
from scoring.spec import DecaySpec, GroupSpec
from scoring.versions import spec_of
from tests.scoring.draft_page.conftest import MODEL, by_htmx, form_of, html_of, page_of, part

pytestmark = pytest.mark.django_db


def test_the_settings_are_saved_in_their_panel(client: Client, draft: ScoringVersion) -> None:
    sent = form_of(client, draft, "settings", threshold="75", fit_grades="90, 60, 30", decay_kind="none")

    answer = by_htmx(client, part(draft, "settings"), sent, "settings")

    assert "75 points" in html_of(answer)
    spec = spec_of(ScoringVersion.objects.get(pk=draft.pk))
    assert (spec.threshold, spec.fit_grades, spec.decay) == (75, (90, 60, 30), DecaySpec())
    assert replace(spec, threshold=60, fit_grades=MODEL.fit_grades, decay=MODEL.decay) == MODEL


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"fit_grades": "10, 20, 30"}, "fit_grades"),
        ({"decay_kind": "step", "decay_days": ""}, "decay_days"),
        ({"max_fit": "-1"}, "max_fit"),
        ({"threshold": ""}, "threshold"),
    ],
)
def test_a_fault_of_the_settings_is_told_beside_its_field(
    client: Client, draft: ScoringVersion, typed: dict[str, str], field: str
) -> None:
    answer = client.post(part(draft, "settings"), form_of(client, draft, "settings", **typed))

    assert answer.status_code == 422
    assert field in answer.context["opened"].form.errors
    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == MODEL


def test_groups_are_added_renamed_and_deleted(client: Client, draft: ScoringVersion) -> None:
    sent = {"name": "Role", "dimension": "fit", "min_points": "-20", "max_points": "35"}
    client.post(part(draft, "new-group"), sent)
    role = Group.objects.get(name="Role").pk
    client.post(part(draft, "group", role), form_of(client, draft, "group", role, name="Position"))
    learning = Group.objects.get(name="Learning").pk
    opened = client.get(page_of(draft), {"open": f"delete-group-{learning}"}).context["opened"]

    client.post(part(draft, "delete-group", learning), {"seen": opened.seen})

    assert spec_of(draft).groups == (*MODEL.groups[:2], GroupSpec("Position", Dimension.FIT, -20, 35))


def test_a_group_with_rules_stays_of_its_kind(client: Client, draft: ScoringVersion) -> None:
    pk = Group.objects.get(name="Intent").pk

    client.post(part(draft, "group", pk), form_of(client, draft, "group", pk, dimension="fit"))

    assert Group.objects.get(pk=pk).dimension == "engagement"


def test_bounds_the_wrong_way_round_are_refused(client: Client, draft: ScoringVersion) -> None:
    pk = Group.objects.get(name="Intent").pk

    answer = client.post(part(draft, "group", pk), form_of(client, draft, "group", pk, min_points="50"))

    assert answer.status_code == 422
    assert "min_points" in answer.context["opened"].form.errors
