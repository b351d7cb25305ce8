"""What a rep decides about an MQL. Each form is a page of its own, and opens in a dialog where htmx runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import retarget, trigger_client_event

from crm.errors import Conflict, Forbidden, HandoffError, Invalid
from leads import actions, seen
from leads.come_back import ComingBack
from leads.forms import QualifyForm, TurnDownForm
from leads.models import Mql, MqlAction, Verdict
from leads.templatetags.verdicts import tag_of
from leads.undo import undo
from leads.verdict import Bant, accept, assign, give_verdict
from leads.views.detail import mql_context, readable
from leads.views.inbox import next_in_queue
from leads.views.requests import PageRequest

MqlView = Callable[[PageRequest, Mql], HttpResponse]


def _of_mql(view: MqlView) -> Callable[[PageRequest, int], HttpResponse]:
    """Find the MQL for `view`. Whoever was shown it before it went to another team is told where it went, and whoever
    was second sees how it stands now.
    """

    @wraps(view)
    def answer(request: PageRequest, pk: int) -> HttpResponse:
        mql = readable(request.user).filter(pk=pk).first()
        if mql:
            try:
                return view(request, mql)
            except (Conflict, Forbidden) as refused:
                if not request.htmx:
                    raise
                return _refused(request, mql, refused)
        shown = _seen(request)
        lost = (
            Mql.objects.select_related("owner").filter(pk=pk).first() if shown and shown.mql == pk else None
        )
        if not lost:
            raise Http404
        if request.htmx:
            raise seen.taken(lost)
        messages.error(request, seen.taken(lost).in_words)
        return redirect("inbox")

    return answer


@login_required
@require_POST
@_of_mql
def accept_mql(request: PageRequest, mql: Mql) -> HttpResponse:
    """Take the MQL on: the first touch is made. One without an owner becomes the rep's own."""
    at = timezone.now()
    accept(mql, by=request.user, at=at, seen=_seen(request))
    return _decided(request, mql, f"You accepted {mql.contact}.", at=at)


@login_required
@require_POST
@_of_mql
def claim_mql(request: PageRequest, mql: Mql) -> HttpResponse:
    """Make an MQL without an owner the rep's own."""
    at = timezone.now()
    assign(mql, request.user, by=request.user, at=at, seen=_seen(request))
    return _decided(request, mql, f"{mql.contact} is yours.", at=at)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_of_mql
def qualify_mql(request: PageRequest, mql: Mql) -> HttpResponse:
    """Hand the MQL on as an SQL, with what is known of budget, authority, need and timeline."""
    form = QualifyForm(_sent(request))
    return _close(request, mql, form, Verdict.QUALIFIED, "is an SQL now.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_of_mql
def recycle_mql(request: PageRequest, mql: Mql) -> HttpResponse:
    """Give the MQL back to nurture, with the reason, and perhaps with when to come back."""
    form = TurnDownForm(Verdict.RECYCLED, _sent(request))
    return _close(request, mql, form, Verdict.RECYCLED, "went back to nurture.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_of_mql
def disqualify_mql(request: PageRequest, mql: Mql) -> HttpResponse:
    """Say that the MQL is no lead, with the reason."""
    form = TurnDownForm(Verdict.DISQUALIFIED, _sent(request))
    return _close(request, mql, form, Verdict.DISQUALIFIED, "is disqualified.")


@login_required
@require_POST
def undo_action(request: PageRequest, pk: int) -> HttpResponse:
    """Take back what one has just done to an MQL, which may belong to another team by now."""
    theirs = MqlAction.objects.filter(by=request.user) | MqlAction.objects.filter(
        mql__in=Mql.objects.visible_to(request.user)
    )
    action = get_object_or_404(theirs.select_related("mql__contact"), pk=pk)
    undo(action, by=request.user, at=timezone.now())
    return _decided(request, action.mql, f"Taken back: {action.mql.contact} is as before.", at=None)


def said(form: forms.Form) -> dict[str, Any]:
    """What a valid form says of a verdict, as `give_verdict` takes it."""
    answers = dict(form.cleaned_data)
    if isinstance(form, QualifyForm):
        return {"note": answers.pop("note"), "bant": Bant(**answers)}
    back = ComingBack(answers.pop("on_day", None), answers.pop("on_activity", False))
    return {**answers, "coming_back": back or None}


def show_faults(form: forms.Form, error: HandoffError) -> None:
    """Put each fault at the field it is in, and what is in none above them all."""
    for fault in error.errors:
        form.add_error(fault.field if fault.field in form.fields else None, f"{fault.problem}: {fault.mend}")


def _close(request: PageRequest, mql: Mql, form: forms.Form, verdict: Verdict, told: str) -> HttpResponse:
    at = timezone.now()
    if not form.is_valid():
        return _ask(request, mql, form, verdict)
    try:
        give_verdict(mql, verdict, by=request.user, at=at, seen=_seen(request), **said(form))
    except seen.Changed as changed:
        mql = get_object_or_404(readable(request.user), pk=mql.pk)
        return _ask(request, mql, form, verdict, changes=changed.changes)
    except Invalid as wrong:
        show_faults(form, wrong)
        return _ask(request, mql, form, verdict)
    return _decided(request, mql, f"{mql.contact} {told}", at=at)


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _seen(request: PageRequest) -> seen.Seen | None:
    """How the MQL stood when the form was shown that is being sent."""
    return seen.read(request.POST.get("seen", ""), request.user)


def _ask(
    request: PageRequest, mql: Mql, form: forms.Form, verdict: Verdict, changes: list[str] | None = None
) -> HttpResponse:
    """The form, alone for the dialog and else as a page: 422 when it was sent with faults, 409 when the MQL has changed
    since it was shown. What was typed stays.
    """
    if mql.closed_at:
        return redirect("mql", mql.pk)
    template = "leads/_verdict_form.html" if request.htmx else "leads/verdict.html"
    context = {
        "mql": mql,
        "form": form,
        "verdict": verdict,
        "action": request.get_full_path(),
        "changes": changes,
    }
    status = 409 if changes else 422 if form.is_bound else 200
    return retarget(render(request, template, context, status=status), "#dialog")


def _refused(request: PageRequest, mql: Mql, refused: Conflict | Forbidden) -> HttpResponse:
    """The pane as it stands now, with why nothing was changed. The list looks again."""
    shown = readable(request.user).filter(pk=mql.pk).first()
    if shown is None:
        raise refused
    messages.error(request, refused.in_words)
    return _pane(request, shown, status=refused.status)


def _decided(request: PageRequest, mql: Mql, told: str, *, at: datetime | None) -> HttpResponse:
    """The MQL as it stands after an action at `at`, with a word about it and the way back. The list looks again."""
    done = actions.undoable(request.user, at=at).filter(mql=mql, at=at).first() if at else None
    messages.success(request, told, extra_tags=tag_of(done) if done else "")
    shown = readable(request.user).filter(pk=mql.pk).first()
    if not request.htmx or shown is None:
        query = request.GET.urlencode()
        address = reverse("mql", args=[mql.pk]) if shown else reverse("inbox")
        return redirect(address + (f"?{query}" if query else ""))
    return _pane(request, shown, next_up=next_in_queue(request) if shown.closed_at else None)


def _pane(request: PageRequest, shown: Mql, *, next_up: Mql | None = None, status: int = 200) -> HttpResponse:
    context = {**mql_context(request, shown), "fragment": True, "decided": True, "next_up": next_up}
    response = retarget(render(request, "leads/_mql.html", context, status=status), "#mql-pane")
    response["HX-Reswap"] = "innerHTML scroll:#mql-pane:top show:window:top"
    return trigger_client_event(response, "mql-changed", after="settle")
