"""What live pages ask for besides the stream, which `leads.live` answers before any view is reached."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from leads.models import Mql, MqlAction, Notification
from leads.views.requests import PageRequest


@login_required
@require_safe
def live_elsewhere(request: PageRequest) -> HttpResponse:
    """Where the server cannot keep answers open (WSGI), there is no live news: 204 makes the page stop asking."""
    return HttpResponse(status=204)


@login_required
@require_safe
def bell(request: PageRequest) -> HttpResponse:
    """The bell as it stands now, with what was said last, for a browser's own notification."""
    newest = Notification.objects.filter(user=request.user).unread().first()
    return render(request, "leads/_bell.html", {"newest": newest})


@login_required
@require_safe
def mql_change(request: PageRequest, pk: int) -> HttpResponse:
    """Above an open MQL that has changed meanwhile: who changed it, and a way to see it."""
    changed = get_object_or_404(Mql.objects.visible_to(request.user), pk=pk)
    action = MqlAction.objects.filter(mql=changed).select_related("by").first()
    return render(request, "leads/_mql_changed.html", {"mql": changed, "action": action})
