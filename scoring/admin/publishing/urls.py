"""Where the pages of publishing are, below the versions."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from scoring.admin.publishing.pages import PublishingPages


def publishing_urls(model_admin: ModelAdmin) -> list[URLPattern]:
    """The addresses for `get_urls` of the versions' admin."""
    pages, guard = PublishingPages(model_admin), model_admin.admin_site.admin_view
    return [
        path("<int:object_id>/publish/", guard(pages.publish_page), name="scoring_publish"),
        path("roll-back/", guard(require_POST(pages.roll_back)), name="scoring_roll_back"),
        path("pause/", guard(require_POST(pages.pause)), name="scoring_pause"),
        path("resume/", guard(require_POST(pages.resume)), name="scoring_resume"),
        path("pace/", guard(require_POST(pages.change_pace)), name="scoring_change_pace"),
        path(
            "publications/<int:object_id>/cancel/",
            guard(require_POST(pages.cancel_plan)),
            name="scoring_cancel_plan",
        ),
    ]
