"""A draft that somebody who works in marketing has open, and what its page sends and answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.models import DecayKind, Dimension, Op, Per, Rule, ScoringVersion
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft
from tests.factories import NOW, make_user

MODEL = ModelSpec(
    name="Edited",
    threshold=60,
    min_fit=20,
    decay=DecaySpec(DecayKind.HALF_LIFE, 30),
    groups=(
        GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=40),
        GroupSpec("ICP", Dimension.FIT),
        GroupSpec("Learning", Dimension.ENGAGEMENT),
    ),
    rules=(
        RuleSpec(
            "Pricing page viewed",
            "Intent",
            (
                ConditionSpec("kind", Op.EQUALS, "page_view"),
                ConditionSpec("subject", Op.STARTS_WITH, "/pricing"),
            ),
            points=10,
            max_points=25,
        ),
        RuleSpec(
            "Webinar attended",
            "Intent",
            (ConditionSpec("kind", Op.EQUALS, "webinar_attended"),),
            points=20,
            per=Per.ONCE,
        ),
        RuleSpec("Vice president", "ICP", (ConditionSpec("job_title", Op.CONTAINS, "vp"),), points=30),
    ),
    personas=(PersonaSpec("Silent VP", True, {"job_title": "VP Sales"}),),
)
PRICING = "+10 each time they view a page under /pricing, at most 25, halving every 30 days"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


@pytest.fixture
def draft(marketer: User) -> ScoringVersion:
    return save_draft(MODEL, by=marketer, at=NOW)


def page_of(version: ScoringVersion) -> str:
    return reverse("admin:scoring_scoringversion_change", args=[version.pk])


def part(version: ScoringVersion, kind: str, pk: int = 0) -> str:
    return reverse("admin:scoring_draft_part", args=[version.pk, kind, pk])


def rule(name: str) -> Rule:
    return Rule.objects.get(name=name)


def form_of(client: Client, version: ScoringVersion, kind: str, pk: int = 0, **typed: Any) -> dict[str, Any]:
    """What the open form of a part would send, with something typed over."""
    opened = client.get(part(version, kind, pk), headers=HTMX).context["opened"]
    forms = [opened.form, *(opened.rows.forms if opened.rows else [])]
    sent: dict[str, Any] = {"seen": opened.seen}
    if opened.rows:
        management = opened.rows.management_form
        sent |= {f"{management.prefix}-{name}": value for name, value in management.initial.items()}
    for form in forms:
        for name, field in form.fields.items():
            value = field.prepare_value(form.get_initial_for_field(field, name))
            sent[form.add_prefix(name)] = "" if value is None else value
    return {name: value for name, value in {**sent, **typed}.items() if value is not False}


def conditions(*rows: tuple[str, str, str]) -> dict[str, Any]:
    sent: dict[str, Any] = {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        sent |= dict(
            zip([f"conditions-{index}-{name}" for name in ("field", "op", "typed_value")], row, strict=True)
        )
    return sent


def by_htmx(client: Client, address: str, sent: dict[str, Any], target: str) -> HttpResponse:
    return client.post(address, sent, headers={**HTMX, "HX-Target": target})


def html_of(response: HttpResponse) -> str:
    return response.content.decode()
