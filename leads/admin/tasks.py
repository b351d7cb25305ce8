"""Tasks and notifications, to look up."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from crm.admin.base import ReadOnlyAdmin
from leads.models import Notification, Task


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "contact", "assignee", "due_at", "done_at", "outcome")
    list_select_related = ("contact", "assignee")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("done_at", admin.EmptyFieldListFilter),
        ("assignee", admin.RelatedOnlyFieldListFilter),
        ("due_at", RangeDateFilter),
    )
    search_fields = ("title", "contact__email", "contact__first_name", "contact__last_name")
    ordering = ("-due_at", "-pk")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("text", "user", "kind", "created_at", "read_at")
    list_select_related = ("user",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("read_at", admin.EmptyFieldListFilter),
        ("user", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("text",)
