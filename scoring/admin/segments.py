"""Segments: people by who they are, what they did and what they score, with how many they are as one types."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.admin.base import HandoffAdmin
from scoring.admin import condition_pages
from scoring.admin.conditions import ConditionFormSet, ConditionInline, given
from scoring.audience_words import people_words
from scoring.models import Segment, SegmentCondition


class SegmentForm(forms.ModelForm):
    class Meta:
        model = Segment
        fields = ("name", "description")
        help_texts = {
            "name": "What reps filter by, as in Hot in the Nordics.",
            "description": "What it is for, as in: whom the spring campaign is about.",
        }
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


class SegmentConditionFormSet(ConditionFormSet):
    counts_people = True

    def clean(self) -> None:
        super().clean()
        if not given(self):
            raise forms.ValidationError("Give the segment at least one condition.")


class SegmentConditionInline(ConditionInline):
    model = SegmentCondition
    formset = SegmentConditionFormSet
    min_num = 1


@admin.register(Segment)
class SegmentAdmin(HandoffAdmin):
    form = SegmentForm
    list_display = ("name", "conditions_in_words", "description")
    search_fields = ("name", "description")
    fields = ("name", "description")
    inlines = (SegmentConditionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        return super().get_queryset(request).prefetch_related("conditions")

    @display(description="who belongs to it")
    def conditions_in_words(self, segment: Segment) -> str:
        return people_words(segment.conditions.all())

    def view_on_site(self, segment: Segment) -> str:
        """The list of who belongs to it."""
        return f"{reverse('contacts')}?segment={segment.pk}"

    def get_urls(self) -> list[URLPattern]:
        """Also what the rows of all editors of conditions ask while they are edited."""
        return [*condition_pages.urls(self.admin_site), *super().get_urls()]
