"""Trials asked for, waited for, cancelled and read. Whoever may change drafts asks; whoever may see versions reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from crm.admin.base import BoundedPaginator, acting_user
from crm.errors import HandoffError
from scoring import trials
from scoring.admin.trials.ask_form import AskForm
from scoring.admin.trials.backtest_page import BacktestPage
from scoring.admin.trials.listed import People, exported
from scoring.admin.trials.preview_page import PreviewPage
from scoring.models import ScoringVersion, Trial
from scoring.trials import AT_WORK, State

HERE = "admin/scoring/trials"
MAY_ASK = "scoring.change_scoringversion"
SHOWN = 50
"""Trials of a version in its list, and people on a page of one."""


class TrialPages:
    """Views over `model_admin`'s versions."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def trials(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The trials of a version, the newest first, and the forms that ask for another one."""
        return self._list(request, self._version(request, object_id), AskForm())

    def ask(self, request: HttpRequest, object_id: int) -> HttpResponse:
        version = self._version(request, object_id)
        if not request.user.has_perm(MAY_ASK):
            raise PermissionDenied
        form = AskForm(request.POST)
        if form.is_valid():
            kind, by, now = form.cleaned_data["kind"], acting_user(request), timezone.now()
            try:
                trial = trials.ask(version, kind, by=by, at=now, options=form.options)
            except HandoffError as error:
                for fault in error.errors:
                    form.add_error(None, str(fault))
            else:
                return _to_trial(trial)
        return self._list(request, version, form, status=422)

    def trial(self, request: HttpRequest, trial_id: int) -> HttpResponse:
        """How far it is, or what came of it."""
        trial = self._trial(request, trial_id)
        version = trial.version
        context = {
            **self._context(request, version, f"{trial.get_kind_display()} of version {version.number}"),
            **_progress(request, trial),
            "is_of_now": trial.state != State.DONE or trials.is_of_now(trial),
            "is_current": trial.state != State.DONE or trials.is_current(trial),
            "live": ScoringVersion.objects.live(),
            "page": _page(trial) if trial.state == State.DONE else None,
        }
        return TemplateResponse(request, f"{HERE}/trial.html", context)

    def progress(self, request: HttpRequest, trial_id: int) -> HttpResponse:
        """For htmx: the bar as it is now, or the word to load the page once the trial has ended."""
        trial = self._trial(request, trial_id)
        if trial.state not in AT_WORK:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, f"{HERE}/_progress.html", _progress(request, trial))

    def cancel(self, request: HttpRequest, trial_id: int) -> HttpResponse:
        trial = self._trial(request, trial_id)
        if not request.user.has_perm(MAY_ASK):
            raise PermissionDenied
        trials.cancel(trial, at=timezone.now())
        if trial.state not in (*AT_WORK, State.CANCELLED):
            messages.info(request, "It had come to its end already.")
        return _to_trial(trial)

    def people(self, request: HttpRequest, trial_id: int) -> HttpResponse:
        """Whom it changes something for, by what changes."""
        trial = self._trial(request, trial_id)
        people = People(trial, request.GET)
        page = BoundedPaginator(people.found, SHOWN).get_page(request.GET.get("page"))
        title = f"{trial.get_kind_display()} of version {trial.version.number}: people"
        context = {
            **self._context(request, trial.version, title),
            "trial": trial,
            "people": people,
            "page": page,
        }
        return TemplateResponse(request, f"{HERE}/people.html", context)

    def export(self, request: HttpRequest, trial_id: int) -> StreamingHttpResponse:
        """The same people as a file, all of them."""
        trial = self._trial(request, trial_id)
        people = People(trial, request.GET)
        name = f"{trial.kind}-version-{trial.version.number}-{people.change or 'people'}.csv"
        return StreamingHttpResponse(
            exported(people),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _version(self, request: HttpRequest, object_id: int) -> ScoringVersion:
        version = get_object_or_404(ScoringVersion, pk=object_id)
        if not self.model_admin.has_view_permission(request, version):
            raise PermissionDenied
        return version

    def _trial(self, request: HttpRequest, trial_id: int) -> Trial:
        trial = get_object_or_404(Trial.objects.select_related("version", "against", "asked_by"), pk=trial_id)
        if not self.model_admin.has_view_permission(request, trial.version):
            raise PermissionDenied
        return trial

    def _list(
        self, request: HttpRequest, version: ScoringVersion, form: AskForm, *, status: int = 200
    ) -> HttpResponse:
        shown = version.trials.select_related("asked_by", "against").defer("model", "result")[:SHOWN]
        context = {
            **self._context(request, version, f"What version {version.number} would do"),
            "trials": shown,
            "form": form,
        }
        return TemplateResponse(request, f"{HERE}/list.html", context, status=status)

    def _context(self, request: HttpRequest, version: ScoringVersion, title: str) -> dict[str, Any]:
        return {
            **self.model_admin.admin_site.each_context(request),
            "title": title,
            "opts": self.model_admin.model._meta,
            "version": version,
            "may_ask": request.user.has_perm(MAY_ASK),
        }


def _progress(request: HttpRequest, trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial,
        "at_work": trial.state in AT_WORK,
        "percent": 100 * trial.done // trial.total if trial.total else 0,
        "left": _time_left(trial),
        "may_ask": request.user.has_perm(MAY_ASK),
    }


def _time_left(trial: Trial) -> timedelta | None:
    """Judged by how long it has taken so far; None before there is anything to judge by."""
    if not trial.done or trial.started_at is None or trial.heard_at is None:
        return None
    return (trial.heard_at - trial.started_at) * (trial.total - trial.done) / trial.done


def _page(trial: Trial) -> PreviewPage | BacktestPage:
    return PreviewPage(trial) if trial.kind == Trial.Kind.PREVIEW else BacktestPage(trial)


def _to_trial(trial: Trial) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:scoring_trial", args=[trial.pk]))
