"""What reps must do: overdue, today, coming."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.models import User
from leads.deadlines import note_hours
from leads.forms import OutcomeForm
from leads.keyset import Column, page
from leads.models import Rep, Task
from leads.models.task import TaskQuerySet
from leads.tasks import complete
from leads.views.requests import PageRequest, page_of

PAGE = 50
BY_TIME = (Column("due_at"), Column("pk"))
WHOSE = {"mine": "Mine", "team": "My team"}


@login_required
@require_safe
def tasks(request: PageRequest) -> HttpResponse:
    """Open tasks, one's own or the team's, by the time they are due, a page at a time."""
    whose = "team" if request.GET.get("whose") == "team" else "mine"
    found = _tasks_of(request.user, whose).select_related("contact__company", "assignee", "mql")
    shown = page(found, BY_TIME, after=request.GET.get("after", ""), size=PAGE)
    note_hours(shown.rows)
    context = {
        "whose": whose,
        "choices": WHOSE.items(),
        "page": shown,
        "rows": list(_with_headings(shown.rows, at=timezone.now())),
    }
    return render(request, "leads/tasks.html", context)


def _tasks_of(user: User, whose: str) -> TaskQuerySet:
    found = Task.objects.open().visible_to(user)
    if whose == "mine":
        return found.filter(assignee=user)
    return found.filter(Q(assignee__in=Rep.objects.teammates_of(user).values("user")) | Q(assignee=None))


def _with_headings(rows: list[Task], *, at: datetime) -> Iterator[tuple[str, Task]]:
    """Each task with the heading that belongs above it, which is empty within a section."""
    section = ""
    for row in rows:
        heading = _heading(row.due_at, at)
        yield ("" if heading == section else heading), row
        section = heading


def _heading(due_at: datetime, at: datetime) -> str:
    if due_at <= at:
        return "Overdue"
    return "Today" if timezone.localdate(due_at) == timezone.localdate(at) else "Coming"


@login_required
@require_POST
def complete_task(request: PageRequest, pk: int) -> HttpResponse:
    """Mark a task done, with how it went."""
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["outcome"].as_text())
        return redirect(page_of(request, reverse("tasks")))
    complete(task, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"Done: {task.title}.")
    return redirect(page_of(request, reverse("tasks")))
