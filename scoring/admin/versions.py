"""Versions: drafts edited, checked and published; any of them exported, or made a draft of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
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
from django.utils.formats import date_format
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from crm.admin.base import HandoffAdmin, acting_user
from crm.errors import HandoffError
from crm.models import User
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.settings_form import SettingsForm
from scoring.admin.draft_page.urls import opened_by
from scoring.admin.draft_page.urls import urls as draft_urls
from scoring.admin.one_person import person_urls
from scoring.admin.publishing import live_status, publishing_urls
from scoring.admin.publishing.status import MAY_PUBLISH
from scoring.admin.trials import trial_urls
from scoring.admin.version_import import ImportForm
from scoring.edit import delete_draft
from scoring.model_file import read_file, write_model
from scoring.model_import import import_model
from scoring.model_lists import lists_of
from scoring.models import ScoringVersion
from scoring.versions import add_draft, save_draft, spec_of

STATUS_COLOURS = {"Draft": "warning", "Live": "success", "Retired": "info"}


@admin.register(ScoringVersion)
class ScoringVersionAdmin(HandoffAdmin):
    form = SettingsForm
    list_display = ("number", "name", "state", "made", "why", "made_from_version", "rules", "went_live")
    list_display_links = ("number", "name")
    list_select_related = ("created_by", "published_by", "made_from")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("name", "note")
    list_before_template = "admin/scoring/_live_status.html"
    actions = None
    actions_list = ("import_file",)
    actions_detail = (
        "publish_version",
        "make_draft",
        "see_trials",
        "see_person",
        {"title": "More", "icon": "more_horiz", "items": ["export_file", "delete_draft"]},
    )
    fieldsets = (
        (None, {"fields": (("name", "note"),)}),
        (
            "When somebody qualifies",
            {
                "fields": (
                    "threshold",
                    ("min_fit", "min_engagement"),
                    ("max_fit", "max_engagement"),
                    ("requalify_after_days", "restart_engagement_on_recycle"),
                )
            },
        ),
        (
            "How points fade, and grades",
            {
                "fields": (
                    "decay_kind",
                    ("decay_days", "decay_percent"),
                    ("fit_grades", "engagement_grades"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScoringVersion]:
        return super().get_queryset(request).annotate(rules_number=Count("groups__rules"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A published or retired version shows no editable field to anybody."""
        return bool(super().has_change_permission(request, obj)) and self._is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._is_open(obj)

    def _is_open(self, obj: Any) -> bool:
        """Whether `obj` (a version, its id as actions have it in their address, or none) may be edited."""
        if isinstance(obj, ScoringVersion):
            return obj.status == ScoringVersion.Status.DRAFT
        drafts = ScoringVersion.objects.filter(status=ScoringVersion.Status.DRAFT)
        return obj is None or drafts.filter(pk=obj).exists()

    @display(description="state", ordering="status", label=STATUS_COLOURS)
    def state(self, version: ScoringVersion) -> str:
        live = version.status == ScoringVersion.Status.PUBLISHED
        return "Live" if live else version.get_status_display()

    @display(description="made", ordering="created_at")
    def made(self, version: ScoringVersion) -> str:
        return _when_and_who(version.created_at, version.created_by)

    @display(description="why")
    def why(self, version: ScoringVersion) -> str:
        return Truncator(version.note).chars(120)

    @display(description="made from", ordering="made_from__number")
    def made_from_version(self, version: ScoringVersion) -> str:
        return f"Version {version.made_from.number}" if version.made_from else ""

    @display(description="went live", ordering="published_at")
    def went_live(self, version: ScoringVersion) -> str:
        return _when_and_who(version.published_at, version.published_by)

    @display(description="rules")
    def rules(self, version: Any) -> int:
        return int(version.rules_number)

    def get_urls(self) -> list[URLPattern]:
        return [
            *draft_urls(self),
            *publishing_urls(self),
            *trial_urls(self),
            *person_urls(self),
            *super().get_urls(),
        ]

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

    def get_deleted_objects(
        self, objs: Iterable[ScoringVersion], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What a deletion takes away. Not row by row: a trial names thousands of people."""
        versions = list(objs)
        said = [f"{version}, with its rules, personas and trials" for version in versions]
        planned = [str(plan) for version in versions for plan in version.publications.planned()]
        return said, {"scoring models": len(versions)}, set(), planned

    def delete_model(self, request: HttpRequest, obj: ScoringVersion) -> None:
        delete_draft(obj, by=acting_user(request), at=timezone.now())

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"threshold": 60, "fit_grades": [75, 50, 25], "engagement_grades": [75, 50, 25]}

    def save_model(self, request: HttpRequest, obj: ScoringVersion, form: Any, change: bool) -> None:
        add_draft(obj, by=acting_user(request), at=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: ScoringVersion, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, f"{obj} is an empty draft. Give it a group, then rules.", messages.SUCCESS)
        return self._page(obj)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._is_open(object_id) and request.user.has_perm(MAY_PUBLISH)

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

    @action(description="Preview and backtest", url_path="to-trials", icon="science", permissions=["view"])
    def see_trials(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scoring_trials", args=[object_id]))

    @action(description="One person", url_path="to-person", icon="person_search", permissions=["view"])
    def see_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scoring_person", args=[object_id]))

    @action(description="Export as a file", url_path="export", icon="download", permissions=["view"])
    def export_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        name = f"scoring-version-{version.number}.yaml"
        spec = spec_of(version)
        return HttpResponse(
            write_model(spec, lists_of(spec)),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @action(
        description="Make a draft",
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

    @action(description="Delete the draft", url_path="to-delete", icon="delete", permissions=["delete"])
    def delete_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scoring_scoringversion_delete", args=[object_id]))

    @action(description="Import a file", url_path="import", icon="upload_file", permissions=["add"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        if form.is_valid():
            try:
                file = read_file(form.cleaned_data["text"])
                imported = import_model(
                    file, by=acting_user(request), at=timezone.now(), note=form.cleaned_data["note"]
                )
            except HandoffError as error:
                for fault in error.errors:
                    form.add_error(None, str(fault))
            else:
                lists = f" Made for it: the list {', '.join(imported.lists)}." if imported.lists else ""
                said = f"{imported.draft} is a draft. Check its personas, then publish it.{lists}"
                self.message_user(request, said, messages.SUCCESS)
                return self._page(imported.draft)
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


def _when_and_who(at: datetime | None, by: User | None) -> str:
    """ "12 Mar 2026 by mary", as far as it is known."""
    if at is None:
        return ""
    day = date_format(timezone.localtime(at), "j M Y")
    return f"{day} by {by.get_username()}" if by else day
