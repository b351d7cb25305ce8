"""Groups have a page too, for what is deleted or looked for; they are edited with their version."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from scoring.admin.drafts import DraftAdmin
from scoring.models import Group, ScoringVersion


@admin.register(Group)
class GroupAdmin(DraftAdmin):
    list_display = ("name", "version", "dimension", "min_points", "max_points", "position")
    list_select_related = ("version",)
    list_filter = (("version", RelatedDropdownFilter), ("dimension", ChoicesDropdownFilter))
    search_fields = ("name",)
    ordering = ("-version__number", "position", "pk")
    fields = ("version", "name", "dimension", ("min_points", "max_points"), "position")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "version":
            kwargs["queryset"] = ScoringVersion.objects.filter(status=ScoringVersion.Status.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def version_of(self, obj: Group) -> ScoringVersion | None:
        return obj.version if obj.version_id else None
