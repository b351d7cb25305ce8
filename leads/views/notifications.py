"""What a user was told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.keyset import Column, page
from leads.models import Notification
from leads.views.requests import PageRequest

PAGE = 50
NEWEST = (Column("created_at", descending=True), Column("pk", descending=True))


@login_required
@require_safe
def notifications(request: PageRequest) -> HttpResponse:
    """A user's notifications, the newest first. Opening what one is about marks it read."""
    found = Notification.objects.filter(user=request.user).select_related("mql")
    shown = page(found, NEWEST, after=request.GET.get("after", ""), size=PAGE)
    return render(request, "leads/notifications.html", {"page": shown})


@login_required
@require_POST
def read_notifications(request: PageRequest) -> HttpResponse:
    """Mark everything that the user was told as read."""
    count = Notification.objects.filter(user=request.user).mark_read(at=timezone.now())
    messages.success(request, f"{count} marked as read." if count else "Nothing was unread.")
    return redirect("notifications")
