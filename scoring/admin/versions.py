"""Versions: drafts edited, checked and published; any of them exported, or made a draft of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from crm.admin.base import acting_user
from crm.errors import HandoffError
from scoring.admin.drafts import DraftAdmin, is_draft
from scoring.admin.version_import import ImportForm
from scoring.model_check import errors_of
from scoring.model_file import read_model, write_model
from scoring.models import Group, Rule, ScoringVersion
from scoring.personas import check_personas
from scoring.publish import publish
from scoring.versions import add_draft, save_draft, spec_of

STATUS_COLOURS = {"Draft": "warning", "Published": "success", "Retired": "info"}


class VersionForm(forms.ModelForm):
    fit_grades = SimpleArrayField(
        forms.FloatField(),
        min_length=3,
        max_length=3,
        help_text="Points from which fit is A, B and C.",
        widget=UnfoldAdminTextInputWidget,
    )
    engagement_grades = SimpleArrayField(
        forms.FloatField(),
        min_length=3,
        max_length=3,
        help_text="Points from which engagement is 1, 2 and 3.",
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = ScoringVersion
        fields = (
            "name", "note", "threshold", "min_fit", "min_engagement", "max_fit", "max_engagement",
            "requalify_after_days", "restart_engagement_on_recycle", "decay_kind", "decay_days", "decay_percent",
            "fit_grades", "engagement_grades",
        )  # fmt: skip


class GroupInline(TabularInline):
    model = Group
    fields = ("name", "dimension", "min_points", "max_points", "position")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: ScoringVersion | None = None) -> bool:
        return bool(super().has_add_permission(request, obj)) and (obj is None or is_draft(obj))

    def has_change_permission(self, request: HttpRequest, obj: ScoringVersion | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and (obj is None or is_draft(obj))

    def has_delete_permission(self, request: HttpRequest, obj: ScoringVersion | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and (obj is None or is_draft(obj))


@admin.register(ScoringVersion)
class ScoringVersionAdmin(DraftAdmin):
    form = VersionForm
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
    inlines = (GroupInline,)
    actions_list = ("import_file",)
    actions_detail = (
        "publish_version",
        "try_personas",
        {"title": "More", "icon": "more_horiz", "items": ["export_file", "make_draft"]},
    )
    change_form_after_template = "admin/scoring/version_parts.html"
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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        version = ScoringVersion.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        parts = self._parts(version, request) if version else {}
        return super().change_view(request, object_id, form_url, {**parts, **(extra_context or {})})

    def _parts(self, version: ScoringVersion, request: HttpRequest) -> dict[str, Any]:
        """What the template below the form lists."""
        rules = (
            Rule.objects.filter(group__version=version).select_related("group").prefetch_related("conditions")
        )
        return {
            "groups": version.groups.order_by("position", "pk"),
            "rules": rules.order_by("group__position", "group__pk", "position", "pk"),
            "personas": version.personas.all(),
            "may_edit": self.has_change_permission(request, version),
        }

    def save_model(self, request: HttpRequest, obj: ScoringVersion, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            add_draft(obj, by=acting_user(request), at=timezone.now())

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request, object_id)

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_add_permission(request))

    @action(
        description="Publish",
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
        dialog={
            "title": "Publish this version?",
            "description": "It becomes the live model, the one before it retires, and everyone is scored anew. "
            "A published version never changes. It is refused where a rule has a fault or a persona breaks.",
            "form_class": None,
            "form_submit_text": "Publish",
        },
    )
    def publish_version(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        try:
            publish(version, by=acting_user(request), at=timezone.now())
        except HandoffError as error:
            self._tell(request, error)
        else:
            self.message_user(request, f"{version} is live. Everyone is being scored anew.", messages.SUCCESS)
        return self._page(version)

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

    def _tell(self, request: HttpRequest, error: HandoffError) -> None:
        for fault in error.errors:
            self.message_user(request, str(fault), messages.ERROR)
