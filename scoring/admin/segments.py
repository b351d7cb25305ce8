"""Segments: people by who they are, to filter by, with how many they are now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from crm.admin.base import HandoffAdmin
from scoring.admin.conditions import FitConditionFormSet, FitConditionInline, given
from scoring.models import Segment, SegmentCondition
from scoring.segments import members

COUNTED = 10_000
"""Beyond so many members the page says that there are more: counting millions takes too long for a page."""


class SegmentConditionFormSet(FitConditionFormSet):
    def clean(self) -> None:
        super().clean()
        if not given(self):
            raise forms.ValidationError("Give the segment at least one condition.")


class SegmentConditionInline(FitConditionInline):
    model = SegmentCondition
    formset = SegmentConditionFormSet
    min_num = 1


@admin.register(Segment)
class SegmentAdmin(HandoffAdmin):
    list_display = ("name", "conditions_in_words", "description")
    search_fields = ("name", "description")
    fields = ("name", "description", "people")
    readonly_fields = ("people",)
    inlines = (SegmentConditionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        return super().get_queryset(request).prefetch_related("conditions")

    @display(description="who belongs to it")
    def conditions_in_words(self, segment: Segment) -> str:
        return " and ".join(str(condition) for condition in segment.conditions.all())

    @display(description="members now")
    def people(self, segment: Any) -> str:
        if not segment.pk:
            return "Save it, and they are counted."
        number = members(segment, at=timezone.now()).order_by()[: COUNTED + 1].count()
        return f"more than {COUNTED:,}" if number > COUNTED else f"{number:,}"
