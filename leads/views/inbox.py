"""The inbox: open MQLs by urgency, and one MQL with everything that a rep needs to decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.models import User
from leads import keyset
from leads.deadlines import note_hours
from leads.models import Mql
from leads.models.mql import MqlQuerySet
from leads.queues import URGENCY, Queue, first_queue, in_queue, sizes
from leads.views.detail import explanation_context, mql_context, readable, timeline_context
from leads.views.requests import PageRequest, asks_for

PAGE = 30
UNTOUCHED, TOUCHED = "Waiting for a first touch", "In progress"


@login_required
@require_safe
def inbox(request: PageRequest) -> HttpResponse:
    """The queue that the address names, a page at a time."""
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
    return render(request, "leads/inbox.html", {**queue_context(request), **context})


def queue_context(request: PageRequest) -> dict[str, Any]:
    """What the list is rendered from: the queue's page, and how many each queue holds."""
    queue, search = _asked(request)
    rows = _rows(request.user, queue, search)
    page = keyset.page(rows, URGENCY, after=request.GET.get("after", ""), size=PAGE)
    note_hours(page.rows)
    counts = sizes(request.user)
    return {
        "queue": queue,
        "search": search,
        # Every link of a row takes these along.
        "kept": urlencode({"queue": queue.value, **({"q": search} if search else {})}),
        "page": page,
        "rows": list(_with_headings(page)),
        "queues": [(each, counts[each]) for each in Queue],
    }


def next_in_queue(request: PageRequest) -> Mql | None:
    """The most pressing MQL of the queue that the address names."""
    return _rows(request.user, *_asked(request)).by_urgency().first()


def _rows(user: User, queue: Queue, search: str) -> MqlQuerySet:
    """Open MQLs with what a row shows of other tables."""
    return in_queue(user, queue, search=search).select_related("contact__company", "owner")


def _asked(request: PageRequest) -> tuple[Queue, str]:
    """The queue and the search that the address names."""
    queue = request.GET.get("queue", "")
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    return Queue(queue) if queue in Queue.values else first_queue(request.user), search


def _with_headings(page: keyset.Page[Mql]) -> Iterator[tuple[str, Mql]]:
    """Each row with the heading that belongs above it, which is empty within a section."""
    section = _heading(page.seen[0]) if page.seen else ""
    for row in page.rows:
        heading = _heading(row.first_touched_at)
        yield ("" if heading == section else heading), row
        section = heading


def _heading(first_touched_at: object) -> str:
    return TOUCHED if first_touched_at else UNTOUCHED
