"""Teams, reps and the reasons of verdicts: what administrators keep."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from crm.admin.base import HandoffAdmin
from leads.models import Rep, Team, VerdictReason


class RepInline(TabularInline):
    model = Rep
    extra = 0
    fields = ("user", "available", "capacity")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        return super().get_queryset(request).select_related("user")


@admin.register(Team)
class TeamAdmin(HandoffAdmin):
    list_display = ("name", "lead", "reps")
    list_select_related = ("lead",)
    search_fields = ("name",)
    autocomplete_fields = ("lead",)
    inlines = (RepInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(number=Count("reps"))

    @display(description="reps", ordering="number")
    def reps(self, team: Any) -> int:
        return int(team.number)


@admin.register(Rep)
class RepAdmin(HandoffAdmin):
    list_display = ("user", "team", "available", "capacity", "open_mqls")
    list_editable = ("available",)
    list_select_related = ("user", "team")
    list_filter = ("team", "available")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    autocomplete_fields = ("user", "team")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        held = Count("user__mqls", filter=Q(user__mqls__closed_at=None))
        return super().get_queryset(request).annotate(held=held)

    @display(description="open MQLs", ordering="held")
    def open_mqls(self, rep: Any) -> int:
        return int(rep.held)


@admin.register(VerdictReason)
class VerdictReasonAdmin(HandoffAdmin):
    """A reason that was given is text on its MQL: taking one off the list changes nothing that was said."""

    list_display = ("text", "verdict", "active", "position")
    list_editable = ("active", "position")
    list_filter = ("verdict", "active")
    search_fields = ("text",)
