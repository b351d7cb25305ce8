"""Rules and groups are put in another order, with buttons or by dragging, and never in one that changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from scoring.models import Group, ScoringVersion
from scoring.versions import spec_of
from tests.scoring.draft_page.conftest import HTMX, MODEL, html_of, page_of, rule

pytestmark = pytest.mark.django_db


def move(client: Client, version: ScoringVersion, seen: str = "", **sent: Any) -> HttpResponse:
    seen = seen or client.get(page_of(version)).context["draft"].order.seen
    return client.post(
        reverse("admin:scoring_draft_order", args=[version.pk]),
        {"seen": seen, **sent},
        headers={**HTMX, "HX-Target": "order"},
    )


def test_a_button_moves_a_rule_one_on_without_htmx(client: Client, draft: ScoringVersion) -> None:
    seen = client.get(page_of(draft)).context["draft"].order.seen
    pk = rule("Webinar attended").pk

    answer = client.post(
        reverse("admin:scoring_draft_order", args=[draft.pk]), {"up": f"rule-{pk}", "seen": seen}
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{page_of(draft)}#rule-{pk}")
    assert [one.name for one in spec_of(draft).rules][:2] == ["Webinar attended", "Pricing page viewed"]


def test_what_was_dropped_into_another_group_stands_there(client: Client, draft: ScoringVersion) -> None:
    pk, learning = rule("Pricing page viewed").pk, Group.objects.get(name="Learning").pk

    answer = move(client, draft, moved=f"rule-{pk}", group=learning, before="")

    assert "“Pricing page viewed” is number 1 of 1 in Learning." in html_of(answer)
    assert rule("Pricing page viewed").group_id == learning


def test_in_an_order_that_changed_nothing_moves_before_it_was_said(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Webinar attended").pk
    seen = client.get(page_of(draft)).context["draft"].order.seen
    rule("Vice president").delete()

    told = move(client, draft, seen, up=f"rule-{pk}")
    untouched = spec_of(draft)
    again = move(client, draft, up=f"rule-{pk}", again="yes")

    assert (told.status_code, told["HX-Retarget"]) == (409, "#order-changed")
    assert "“Webinar attended” before “Pricing page viewed” in Intent" in html_of(told)
    assert "Pricing page viewed, Webinar attended" in html_of(told)
    assert untouched.rules == MODEL.rules[:2]
    assert again["HX-Refresh"] == "true"
    assert spec_of(draft).rules == MODEL.rules[1::-1]


@pytest.mark.parametrize("sent", [{}, {"moved": "rule-x"}, {"moved": "persona-1"}])
def test_a_move_of_nothing_is_refused_in_words(
    client: Client, draft: ScoringVersion, sent: dict[str, str]
) -> None:
    answer = move(client, draft, **sent)

    assert answer.status_code == 400
    assert "no rule or group" in html_of(answer)
