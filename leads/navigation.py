"""What the navigation of every page shows, asked for only where it is rendered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leads.models import Notification

MOST_COUNTED = 99


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `unread_notifications`, empty when there are none."""
    return {"unread_notifications": SimpleLazyObject(lambda: _unread(request))}


def _unread(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return ""
    unread = Notification.objects.filter(user=request.user).unread()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread or "")
