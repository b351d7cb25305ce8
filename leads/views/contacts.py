"""Contacts: found, read, and written about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from crm.models import Company, Contact
from crm.patience import in_time
from leads.forms import ContactFilter, NoteForm, TaskForm
from leads.keyset import Column, Page, page
from leads.models import Mql
from leads.notes import add_note
from leads.tasks import add_task
from leads.views.detail import (
    MANY,
    chart_of,
    current_breakdown,
    person_context,
    timeline_context,
    writing_context,
)
from leads.views.place import back
from leads.views.requests import PageRequest, asks_for, page_of
from scoring.models import Segment
from scoring.segments import belongs_q

PAGE = 50
PATIENCE_MS = 8_000
"""How long a list may take: a segment may ask of millions of activities what no index knows."""
ORDERS = {
    "newest": (Column("created_at", descending=True), Column("pk", descending=True)),
    "score": (Column("score__total", descending=True), Column("pk")),
}


@login_required
@require_safe
def contacts(request: PageRequest) -> HttpResponse:
    """Contacts by name or address, stage, segment and company, the newest or the best first, a page at a time."""
    form = ContactFilter(request.GET)
    form.is_valid()
    company = _company(request)
    context = {
        "form": form,
        "company": company,
        "page": in_time(
            lambda: _page(form.cleaned_data, company, after=request.GET.get("after", "")),
            milliseconds=PATIENCE_MS,
        ),
        "filtered": any(form.cleaned_data.get(name) for name in ("q", "stage", "segment")) or company,
        "has_segments": Segment.objects.exists(),
    }
    return render(request, "leads/contacts.html", context)


def _company(request: PageRequest) -> Company | None:
    pk = request.GET.get("company", "")
    return get_object_or_404(Company, pk=pk) if pk.isdecimal() else None


def _page(wanted: dict[str, Any], company: Company | None, *, after: str) -> Page[Contact]:
    """What `wanted` asks for. By score, whoever has not been scored yet is left out."""
    order = ORDERS.get(wanted.get("sort", ""), ORDERS["newest"])
    found = Contact.objects.select_related("company", "owner", "score")
    if wanted.get("q"):
        found = found.matching(wanted["q"])
    if wanted.get("stage"):
        found = found.filter(stage=wanted["stage"])
    if wanted.get("segment"):
        found = found.filter(belongs_q(wanted["segment"], at=timezone.now()))
    if company:
        found = found.filter(company=company)
    if order is ORDERS["score"]:
        found = found.filter(score__isnull=False)
    return page(found, order, after=after, size=PAGE)


@login_required
@require_safe
def contact(request: PageRequest, pk: int) -> HttpResponse:
    """Everything known of one contact. `show` says what the timeline tells."""
    shown = get_object_or_404(Contact.objects.select_related("company", "owner", "score__version"), pk=pk)
    if asks_for(request, "timeline"):
        return render(request, "leads/_timeline.html", timeline_context(request, shown))
    return render(request, "leads/contact.html", _contact_context(request, shown))


@login_required
@require_safe
def contact_timeline(request: PageRequest, pk: int) -> HttpResponse:
    """What happened to a contact before a moment, as the page's next entries or as a page of its own."""
    shown = get_object_or_404(Contact, pk=pk)
    context = timeline_context(request, shown)
    if asks_for(request, "timeline-earlier"):
        return render(request, "leads/_timeline_entries.html", context)
    return render(request, "leads/timeline.html", context)


@login_required
@require_POST
def note_contact(request: PageRequest, pk: int) -> HttpResponse:
    """Put a note on the contact's timeline."""
    shown = get_object_or_404(Contact.objects.select_related("company", "owner", "score__version"), pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _contact_with(request, shown, note_form=form)
    add_note(shown, **form.cleaned_data, by=request.user, at=timezone.now())
    return back(request, "Your note is on the timeline.", default=reverse("contact", args=[pk]))


@login_required
@require_POST
def task_contact(request: PageRequest, pk: int) -> HttpResponse:
    """Note something to do for the contact."""
    shown = get_object_or_404(Contact.objects.select_related("company", "owner", "score__version"), pk=pk)
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _contact_with(request, shown, task_form=form)
    task = add_task(shown, **form.cleaned_data, by=request.user, at=timezone.now())
    return back(request, f"“{task.title}” is on your list.", default=reverse("contact", args=[pk]))


def _contact_with(request: PageRequest, shown: Contact, **faulty: forms.Form) -> HttpResponse:
    """The forms again, with their faults: alone where htmx sent them, and else on the contact's page."""
    if request.htmx:
        page = page_of(request, reverse("contact", args=[shown.pk]))
        context = {
            "contact": shown,
            "pane": request.POST.get("mql", ""),
            **writing_context(request.user, page=page),
            **faulty,
        }
        response = render(request, "leads/_contact_forms.html", context, status=422)
        return reswap(retarget(response, "#write"), "outerHTML")
    return render(request, "leads/contact.html", {**_contact_context(request, shown), **faulty}, status=422)


def _contact_context(request: PageRequest, shown: Contact) -> dict[str, Any]:
    now = current_breakdown(shown)
    mqls = Mql.objects.visible_to(request.user).filter(contact=shown).select_related("owner", "closed_by")
    return {
        "breakdown": now,
        "chart": chart_of(shown, now=now.total) if now else None,
        "mqls": mqls.order_by("-opened_at", "-pk")[:MANY],
        **person_context(request, shown, page=reverse("contact", args=[shown.pk])),
    }
