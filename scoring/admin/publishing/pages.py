"""The page that publishes a version or rolls back, with all that whoever decides should have seen."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from crm.admin.base import acting_user
from crm.errors import HandoffError
from scoring.admin.publishing.form import PaceForm, PublishForm
from scoring.admin.publishing.status import MAY_PUBLISH
from scoring.differences import differences
from scoring.flood_guard import current_preview, guarded
from scoring.model_check import errors_of
from scoring.models import Publication, ScoringVersion, Trial
from scoring.pause import pause, resume
from scoring.personas import check_personas
from scoring.plan_publication import cancel_plan, plan
from scoring.publish import change_pace, publish, roll_back
from scoring.seen import seen_version
from scoring.trials import newest_preview
from scoring.versions import spec_of


class PublishingPages:
    """Views over `model_admin`'s versions. Each asks for the permission to publish."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def publish_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What changes, the preview, the personas, and the form. A post publishes, or plans it for later."""
        _refuse_others(request)
        version = get_object_or_404(ScoringVersion, pk=object_id)
        current = current_preview(version, at=timezone.now())
        expected = current.result["opens"] if current else None
        seen = {"seen": seen_version(version)}
        form = PublishForm(request.POST or None, expected=expected, initial=seen)
        if request.method == "POST" and form.is_valid() and self._published(request, version, form):
            return _to_list()
        context = self._context(request, version, form, current)
        return TemplateResponse(
            request, "admin/scoring/publish.html", context, status=422 if form.errors else 200
        )

    def _published(self, request: HttpRequest, version: ScoringVersion, form: PublishForm) -> bool:
        now, given = timezone.now(), form.cleaned_data
        decided: dict[str, Any] = {
            "by": acting_user(request),
            "at": now,
            "why": given["why"],
            "pace": form.pace,
            "expected": form.expected,
            "seen": given["seen"],
        }
        try:
            if given["due_at"]:
                plan(version, due_at=given["due_at"], **decided)
                when = timezone.localtime(given["due_at"])
                said = f"{version} goes live on {when:%A %-d %B at %H:%M}."
            else:
                publish(version, **decided)
                said = f"{version} is live. Everyone is being scored anew."
        except HandoffError as error:
            for fault in error.errors:
                form.add_error(None, str(fault))
            return False
        messages.success(request, said)
        return True

    def _context(
        self,
        request: HttpRequest,
        version: ScoringVersion,
        form: PublishForm,
        current: Trial | None,
    ) -> dict[str, Any]:
        live, spec = ScoringVersion.objects.live(), spec_of(version)
        former = spec_of(live) if live else None
        changes = differences(former, spec)
        faults = errors_of(spec)
        personas = [] if faults else check_personas(spec, at=timezone.now(), against=former)
        return {
            **self.model_admin.admin_site.each_context(request),
            "title": f"Publish version {version.number}",
            "subtitle": version.name,
            "opts": self.model_admin.model._meta,
            "version": version,
            "is_draft": version.status == ScoringVersion.Status.DRAFT,
            "live": live,
            "form": form,
            "trial": newest_preview(version),
            "current": current,
            "guard": settings.FLOOD_GUARD,
            "changes": [(place, list(some)) for place, some in groupby(changes, lambda each: each.place)],
            "faults": faults,
            "personas": personas,
            "broken": [result for result in personas if not result.as_expected],
            "planned": Publication.objects.planned().filter(version=version).first(),
        }

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """One click: no more MQLs open at once than the guard allows, and the others day by day. A second click on the
        same page changes nothing.
        """
        _refuse_others(request)
        pace, said = guarded(), request.POST.get("seen", "")
        seen = int(said) if said.isdecimal() else 0
        try:
            version = roll_back(by=acting_user(request), at=timezone.now(), pace=pace, seen=seen)
        except HandoffError as error:
            messages.error(request, error.in_words)
        else:
            messages.success(
                request,
                f"{version} is live again. Everyone is being scored anew. Of those who qualify by that alone, at most "
                f"{pace.now} open now and {pace.per_day} each working day.",
            )
        return _to_list()

    def pause(self, request: HttpRequest) -> HttpResponse:
        _refuse_others(request)
        try:
            pause(by=acting_user(request), at=timezone.now(), why=request.POST.get("why", "").strip()[:2000])
        except HandoffError as error:
            messages.error(request, error.in_words)
        else:
            messages.success(request, "No MQL opens until you resume. Scoring goes on.")
        return _to_list()

    def resume(self, request: HttpRequest) -> HttpResponse:
        _refuse_others(request)
        try:
            waiting = resume(by=acting_user(request), at=timezone.now())
        except HandoffError as error:
            messages.error(request, error.in_words)
        else:
            messages.success(
                request, f"MQLs open again. {waiting:,} contacts over the threshold are being looked at."
            )
        return _to_list()

    def change_pace(self, request: HttpRequest) -> HttpResponse:
        """For those who are held back: another pace."""
        _refuse_others(request)
        form = PaceForm(request.POST, expected=0, asked=True)
        if not form.is_valid():
            messages.error(
                request, " ".join(str(error) for errors in form.errors.values() for error in errors)
            )
            return _to_list()
        try:
            change_pace(form.pace)
        except HandoffError as error:
            messages.error(request, error.in_words)
        else:
            messages.success(request, "Those who wait open at the new pace, beginning within a minute.")
        return _to_list()

    def cancel_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        _refuse_others(request)
        publication = get_object_or_404(Publication, pk=object_id)
        try:
            cancel_plan(publication)
        except HandoffError as error:
            messages.error(request, error.in_words)
        else:
            messages.success(request, f"{publication.version} stays a draft.")
        return _to_list()


def _refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_PUBLISH):
        raise PermissionDenied


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:scoring_scoringversion_changelist"))
