"""The page of one person side by side, and the suggestions of its field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

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
from scoring.explain_differences import what_changed
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
MOST_DIGITS = 18
"""Of an id: beyond it the column has no number."""


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

    @property
    def changed(self) -> list[str]:
        """What makes the two sides differ, in sentences."""
        if self.before is None:
            return []
        was, now = spec_of(self.before.version), spec_of(self.after.version)
        return what_changed(self.before.explanation, self.after.explanation, was=was, now=now)


class PersonPages:
    """Views over `model_admin`'s versions, for whoever may see them and contacts."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def person(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The forms, and below them the comparison that the address, or the one who was made up, asks for."""
        version = get_object_or_404(ScoringVersion, pk=object_id)
        self._refuse_others(request, version)
        persona = _persona(version, request.GET.get("persona", ""))
        recorded = RecordedForm(request.GET if "email" in request.GET else None)
        begun = {"person": write_person(_spec_of(persona))} if persona else {}
        made_up = MadeUpForm(request.POST if request.method == "POST" else None, initial=begun)
        faults = errors_of(spec_of(version))
        context = {
            **self.model_admin.admin_site.each_context(request),
            "title": f"One person under version {version.number}",
            "opts": self.model_admin.model._meta,
            "version": version,
            "faults": faults,
            "recorded": recorded,
            "made_up": made_up,
            "begun_with": persona.pk if persona else None,
            "personas": version.personas.all(),
            "comparison": None if faults else _compared(version, recorded, made_up, persona),
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


def _compared(
    version: ScoringVersion, recorded: RecordedForm, made_up: MadeUpForm, persona: Persona | None
) -> Comparison | None:
    """Whoever is asked for: the one who was made up, or a persona, or a contact."""
    live = ScoringVersion.objects.live()
    if made_up.is_bound:
        return _made_up(made_up.cleaned_data["person"], version, live) if made_up.is_valid() else None
    if persona:
        return _made_up(_spec_of(persona), version, live)
    if recorded.is_valid():
        return _recorded(recorded.cleaned_data["email"], version, live, recorded.cleaned_data["at"])
    return None


def _persona(version: ScoringVersion, said: str) -> Persona | None:
    """The persona of `version` that the address names."""
    sound = said.isdecimal() and len(said) <= MOST_DIGITS
    return Persona.objects.filter(version=version, pk=said).first() if sound else None


def _spec_of(persona: Persona) -> PersonaSpec:
    return PersonaSpec(persona.name, persona.qualifies, persona.contact, tuple(persona.activities))


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
