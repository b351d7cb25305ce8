"""Where one person is looked at, below the versions."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, path

from scoring.admin.one_person.page import PersonPages


def person_urls(model_admin: ModelAdmin) -> list[URLPattern]:
    """The addresses for `get_urls` of the versions' admin."""
    pages, guard = PersonPages(model_admin), model_admin.admin_site.admin_view
    return [
        path("<int:object_id>/person/", guard(pages.person), name="scoring_person"),
        path("person/", guard(pages.under_newest), name="scoring_person_under_newest"),
        path("person/search/", guard(pages.search), name="scoring_person_search"),
    ]
