"""What reps must do: overdue, today, coming; what was done; putting tasks off and handing them on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import retarget

from crm.models import User
from leads import sla
from leads.deadlines import note_hours
from leads.forms import OutcomeForm
from leads.keyset import Column, page
from leads.models import Rep, Task
from leads.models.task import TaskQuerySet
from leads.snooze import Snooze, snooze, times
from leads.task_forms import ReassignForm, SnoozeForm
from leads.tasks import complete, reassign
from leads.views.place import back
from leads.views.requests import PageRequest, asks_for, page_of

PAGE = 50
BY_TIME = (Column("due_at"), Column("pk"))
NEWEST_DONE = (Column("done_at", descending=True), Column("pk", descending=True))
WHOSE = {"mine": "Mine", "team": "My team"}


@login_required
@require_safe
def tasks(request: PageRequest) -> HttpResponse:
    """Tasks, one's own or the team's, a page at a time: open ones by when they are due, or what was done last."""
    return render(request, "leads/tasks.html", _list(request, request.get_full_path()))


def _list(request: PageRequest, here: str) -> dict[str, Any]:
    """What the address `here` lists."""
    query = QueryDict(urlsplit(here).query)
    whose = "team" if query.get("whose") == "team" else "mine"
    done = query.get("show") == "done"
    found, at = _tasks_of(request.user, whose), timezone.now()
    listed = found.exclude(done_at=None) if done else found.open()
    listed = listed.select_related("contact__company", "assignee", "done_by", "mql")
    shown = page(listed, NEWEST_DONE if done else BY_TIME, after=query.get("after", ""), size=PAGE)
    note_hours(shown.rows)
    return {
        "here": here,
        "query": query,
        "whose": whose,
        "choices": WHOSE.items(),
        "done": done,
        "page": shown,
        "rows": [("", row) for row in shown.rows] if done else list(_with_headings(shown.rows, at=at)),
        "numbers": {} if done or shown.seen else _numbers(found.open(), at),
        "changeable": _changeable(request.user, shown.rows),
    }


def _tasks_of(user: User, whose: str) -> TaskQuerySet:
    found = Task.objects.visible_to(user)
    if whose == "mine":
        return found.filter(assignee=user)
    return found.filter(Q(assignee__in=Rep.objects.teammates_of(user).values("user")) | Q(assignee=None))


def _changeable(user: User, rows: Sequence[Task]) -> set[int]:
    """The ids of those that `user` may act on."""
    ids = [row.pk for row in rows]
    return set(Task.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))


def _numbers(found: TaskQuerySet, at: datetime) -> dict[str, int]:
    """How many there are under each heading."""
    tonight = timezone.localtime(at).replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found.order_by().aggregate(
        Overdue=Count("pk", filter=Q(due_at__lte=at)),
        Today=Count("pk", filter=Q(due_at__gt=at, due_at__lte=tonight)),
        Coming=Count("pk", filter=Q(due_at__gt=tonight)),
    )


def _with_headings(rows: Sequence[Task], *, at: datetime) -> Iterator[tuple[str, Task]]:
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
    return _answer(request, f"Done: {task.title}.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def snooze_task(request: PageRequest, pk: int) -> HttpResponse:
    """Put a task off: until when is asked in a dialog, or on a page of its own."""
    task, at = _open_task(request.user, pk), timezone.now()
    form = SnoozeForm(_sent(request))
    if not form.is_valid():
        owner = task.assignee_id or request.user.pk
        choices = times(sla.hours_of({owner})[owner], at=at)
        return _ask(request, task, form, "leads/_snooze_form.html", choices=choices.items())
    said = form.cleaned_data
    until = Snooze(said["until"]) if said["until"] else said["moment"]
    task = snooze(task, until, by=request.user, at=at)
    return _answer(request, f"“{task.title}” is snoozed until {_plain(task.due_at)}.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reassign_task(request: PageRequest, pk: int) -> HttpResponse:
    """Give a task to a teammate: to whom is asked in a dialog, or on a page of its own."""
    task = _open_task(request.user, pk)
    form = ReassignForm(request.user, _sent(request))
    if not form.is_valid():
        return _ask(request, task, form, "leads/_reassign_form.html")
    assignee = form.cleaned_data["assignee"]
    reassign(task, assignee, by=request.user, at=timezone.now())
    return _answer(request, f"“{task.title}” is {assignee}’s now.")


def _answer(request: PageRequest, said: str) -> HttpResponse:
    """After something was done to a task: the list again where htmx sent it from there, else the page it stood on."""
    if not asks_for(request, "task-page"):
        return back(request, said, default=reverse("tasks"))
    messages.success(request, said)
    here = page_of(request, reverse("tasks"))
    return render(request, "leads/_tasks.html", {**_list(request, here), "fragment": True})


def _open_task(user: User, pk: int) -> Task:
    found = Task.objects.visible_to(user).select_related("contact", "assignee")
    return get_object_or_404(found, pk=pk)


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ask(request: PageRequest, task: Task, form: forms.Form, fragment: str, **more: Any) -> HttpResponse:
    """The form, alone for the dialog and else as a page. 422 when it was sent with faults."""
    address = request.POST.get("next") or request.GET.get("next", "")
    address = address if url_has_allowed_host_and_scheme(address, None) else reverse("tasks")
    context = {
        "task": task,
        "form": form,
        "fragment": fragment,
        "action": request.path,
        "back": address,
        # On its own page the list is swapped in place; anywhere else the page is loaded anew.
        "in_place": bool(request.htmx) and address.startswith(reverse("tasks")),
        **more,
    }
    template = fragment if request.htmx else "leads/task_form.html"
    response = render(request, template, context, status=422 if form.is_bound else 200)
    return retarget(response, "#dialog") if request.htmx else response


def _plain(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
