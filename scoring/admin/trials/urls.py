"""Where the pages of trials are, below the versions."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from scoring.admin.trials.pages import TrialPages


def trial_urls(model_admin: ModelAdmin) -> list[URLPattern]:
    """The addresses for `get_urls` of the versions' admin."""
    pages, guard = TrialPages(model_admin), model_admin.admin_site.admin_view
    return [
        path("<int:object_id>/trials/", guard(pages.trials), name="scoring_trials"),
        path("<int:object_id>/trials/ask/", guard(require_POST(pages.ask)), name="scoring_ask_trial"),
        path("trials/<int:trial_id>/", guard(pages.trial), name="scoring_trial"),
        path("trials/<int:trial_id>/progress/", guard(pages.progress), name="scoring_trial_progress"),
        path("trials/<int:trial_id>/cancel/", guard(require_POST(pages.cancel)), name="scoring_cancel_trial"),
        path("trials/<int:trial_id>/people/", guard(pages.people), name="scoring_trial_people"),
        path("trials/<int:trial_id>/people.csv", guard(pages.export), name="scoring_trial_export"),
    ]
