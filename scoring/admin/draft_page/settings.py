"""The settings of a draft, in the panel at the head of its page."""

from __future__ import annotations

from django.http import HttpResponse

from crm.errors import Invalid
from scoring import edit
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.opened import Opened, add_faults, differing
from scoring.admin.draft_page.settings_form import SettingsForm
from scoring.models import ScoringVersion

PLACES = {
    "decay.days": "decay_days",
    "decay.percent": "decay_percent",
    "grades.fit": "fit_grades",
    "grades.engagement": "engagement_grades",
}


def open_settings(asked: Asked, pk: int) -> Opened:
    form = SettingsForm(instance=asked.version)
    return Opened("settings", pk, "settings", form, seen=asked.draft.seen, title="Settings")


def save(asked: Asked, pk: int) -> HttpResponse:
    # The form writes what was typed into its row. That row is never saved: the write path has one of its own.
    form = SettingsForm(asked.request.POST, instance=ScoringVersion.objects.get(pk=asked.version.pk))
    opened = Opened("settings", pk, "settings", form, seen=asked.seen, title="Settings")
    if form.is_valid():
        try:
            edit.change_settings(asked.version, form.cleaned_data, seen=asked.seen, by=asked.by, at=asked.at)
        except edit.Changed:
            asked.reread()
            opened.differences = differing(form, SettingsForm(instance=asked.version).initial)
            opened.seen = asked.draft.seen
            opened.meanwhile = "Somebody else changed these settings meanwhile, and nothing was saved."
            return answer.refused(asked, "_settings.html", {}, opened, 409)
        except Invalid as error:
            add_faults(form, error, PLACES)
        else:
            return answer.done(asked, "Saved the settings.", "settings", ("_settings.html", {}))
    return answer.refused(asked, "_settings.html", {}, opened, 422)
