"""MQLs, to look up: verdicts are given on the pages of reps."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RangeNumericFilter,
)
from unfold.decorators import display

from crm.admin.base import ReadOnlyAdmin, ReadOnlyInline
from leads.models import Mql, Task


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Open"),
            ("unassigned", "Open, without an owner"),
            ("overdue", "Open, first touch overdue"),
            ("closed", "Closed"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mql]) -> QuerySet[Mql]:
        is_open = Q(closed_at=None)
        wanted = {
            "open": is_open,
            "unassigned": is_open & Q(owner=None),
            "overdue": is_open & Q(first_touched_at=None, due_at__lt=timezone.now()),
            "closed": ~is_open,
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class TaskInline(ReadOnlyInline):
    model = Task
    fields = ("title", "kind", "assignee", "due_at", "done_at", "outcome")
    ordering = ("due_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return super().get_queryset(request).select_related("assignee")


@admin.register(Mql)
class MqlAdmin(ReadOnlyAdmin):
    list_display = (
        "contact",
        "company",
        "grade",
        "total",
        "owner",
        "state",
        "opened_at",
        "due_at",
        "closed_at",
    )
    list_select_related = ("contact__company", "owner")
    list_filter = (
        StateFilter,
        ("verdict", ChoicesDropdownFilter),
        ("owner", admin.RelatedOnlyFieldListFilter),
        ("total", RangeNumericFilter),
        ("opened_at", RangeDateFilter),
    )
    search_fields = ("contact__email", "contact__first_name", "contact__last_name", "contact__company__name")
    search_help_text = "A part of the contact's name or e-mail address, or of the company's name."
    inlines = (TaskInline,)
    fieldsets = (
        (None, {"fields": ("page", ("contact", "owner"), "routed_because", ("opened_at", "due_at"))}),
        ("Score when it opened", {"fields": (("grade", "total"), ("fit", "engagement"), "version")}),
        (
            "Verdict",
            {
                "fields": (
                    ("first_touched_at", "accepted_at", "accepted_by"),
                    ("verdict", "reason"),
                    ("closed_at", "closed_by"),
                    "note",
                    ("budget", "authority"),
                    ("need", "timeline"),
                )
            },
        ),
    )
    readonly_fields = ("page",)

    @display(description="company", ordering="contact__company__name")
    def company(self, mql: Mql) -> str:
        return str(mql.contact.company or "")

    @display(
        description="state",
        label={
            "Open": "info",
            "Accepted": "primary",
            "Qualified (SQL)": "success",
            "Recycled to nurture": "warning",
            "Disqualified": "danger",
        },
    )
    def state(self, mql: Mql) -> str:
        return mql.get_verdict_display() or ("Accepted" if mql.accepted_at else "Open")

    @display(description="page")
    def page(self, mql: Mql) -> str:
        return format_html(
            '<a href="{}">Open it as the rep sees it, with its reasons</a>', reverse("mql", args=[mql.pk])
        )
