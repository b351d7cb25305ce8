"""The page of one person side by side, and the suggestions of its field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from crm.models import Contact
from scoring.admin.one_person.forms import MadeUpForm, RecordedForm
from scoring.explain import Explanation, explain
from scoring.model_check import errors_of
from scoring.model_file import write_person
from scoring.models import Persona, ScoringVersion
from scoring.personas import check_personas
from scoring.side_by_side import Row, in_the_way, rows
from scoring.spec import PersonaSpec
from scoring.versions import spec_of

HERE = "admin/scoring/one_person"
SUGGESTED = 10
LEAST_TYPED = 2


@dataclass(frozen=True, slots=True)
class Side:
    """What one version makes of the person."""

    version: ScoringVersion
    explanation: Explanation

    @property
    def in_the_way(self) -> list[str]:
        return in_the_way(self.explanation)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The person under the live version, if another one is looked at and one is live, and under the version."""

    at: datetime
    before: Side | None
    after: Side
    contact: Contact | None = None

    @property
    def rows(self) -> list[Row]:
        return rows(self.before.explanation if self.before else None, self.after.explanation)

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)


class PersonPages:
    """Views over `model_admin`'s versions, for whoever may see them and contacts."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def person(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The forms, and below them the comparison that the address, or the one who was made up, asks for."""
        version = get_object_or_404(ScoringVersion, pk=object_id)
        self._refuse_others(request, version)
        live = ScoringVersion.objects.live()
        faults = errors_of(spec_of(version))
        recorded = RecordedForm(request.GET if "email" in request.GET else None)
        made_up = MadeUpForm(request.POST or None, initial=_begun(version, request.GET.get("persona", "")))
        comparison = None
        if not faults and made_up.is_valid():
            comparison = _made_up(made_up.cleaned_data["person"], version, live)
        elif not faults and not made_up.is_bound and recorded.is_valid():
            given = recorded.cleaned_data
            comparison = _recorded(given["email"], version, live, given["at"])
        context = {
            **self.model_admin.admin_site.each_context(request),
            "title": f"One person under version {version.number}",
            "opts": self.model_admin.model._meta,
            "version": version,
            "faults": faults,
            "recorded": recorded,
            "made_up": made_up,
            "making_up": made_up.is_bound or "persona" in request.GET,
            "personas": version.personas.all(),
            "comparison": comparison,
            "others": ScoringVersion.objects.filter(status="draft").exclude(pk=version.pk)[:SUGGESTED],
            "query": request.GET.urlencode(),
        }
        status = 422 if made_up.errors else 200
        return TemplateResponse(request, f"{HERE}/page.html", context, status=status)

    def under_newest(self, request: HttpRequest) -> HttpResponse:
        """The same under the newest draft, or else the live version: for links that know of no version."""
        drafts = ScoringVersion.objects.filter(status=ScoringVersion.Status.DRAFT)
        version = drafts.order_by("-number").first() or ScoringVersion.objects.live()
        if version is None:
            raise Http404("There is no draft, and no version is live.")
        address = reverse("admin:scoring_person", args=[version.pk])
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    def search(self, request: HttpRequest) -> HttpResponse:
        """Options for what was typed so far."""
        self._refuse_others(request)
        typed = request.GET.get("email", "").strip()[:200]
        found = Contact.objects.none()
        if len(typed) >= LEAST_TYPED:
            found = Contact.objects.matching(typed).select_related("company")[:SUGGESTED]
        return TemplateResponse(request, f"{HERE}/_options.html", {"contacts": found})

    def _refuse_others(self, request: HttpRequest, version: ScoringVersion | None = None) -> None:
        sees_versions = self.model_admin.has_view_permission(request, version)
        if not sees_versions or not request.user.has_perm("crm.view_contact"):
            raise PermissionDenied


def _begun(version: ScoringVersion, persona_id: str) -> dict[str, Any]:
    """What the field of whoever is made up begins with: a persona of the version that the address names."""
    if not persona_id.isdecimal() or len(persona_id) > 18:
        return {}
    row = Persona.objects.filter(version=version, pk=persona_id).first()
    if row is None:
        return {}
    spec = PersonaSpec(row.name, row.qualifies, row.contact, tuple(row.activities))
    return {"person": write_person(spec)}


def _recorded(
    contact: Contact, version: ScoringVersion, live: ScoringVersion | None, at: datetime | None
) -> Comparison | None:
    now = timezone.now()

    def side(of: ScoringVersion) -> Side | None:
        found = explain([contact.pk], at=at or now, version=of, past=at is not None)
        return Side(of, found[contact.pk]) if contact.pk in found else None

    after = side(version)
    before = side(live) if live and live != version else None
    return Comparison(at or now, before, after, contact) if after else None


def _made_up(person: PersonaSpec, version: ScoringVersion, live: ScoringVersion | None) -> Comparison:
    now = timezone.now()

    def side(of: ScoringVersion) -> Side:
        [result] = check_personas(replace(spec_of(of), personas=(person,)), at=now)
        return Side(of, result.explanation)

    return Comparison(now, side(live) if live and live != version else None, side(version))
