"""Scores and how they moved. Only evaluations write them: there is nothing to edit here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, RangeNumericFilter
from unfold.decorators import display

from crm.admin.base import ReadOnlyAdmin
from scoring.models import DrainRequest, Pending, Score, ScoreChange

STANDING_COLOURS = {"Over the threshold": "success", "Fast-tracked": "success", "Disqualified": "danger"}
WHOLE_ADDRESS = "A contact's whole e-mail address."


class FitGradeFilter(DropdownFilter):
    title = "fit"
    parameter_name = "fit_grade"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(letter, letter) for letter in "ABCD"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Score]) -> QuerySet[Score]:
        return queryset.filter(grade__startswith=self.value()) if self.value() else queryset


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ("contact", "grade", "total", "fit", "engagement", "standing", "version", "changed_at")
    list_select_related = ("contact", "version")
    list_filter = (FitGradeFilter, "crosses", "disqualified", "fast_tracked", ("total", RangeNumericFilter))
    search_fields = ("=contact__email",)
    search_help_text = WHOLE_ADDRESS
    ordering = ("-total", "contact")
    sortable_by = ()

    @display(description="standing", label=STANDING_COLOURS)
    def standing(self, score: Score) -> str:
        if score.disqualified:
            return "Disqualified"
        if score.fast_tracked:
            return "Fast-tracked"
        return "Over the threshold" if score.crosses else "Below"


@admin.register(ScoreChange)
class ScoreChangeAdmin(ReadOnlyAdmin):
    list_display = ("contact", "at", "before", "after", "grade_to", "because_of", "version")
    list_select_related = ("contact", "version")
    search_fields = ("=contact__email",)
    search_help_text = WHOLE_ADDRESS
    # In the order in which they were written: only the primary key gives the newest of millions at once.
    ordering = ("-pk",)
    sortable_by = ()

    @display(description="from")
    def before(self, change: ScoreChange) -> str:
        return f"{change.fit_from + change.engagement_from}"

    @display(description="to")
    def after(self, change: ScoreChange) -> str:
        return f"{change.fit_to + change.engagement_to}"

    @display(description="because of")
    def because_of(self, change: ScoreChange) -> str:
        names = [str(rule["rule"]) for rule in change.because]
        return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if names[2:] else "")


@admin.register(Pending)
class PendingAdmin(ReadOnlyAdmin):
    list_display = ("contact", "marked_at", "attempts", "not_before", "last_error")
    list_select_related = ("contact",)
    search_fields = ("=contact__email",)
    search_help_text = WHOLE_ADDRESS
    ordering = ("marked_at", "contact")
    sortable_by = ()


@admin.register(DrainRequest)
class DrainRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "requested_at")
