"""Who is held back after a change of the scoring rules, and how it ended."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.base import ReadOnlyAdmin
from leads.models import HeldBack


@admin.register(HeldBack)
class HeldBackAdmin(ReadOnlyAdmin):
    list_display = ("contact", "total", "version", "held_at", "state", "ended_at")
    list_select_related = ("contact", "publication__version")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), ("because", ChoicesDropdownFilter))
    search_fields = ("=contact__email",)
    ordering = ("-total", "contact_id", "pk")

    @display(description="by", ordering="publication")
    def version(self, held: HeldBack) -> str:
        return str(held.publication.version)

    @display(description="state", ordering="because", label={"Waiting": "warning"})
    def state(self, held: HeldBack) -> str:
        return held.get_because_display() if held.ended_at else "Waiting"
