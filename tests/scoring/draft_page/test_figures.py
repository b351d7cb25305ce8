"""Beside each rule stands whom it matches, once it is saved and while it is typed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import Condition, Group, ScoringVersion
from scoring.versions import spec_of
from tests.factories import make_activity, make_contact
from tests.scoring.draft_page.conftest import HTMX, MODEL, conditions, form_of, html_of, rule

pytestmark = pytest.mark.django_db


def test_beside_each_rule_stands_whom_it_matches(client: Client, draft: ScoringVersion) -> None:
    make_contact(job_title="VP Sales", first_name="Ada", last_name="Moor")
    make_activity(make_contact(), "page_view", subject="/pricing")
    shown = {"shown": [rule("Vice president").pk, rule("Webinar attended").pk]}

    html = html_of(client.get(reverse("admin:scoring_draft_figures", args=[draft.pk]), shown))

    vice_president = html.partition(f"rule-{rule('Vice president').pk}-figures")[2]
    assert "<strong>1</strong> of 2" in vice_president
    assert "Ada Moor" in vice_president
    assert "Matches nobody" in html.partition(f"rule-{rule('Webinar attended').pk}-warnings")[2]
    assert f"rule-{rule('Pricing page viewed').pk}-figures" not in html


def test_a_rule_with_a_fault_says_so_in_the_place_of_its_figures(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    Condition.objects.filter(rule=pk).update(field="job_titel")

    html = html_of(client.get(reverse("admin:scoring_draft_figures", args=[draft.pk]), {"shown": [pk]}))

    assert "Cannot be published" in html
    assert "did you mean job_title" in html.lower()


def test_a_rule_reads_and_counts_while_it_is_typed_and_nothing_is_saved(
    client: Client, draft: ScoringVersion
) -> None:
    make_contact(job_title="VP Sales")
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="12", name="")

    html = html_of(
        client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "rule", pk]), sent, headers=HTMX)
    )

    assert "+12 when the job title contains “vp”" in html
    assert "<strong>1</strong> of 1" in html
    assert spec_of(draft) == MODEL


def test_a_rule_that_is_typed_is_warned_of_beside_all_others(client: Client, draft: ScoringVersion) -> None:
    make_contact(job_title="VP Sales")
    group = Group.objects.get(name="ICP").pk
    sent = {
        **form_of(client, draft, "new-rule", group, name="Again", points="-30"),
        **conditions(("job_title", "contains", "vp")),
    }

    html = html_of(
        client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "new-rule", group]), sent)
    )

    assert "the two work against each other" in html


def test_a_rule_that_cannot_work_yet_is_not_counted(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = {**form_of(client, draft, "rule", pk), **conditions(("job_titel", "equals", "x"))}

    answer = client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "rule", pk]), sent)

    assert answer.status_code == 200
    assert "Once the form is filled in" in html_of(answer)
