"""Assigning, recycling or disqualifying many MQLs: first what will happen to each, then what did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.models import User
from leads import seen
from leads.bulk import MOST, VERDICTS, Deed, Planned, carry_out, may_be_given, plan
from leads.forms import AssignForm, TurnDownForm
from leads.models import Mql
from leads.seen import Seen
from leads.verdict import assign, give_verdict
from leads.views.requests import PageRequest
from leads.views.verdicts import said

Act = Callable[[Mql, Seen | None], Mql]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: PageRequest) -> HttpResponse:
    """`action` and, for each MQL, `mql` say what to do to which. A GET shows what would happen, a POST does it."""
    sent = request.POST if request.method == "POST" else None
    asked = sent if sent is not None else request.GET
    deed = Deed(asked["action"]) if asked.get("action") in Deed.values else None
    planned = plan(_ids(asked), deed, by=request.user) if deed else []
    if deed is None or not planned:
        raise Http404
    form = _form(deed, request.user, sent)
    context = {"deed": deed, "form": form, "back": asked.get("back", "")[:2000], "most": MOST}
    if not form.is_valid():
        missing = len(_ids(asked)) - len(planned)
        context |= {
            "planned": planned,
            "missing": missing,
            "count": sum(not each.refusal for each in planned),
        }
        return render(request, "leads/bulk.html", context, status=422 if form.is_bound else 200)
    at = timezone.now()
    return render(request, "leads/bulk_done.html", {**context, **_do(request, deed, form, planned, at)})


def _do(
    request: PageRequest, deed: Deed, form: forms.Form, planned: list[Planned], at: datetime
) -> dict[str, object]:
    tokens = (seen.read(text, request.user) for text in request.POST.getlist("seen"))
    shown = {token.mql: token for token in tokens if token}
    rows = carry_out(
        [each.mql for each in planned], _act(deed, form, request.user, at), seen=shown, by=request.user, at=at
    )
    return {"rows": rows, "count": sum(not row.refusal for row in rows)}


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


def _ids(asked: QueryDict) -> list[int]:
    """The numbers that are asked for, each once. What is none is left out."""
    return list(
        dict.fromkeys(int(text) for text in asked.getlist("mql") if text.isdecimal() and len(text) < 19)
    )
