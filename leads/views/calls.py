"""Calls, logged from an MQL or from a contact's page, and what comes next. Dialogs where htmx runs, and else pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from crm.errors import Invalid
from leads.calls import log_call
from leads.contact_forms import CallForm, NextStepForm, add_faults
from leads.models import Task
from leads.models.plan import CallOutcome
from leads.next_step import NextStep, agree, of_task, suggested
from leads.views.detail import mql_context, readable
from leads.views.place import Place, of_contact, of_mql
from leads.views.requests import PageRequest
from leads.wrong_number import is_wrong_number

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def call_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Log a call about an MQL."""
    return _call(of_mql(request, pk))


@login_required
@require_http_methods(FORM_METHODS)
def call_contact(request: PageRequest, pk: int) -> HttpResponse:
    """Log a call to a contact. It counts for their open MQL, where the caller may work that."""
    return _call(of_contact(request, pk))


@login_required
@require_http_methods(FORM_METHODS)
def next_of_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Agree to what comes next about an MQL, or change it. `task` or the call's `outcome` say what is proposed."""
    return _next(of_mql(request, pk))


@login_required
@require_http_methods(FORM_METHODS)
def next_of_contact(request: PageRequest, pk: int) -> HttpResponse:
    """Agree to what comes next for a contact, or change it."""
    return _next(of_contact(request, pk))


def _call(place: Place) -> HttpResponse:
    request, contact = place.request, place.contact
    form = CallForm(place.sent)
    if form.is_valid():
        try:
            said, at = form.cleaned_data, timezone.now()
            logged = log_call(contact, mql=place.workable_mql(), by=request.user, at=at, **said)
        except Invalid as fault:
            add_faults(form, fault)
        else:
            return _logged(place, CallOutcome(said["outcome"]), logged.next_step)
    context = {
        "contact": contact,
        "form": form,
        "action": request.get_full_path(),
        "back": place.page,
        "number_is_wrong": is_wrong_number(contact),
    }
    return place.dialog("call", context, status=422 if form.is_bound else 200)


def _logged(place: Place, outcome: CallOutcome, step: NextStep | None) -> HttpResponse:
    """A word about the call, and what comes next: in the dialog, while the pane behind it shows the call.

    Nothing is asked where nothing comes next, or what does happens by itself.
    """
    said = f"The call to {place.contact.name} is logged: {outcome.label}."
    if step is None or step.is_certain:
        return place.done(f"{said} Next: {step.title}, {_when(step.due_at)}." if step else said)
    known = {"task": str(step.task.pk)} if step.task else {"outcome": outcome.value}
    action = place.address("next", **known)
    if not place.request.htmx:
        messages.success(place.request, said)
        return redirect(action)
    context = {**_step_context(place, step), "action": action, "said": said}
    if place.mql:
        shown = get_object_or_404(readable(place.request.user), pk=place.mql.pk)
        context |= {**mql_context(place.request, shown), "behind": True}
    response = render(place.request, "leads/_next_step.html", context)
    return trigger_client_event(response, "mql-changed", after="settle")


def _when(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def _next(place: Place) -> HttpResponse:
    step = _proposed(place)
    form = NextStepForm(place.sent)
    if form.is_valid():
        try:
            task = agree(
                place.contact,
                **form.cleaned_data,
                task=step.task,
                mql=place.workable_mql(),
                by=place.request.user,
                at=timezone.now(),
            )
        except Invalid as fault:
            add_faults(form, fault)
        else:
            return place.done(f"“{task.title}” is on the list for {_when(task.due_at)}.")
    context = {**_step_context(place, step), "action": place.request.get_full_path()}
    if form.is_bound:
        context["form"] = form
    return place.dialog("next_step", context, status=422 if form.is_bound else 200)


def _proposed(place: Place) -> NextStep:
    """What the address says is proposed: an open task of the contact, or what suits the outcome of a call."""
    asked, user = place.request.GET, place.request.user
    if task := asked.get("task", ""):
        found = Task.objects.visible_to(user).filter(contact=place.contact)
        return of_task(get_object_or_404(found, pk=task if task.isdecimal() else 0))
    outcome = asked.get("outcome", "")
    known = CallOutcome(outcome) if outcome in CallOutcome.values else CallOutcome.CONNECTED
    return suggested(place.contact, known, by=user, at=timezone.now())


def _step_context(place: Place, step: NextStep) -> dict[str, Any]:
    return {
        "contact": place.contact,
        "step": step,
        "form": NextStepForm(initial={"title": step.title, "due_at": step.due_at}),
        "back": place.page,
    }
