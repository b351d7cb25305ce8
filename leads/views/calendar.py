"""The calendar feed: its private address, made and ended by its user, and what other programs read there."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from leads.calendar import calendar_of, end_feed, make_feed, reader_of
from leads.models import CalendarFeed
from leads.views.requests import PageRequest


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A rep's open tasks in iCalendar. Whoever knows the address reads them: no one signs in."""
    now = timezone.now()
    user = reader_of(token, at=now)
    if user is None:
        raise Http404
    written = calendar_of(user, at=now)
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="handoff-tasks.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    response["ETag"] = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@login_required
@require_safe
def calendar_settings(request: PageRequest) -> HttpResponse:
    """Whether there is an address, since when, and when it was last read. The address itself is not kept."""
    return _page(request, address="")


@login_required
@require_POST
def new_calendar(request: PageRequest) -> HttpResponse:
    """Make an address and show it, this once. The one before ends."""
    token = make_feed(request.user, at=timezone.now())
    response = _page(request, address=settings.SITE_URL + reverse("calendar-feed", args=[token]))
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def end_calendar(request: PageRequest) -> HttpResponse:
    """End the address."""
    end_feed(request.user)
    messages.success(request, "The address is ended: calendars that used it read nothing any more.")
    return redirect("calendar-settings")


def _page(request: PageRequest, *, address: str) -> HttpResponse:
    feed = CalendarFeed.objects.filter(user=request.user).first()
    return render(request, "leads/calendar_settings.html", {"feed": feed, "address": address})
