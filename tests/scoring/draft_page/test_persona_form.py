"""A persona is filled in as a form, and what comes of it is told beside it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import Persona, ScoringVersion
from scoring.spec import PersonaSpec
from scoring.versions import spec_of
from tests.scoring.draft_page.conftest import MODEL, by_htmx, form_of, html_of, part

pytestmark = pytest.mark.django_db


def test_a_persona_is_filled_in_as_a_form(client: Client, draft: ScoringVersion) -> None:
    sent = {
        "name": "Reader", "qualifies": "no", "job_title": "VP Sales", "company_employees": "400",
        "more": "properties.plan = pro\ncompany.revenue = 5000000\nopted_out = yes",
        "did-TOTAL_FORMS": 2, "did-INITIAL_FORMS": 0,
        "did-0-kind": "page_view", "did-0-subject": "/pricing", "did-0-days_ago": "0.5", "did-0-times": "3",
        "did-0-more": "campaign = spring\nproperties.seats = 80",
    }  # fmt: skip

    answer = by_htmx(client, part(draft, "new-persona"), sent, "new-persona")

    assert answer.status_code == 200
    assert spec_of(draft).personas[1] == PersonaSpec(
        "Reader",
        False,
        {
            "job_title": "VP Sales",
            "company": {"employees": 400, "revenue": 5_000_000},
            "properties": {"plan": "pro"},
            "opted_out": True,
        },
        (
            {
                "kind": "page_view",
                "subject": "/pricing",
                "days_ago": 0.5,
                "times": 3,
                "campaign": "spring",
                "properties": {"seats": 80},
            },
        ),
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"company_employees": "many"}, "not a whole number"),
        ({"more": "shoe_size = 42"}, "is no detail"),
        ({"more": "just words"}, "says nothing"),
        ({"email": "nobody"}, "address"),
        ({"did-0-subject": "/pricing"}, "Write what they did"),
        ({"did-0-kind": "Page View"}, "is no kind"),
        ({"did-0-kind": "call", "did-0-times": "often"}, "not a whole number"),
        ({"name": ""}, "required"),
    ],
)
def test_a_fault_of_a_persona_is_told_beside_its_field(
    client: Client, draft: ScoringVersion, typed: dict[str, str], told: str
) -> None:
    pk = Persona.objects.get().pk

    answer = client.post(part(draft, "persona", pk), form_of(client, draft, "persona", pk, **typed))

    opened = answer.context["opened"]
    assert answer.status_code == 422
    assert told in f"{opened.form.errors}{opened.rows.errors}"
    assert spec_of(draft) == MODEL


def test_a_broken_persona_says_what_it_came_to(client: Client, draft: ScoringVersion) -> None:
    pk = Persona.objects.get().pk

    html = html_of(client.get(reverse("admin:scoring_draft_results", args=[draft.pk]), {"persona": [pk]}))

    assert f"#persona-{pk}-result" in html
    assert "Broken:" in html
    assert "scored 30 of 60" in html


def test_a_persona_is_tried_while_it_is_typed(client: Client, draft: ScoringVersion) -> None:
    pk = Persona.objects.get().pk
    typed = {"did-0-kind": "webinar_attended", "did-0-days_ago": "0"}
    sent = form_of(client, draft, "persona", pk, **typed)

    html = html_of(client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "persona", pk]), sent))

    assert "Does not become an MQL" in html
    assert "scored 50 of 60" in html
    assert "Webinar attended" in html
    assert spec_of(draft) == MODEL
