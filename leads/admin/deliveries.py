"""The outbox: what waits, what left, and what could not be delivered and may be tried anew."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from crm.admin.base import ReadOnlyAdmin
from leads import outbox
from leads.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "template",
        "recipient",
        "state_label",
        "attempts",
        "created_at",
        "next_attempt_at",
        "sent_at",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("recipient", "key")
    actions = ("replay",)

    @display(
        description="state",
        ordering="state",
        label={"Sent": "success", "Waiting": "info", "Dead letter": "danger"},
    )
    def state_label(self, delivery: Delivery) -> str:
        return delivery.get_state_display()

    def has_replay_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("leads.change_delivery")

    @action(description="Try the dead letters among them again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        number = outbox.replay(queryset, at=timezone.now())
        if number:
            self.message_user(request, f"{number} will be tried again.", messages.SUCCESS)
        else:
            self.message_user(
                request, "None of them is a dead letter: nothing to try again.", messages.WARNING
            )
