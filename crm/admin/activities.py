"""What contacts did and how they moved: to read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from crm.admin.base import ReadOnlyAdmin
from crm.models import Activity, ActivityKind, StageChange


class KindFilter(DropdownFilter):
    """The kinds that Handoff knows: asking the table which there are would read all of it."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ActivityKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Activity]) -> QuerySet[Activity]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ("what", "subject", "contact", "occurred_at", "campaign", "source", "made_by")
    list_select_related = ("contact",)
    list_filter = (KindFilter, "automated")
    search_fields = ("=contact__email",)
    search_help_text = "A contact's whole e-mail address."
    # In the order in which they were recorded: only the primary key gives the newest of millions at once.
    ordering = ("-pk",)
    sortable_by = ()

    @display(description="kind")
    def what(self, activity: Activity) -> str:
        return dict(ActivityKind.choices).get(activity.kind) or activity.kind.replace("_", " ").capitalize()

    @display(description="made by", label={"A machine": "warning"})
    def made_by(self, activity: Activity) -> str:
        return "A machine" if activity.automated else ""


@admin.register(StageChange)
class StageChangeAdmin(ReadOnlyAdmin):
    list_display = ("contact", "from_stage", "to_stage", "at", "by", "reason")
    list_select_related = ("contact", "by")
    list_filter = (("to_stage", ChoicesDropdownFilter), ("from_stage", ChoicesDropdownFilter))
    search_fields = ("=contact__email",)
    search_help_text = "A contact's whole e-mail address."
    ordering = ("-pk",)
    sortable_by = ()
