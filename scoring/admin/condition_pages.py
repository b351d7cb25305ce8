"""What rows of conditions ask while they are edited: hints, whether a row is right, how many people they name."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from unfold.sites import UnfoldAdminSite

from scoring.admin.condition_hints import hints
from scoring.admin.condition_values import read_condition
from scoring.admin.conditions import list_names
from scoring.condition_check import condition_faults
from scoring.fields import Audience, Scope, canonical
from scoring.head_count import head_count
from scoring.models import Dimension, Op
from scoring.spec import ConditionSpec
from scoring.survey_jobs import ask_to_survey

SCOPES: dict[str, Scope] = {str(scope): scope for scope in (*Dimension, *Audience)}
MOST_ROWS = 50


def urls(site: UnfoldAdminSite) -> list[URLPattern]:
    return [
        path("conditions/", site.admin_view(told), name="scoring_conditions"),
        path("conditions/check/", site.admin_view(checked), name="scoring_conditions_check"),
        path("conditions/count/", site.admin_view(counted), name="scoring_conditions_count"),
    ]


def _refuse_whoever_edits_none(request: HttpRequest) -> None:
    """Suggestions and counts say what is in the data: they are for whoever may see segments."""
    if not request.user.has_perm("scoring.view_segment"):
        raise PermissionDenied


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """The hints of a scope. What is old is counted anew in the background, for whoever comes next."""
    _refuse_whoever_edits_none(request)
    scope = SCOPES.get(request.GET.get("scope", ""))
    if scope is None:
        return HttpResponseBadRequest("The scope is fit, engagement or people.")
    ask_to_survey()
    return JsonResponse(hints(scope))


@require_POST
def checked(request: HttpRequest) -> HttpResponse:
    """What is wrong with one row, as pairs of a place and a sentence. A field alone may be asked about too."""
    _refuse_whoever_edits_none(request)
    scope = SCOPES.get(request.POST.get("scope", ""))
    if scope is None:
        return HttpResponseBadRequest("The scope is fit, engagement or people.")
    field, op = request.POST.get("field", ""), request.POST.get("op", "")
    if op in Op.values:
        faults = read_condition(
            field, op, request.POST.get("typed_value", ""), scope=scope, lists=list_names()
        ).faults
    else:
        faults = tuple(_faults_of_field(canonical(field.strip()), scope))
    return JsonResponse({"faults": faults})


def _faults_of_field(field: str, scope: Scope) -> list[tuple[str, str]]:
    faults = condition_faults(ConditionSpec(field, Op.KNOWN), scope, (), set())
    return [("field", f"{fault.problem}: {fault.mend}.") for fault in faults if fault.path[0] == "field"]


@require_POST
def counted(request: HttpRequest) -> HttpResponse:
    """The people for whom all rows hold, with three of them; or why that cannot be said yet."""
    _refuse_whoever_edits_none(request)
    names = ("field", "op", "typed_value")
    columns = [request.POST.getlist(name)[:MOST_ROWS] for name in names]
    lists = list_names()
    readings = [
        read_condition(field, op, text, scope=Audience.PEOPLE, lists=lists) if op in Op.values else None
        for field, op, text in zip(*columns, strict=False)
        if field.strip()
    ]
    sound = [reading.condition for reading in readings if reading and reading.condition]
    context = {
        "unready": len(readings) - len(sound),
        "rows": len(readings),
        "people": head_count(sound, at=timezone.now()) if sound and len(sound) == len(readings) else None,
    }
    return render(request, "admin/scoring/_head_count.html", context)
