"""What a rep decides about an MQL. Each form is a page of its own, and opens in a dialog where htmx runs."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import retarget, trigger_client_event

from leads.forms import QualifyForm, TurnDownForm
from leads.models import Mql, Verdict
from leads.verdict import Bant, accept, assign, give_verdict
from leads.views.detail import mql_context, readable
from leads.views.inbox import next_in_queue
from leads.views.requests import PageRequest


@login_required
@require_POST
def accept_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Take the MQL on: the first touch is made. One without an owner becomes the rep's own."""
    mql = get_object_or_404(Mql.objects.visible_to(request.user), pk=pk)
    accept(mql, by=request.user, at=timezone.now())
    return _decided(request, mql, f"You accepted {mql.contact}.")


@login_required
@require_POST
def claim_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Make an MQL without an owner the rep's own."""
    mql = get_object_or_404(Mql.objects.visible_to(request.user), pk=pk)
    assign(mql, request.user, by=request.user, at=timezone.now())
    return _decided(request, mql, f"{mql.contact} is yours.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def qualify_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Hand the MQL on as an SQL, with what is known of budget, authority, need and timeline."""
    mql = get_object_or_404(readable(request.user), pk=pk)
    form = QualifyForm(_sent(request))
    if not form.is_valid():
        return _ask(request, mql, form, Verdict.QUALIFIED)
    note = form.cleaned_data.pop("note")
    bant = Bant(**form.cleaned_data)
    give_verdict(mql, Verdict.QUALIFIED, by=request.user, at=timezone.now(), note=note, bant=bant)
    return _decided(request, mql, f"{mql.contact} is an SQL now.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recycle_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Give the MQL back to nurture, with the reason."""
    return _turn_down(request, pk, Verdict.RECYCLED, "went back to nurture.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disqualify_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Say that the MQL is no lead, with the reason."""
    return _turn_down(request, pk, Verdict.DISQUALIFIED, "is disqualified.")


def _turn_down(request: PageRequest, pk: int, verdict: Verdict, said: str) -> HttpResponse:
    mql = get_object_or_404(readable(request.user), pk=pk)
    form = TurnDownForm(verdict, _sent(request))
    if not form.is_valid():
        return _ask(request, mql, form, verdict)
    give_verdict(mql, verdict, by=request.user, at=timezone.now(), **form.cleaned_data)
    return _decided(request, mql, f"{mql.contact} {said}")


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ask(request: PageRequest, mql: Mql, form: forms.Form, verdict: Verdict) -> HttpResponse:
    """The form, alone for the dialog and else as a page. 422 when it was sent with faults."""
    if mql.closed_at:
        return redirect("mql", mql.pk)
    template = "leads/_verdict_form.html" if request.htmx else "leads/verdict.html"
    context = {"mql": mql, "form": form, "verdict": verdict, "action": request.get_full_path()}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _decided(request: PageRequest, mql: Mql, said: str) -> HttpResponse:
    """The MQL as it stands after an action, with a word about it; the list beside it is told to look again."""
    messages.success(request, said)
    if not request.htmx:
        query = request.GET.urlencode()
        return redirect(reverse("mql", args=[mql.pk]) + (f"?{query}" if query else ""))
    shown = get_object_or_404(readable(request.user), pk=mql.pk)
    context = {
        **mql_context(request, shown),
        "fragment": True,
        "decided": True,
        "next_up": next_in_queue(request) if shown.closed_at else None,
    }
    response = retarget(render(request, "leads/_mql.html", context), "#mql-pane")
    response["HX-Reswap"] = "innerHTML scroll:#mql-pane:top show:window:top"
    return trigger_client_event(response, "mql-changed", after="settle")
