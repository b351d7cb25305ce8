"""Assigning, recycling or disqualifying many MQLs: first what will happen to each, then what did, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from leads import seen
from leads.actions import TIME_TO_UNDO
from leads.bulk import MOST, VERDICTS, Deed, Planned, carry_out, may_be_given, plan, take_back
from leads.forms import AssignForm, TurnDownForm
from leads.models import Mql
from leads.seen import Seen
from leads.verdict import assign, give_verdict
from leads.views.requests import PageRequest
from leads.views.verdicts import said

Act = Callable[[Mql, Seen | None], Mql]

LONGEST_QUERY = 2000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: PageRequest) -> HttpResponse:
    """`action` and, for each MQL, `mql` say what to do to which. A GET shows what would happen, a POST does it."""
    sent = request.POST if request.method == "POST" else None
    asked = sent if sent is not None else request.GET
    deed = Deed(asked["action"]) if asked.get("action") in Deed.values else None
    planned = plan(_numbers(asked, "mql"), deed, by=request.user) if deed else []
    if deed is None or not planned:
        raise Http404
    form = _form(deed, request.user, sent)
    context = {"deed": deed, "form": form, "back": asked.get("back", "")[:LONGEST_QUERY], "most": MOST}
    if not form.is_valid():
        missing = len(_numbers(asked, "mql")) - len(planned)
        context |= {
            "planned": planned,
            "missing": missing,
            "count": sum(not each.refusal for each in planned),
        }
        return render(request, "leads/bulk.html", context, status=422 if form.is_bound else 200)
    at = timezone.now()
    return render(request, "leads/bulk_done.html", {**context, **_do(request, deed, form, planned, at)})


@login_required
@require_POST
def undo_bulk(request: PageRequest) -> HttpResponse:
    """Take back what one has just done to many: each `action` by itself."""
    asked = _numbers(request.POST, "action")[:MOST]
    refusals = take_back(asked, by=request.user, at=timezone.now())
    if not refusals:
        raise Http404
    if undone := refusals.count(""):
        messages.success(request, f"Taken back: {undone} of {len(refusals)} are as before.")
    for refusal, number in Counter(filter(None, refusals)).items():
        messages.error(request, f"Not taken back: {number} of {len(refusals)}. {refusal}")
    back = request.POST.get("back", "")[:LONGEST_QUERY]
    return redirect(reverse("inbox") + (f"?{back}" if back else ""))


def _do(
    request: PageRequest, deed: Deed, form: forms.Form, planned: list[Planned], at: datetime
) -> dict[str, object]:
    tokens = (seen.read(text, request.user) for text in request.POST.getlist("seen"))
    shown = {token.mql: token for token in tokens if token}
    rows = carry_out(
        [each.mql for each in planned], _act(deed, form, request.user, at), seen=shown, by=request.user, at=at
    )
    return {
        "rows": rows,
        "count": sum(not row.refusal for row in rows),
        "seconds": int(TIME_TO_UNDO.total_seconds()),
    }


def _act(deed: Deed, form: forms.Form, user: User, at: datetime) -> Act:
    if deed == Deed.ASSIGN:
        owner = form.cleaned_data["owner"]
        return lambda mql, shown: assign(mql, owner, by=user, at=at, seen=shown)
    answers = said(form)
    return lambda mql, shown: give_verdict(mql, VERDICTS[deed], by=user, at=at, seen=shown, **answers)


def _form(deed: Deed, user: User, sent: QueryDict | None) -> forms.Form:
    if deed == Deed.ASSIGN:
        return AssignForm(may_be_given(user), sent)
    return TurnDownForm(VERDICTS[deed], sent)


def _numbers(asked: QueryDict, name: str) -> list[int]:
    """The numbers that are asked for as `name`, each once. What is none is left out."""
    texts = asked.getlist(name)
    return list(dict.fromkeys(int(text) for text in texts if text.isdecimal() and len(text) < 19))
