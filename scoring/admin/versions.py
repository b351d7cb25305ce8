"""Versions: drafts edited, checked and published; any of them exported, or made a draft of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from crm.admin.base import acting_user
from crm.errors import HandoffError
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.settings_form import SettingsForm
from scoring.admin.draft_page.urls import opened_by
from scoring.admin.draft_page.urls import urls as draft_urls
from scoring.admin.drafts import DraftAdmin, is_draft
from scoring.admin.publishing import live_status, publishing_urls
from scoring.admin.publishing.status import MAY_PUBLISH
from scoring.admin.version_import import ImportForm
from scoring.model_check import errors_of
from scoring.model_file import read_model, write_model
from scoring.models import ScoringVersion
from scoring.personas import check_personas
from scoring.versions import add_draft, save_draft, spec_of

STATUS_COLOURS = {"Draft": "warning", "Published": "success", "Retired": "info"}


@admin.register(ScoringVersion)
class ScoringVersionAdmin(DraftAdmin):
    form = SettingsForm
    list_display = (
        "number",
        "name",
        "state",
        "threshold",
        "rules",
        "created_at",
        "published_at",
        "published_by",
    )
    list_display_links = ("number", "name")
    list_select_related = ("published_by",)
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("name", "note")
    readonly_fields = (
        "number",
        "status",
        "created_at",
        "created_by",
        "published_at",
        "published_by",
        "retired_at",
    )
    list_before_template = "admin/scoring/_live_status.html"
    actions_list = ("import_file",)
    actions_detail = (
        "publish_version",
        "try_personas",
        {"title": "More", "icon": "more_horiz", "items": ["export_file", "make_draft"]},
    )
    fieldsets = (
        (None, {"fields": (("number", "name", "status"), "note")}),
        (
            "When somebody qualifies",
            {
                "fields": (
                    ("threshold", "min_fit", "min_engagement"),
                    ("max_fit", "max_engagement"),
                    ("requalify_after_days", "restart_engagement_on_recycle"),
                )
            },
        ),
        (
            "How points fade, and grades",
            {"fields": (("decay_kind", "decay_days", "decay_percent"), ("fit_grades", "engagement_grades"))},
        ),
        (
            "By whom and when",
            {
                "classes": ["collapse"],
                "fields": (("created_at", "created_by"), ("published_at", "published_by"), "retired_at"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScoringVersion]:
        return super().get_queryset(request).annotate(rules_number=Count("groups__rules"))

    def version_of(self, obj: ScoringVersion) -> ScoringVersion | None:
        return obj

    @display(description="state", ordering="status", label=STATUS_COLOURS)
    def state(self, version: ScoringVersion) -> str:
        return version.get_status_display()

    @display(description="rules")
    def rules(self, version: Any) -> int:
        return int(version.rules_number)

    def get_urls(self) -> list[URLPattern]:
        return [*draft_urls(self), *publishing_urls(self), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page that edits a draft; of any other version the same page without a form."""
        versions = ScoringVersion.objects.select_related("created_by", "published_by", "made_from")
        asked = Asked(request, get_object_or_404(versions, pk=self._id(object_id)), self)
        if not self.has_view_permission(request, asked.version):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        return answer.page(asked, opened_by(asked, request.GET.get("open", "")))

    def actions_of(self, request: HttpRequest, version: ScoringVersion) -> list[dict[str, Any]]:
        """The buttons in the header of a version's page."""
        allowed = self.get_actions_detail(request, version.pk)
        actions: list[dict[str, Any]] = self._get_actions_navigation(self.actions_detail, allowed, version.pk)
        return actions

    def _id(self, said: str) -> int:
        return int(said) if said.isdecimal() else 0

    def save_model(self, request: HttpRequest, obj: ScoringVersion, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            add_draft(obj, by=acting_user(request), at=timezone.now())

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        draft = object_id is None or is_draft(self._version(object_id))
        return draft and request.user.has_perm(MAY_PUBLISH)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"status": live_status(request), **(extra_context or {})})

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_add_permission(request))

    @action(
        description="Publish",
        url_path="to-publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
    )
    def publish_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scoring_publish", args=[object_id]))

    @action(description="Check personas", url_path="personas", icon="fact_check", permissions=["view"])
    def try_personas(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        spec = spec_of(version)
        faults = errors_of(spec)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{version}: personas",
            "opts": self.model._meta,
            "version": version,
            "faults": faults,
            "results": [] if faults else check_personas(spec, at=timezone.now()),
        }
        return TemplateResponse(request, "admin/scoring/personas.html", context)

    @action(description="Export as a file", url_path="export", icon="download", permissions=["view"])
    def export_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        name = f"scoring-version-{version.number}.yaml"
        return HttpResponse(
            write_model(spec_of(version)),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @action(
        description="Make a draft of it",
        url_path="copy",
        icon="content_copy",
        permissions=["draft"],
        dialog={
            "title": "Make a draft of this version?",
            "description": "A new draft under the next number, with these rules and personas. This one stays as it is.",
            "form_class": None,
            "form_submit_text": "Make a draft",
        },
    )
    def make_draft(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        note = f"Made of version {version.number}."
        draft = save_draft(
            spec_of(version), by=acting_user(request), at=timezone.now(), note=note, made_from=version
        )
        self.message_user(request, f"{draft} is a draft of version {version.number}.", messages.SUCCESS)
        return self._page(draft)

    @action(description="Import a file", url_path="import", icon="upload_file", permissions=["add"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        if form.is_valid():
            try:
                spec = read_model(form.cleaned_data["text"])
                draft = save_draft(
                    spec, by=acting_user(request), at=timezone.now(), note=form.cleaned_data["note"]
                )
            except HandoffError as error:
                for fault in error.errors:
                    form.add_error(None, str(fault))
            else:
                self.message_user(
                    request, f"{draft} is a draft. Check its personas, then publish it.", messages.SUCCESS
                )
                return self._page(draft)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a scoring model",
            "opts": self.model._meta,
            "form": form,
        }
        return TemplateResponse(
            request, "admin/scoring/import.html", context, status=422 if form.errors else 200
        )

    def _page(self, version: ScoringVersion) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scoring_scoringversion_change", args=[version.pk]))
