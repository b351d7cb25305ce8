"""The inbox: a list of MQLs, and one MQL with everything that a rep needs to decide."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.models import Mql
from leads.views.detail import explanation_context, mql_context, readable, timeline_context
from leads.views.listing import Listing
from leads.views.requests import PageRequest, asks_for


@login_required
@require_safe
def inbox(request: PageRequest) -> HttpResponse:
    """The list that the address names, a page at a time."""
    context = queue_context(request)
    if asks_for(request, "mql-more"):
        return render(request, "leads/_mql_rows.html", context)
    if asks_for(request, "mql-list"):
        return render(request, "leads/_mql_list.html", context)
    return render(request, "leads/inbox.html", context)


@login_required
@require_safe
def mql(request: PageRequest, pk: int) -> HttpResponse:
    """One MQL, beside its queue where there is room. `?score=now` explains the score as it stands now, `show` says what
    the timeline tells.
    """
    shown = get_object_or_404(readable(request.user), pk=pk)
    if asks_for(request, "explanation"):
        return render(request, "leads/_explanation.html", explanation_context(request, shown))
    if asks_for(request, "timeline"):
        return render(request, "leads/_timeline.html", timeline_context(request, shown.contact))
    shown.notifications.filter(user=request.user).mark_read(at=timezone.now())
    context = mql_context(request, shown)
    if asks_for(request, "mql-pane"):
        return render(request, "leads/_mql.html", {**context, "fragment": True})
    return render(request, "leads/inbox.html", {**queue_context(request), **context, "opened": shown.pk})


def queue_context(request: PageRequest) -> dict[str, Any]:
    """What the list that the address names is rendered from."""
    return {**Listing(request.GET, request.user, at=timezone.now()).context(), "opened": None}


def next_in_queue(request: PageRequest) -> Mql | None:
    """The first MQL of the list that the address names."""
    return Listing(request.GET, request.user, at=timezone.now()).first()
