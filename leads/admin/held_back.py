"""Who is held back after a change of the scoring rules, and how it ended."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.base import ReadOnlyAdmin
from leads.models import HeldBack
from scoring.models import Publication


@admin.register(HeldBack)
class HeldBackAdmin(ReadOnlyAdmin):
    list_display = ("contact", "score", "version", "held_at", "state", "ended_at")
    list_select_related = ("contact__score", "publication__version")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), ("because", ChoicesDropdownFilter))
    search_fields = ("=contact__email",)
    ordering = ("-contact__score__total", "contact_id", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HeldBack]:
        current = Publication.objects.current()
        waits = Q(publication=current, ended_at=None)
        return super().get_queryset(request).annotate(waits=ExpressionWrapper(waits, BooleanField()))

    @display(description="score now", ordering="contact__score__total")
    def score(self, held: HeldBack) -> str:
        return str(held.contact.score.total)

    @display(description="by", ordering="publication")
    def version(self, held: HeldBack) -> str:
        return str(held.publication.version)

    @display(description="state", ordering="because", label={"Waiting": "warning"})
    def state(self, held: Any) -> str:
        if held.ended_at:
            return held.get_because_display()
        return "Waiting" if held.waits else "Another version went live"
