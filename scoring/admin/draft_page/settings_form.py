"""The settings of a scoring model: when somebody qualifies, how points fade, what the grades are."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from scoring.admin.draft_page.numbers import number_field_attrs, typed_number
from scoring.edit import SETTINGS
from scoring.models import DecayKind, ScoringVersion

HELP = {
    "name": "What you call the model. Example: B2B software, spring.",
    "note": "Why this version, for whoever reads it in a year. Example: Pricing visits count more.",
    "threshold": "Points, fit and engagement together, from which a contact is an MQL. Example: 70.",
    "min_fit": "However active they are, not below this fit. Example: 20.",
    "min_engagement": "However well they fit, not below this engagement. Example: 20.",
    "max_fit": "Fit counts no further than this. Example: 100. Empty: no limit.",
    "max_engagement": "Engagement counts no further than this. Example: 100. Empty: no limit.",
    "requalify_after_days": "Days that a lead whom sales sent back rests before it may be an MQL again. Example: 30.",
    "restart_engagement_on_recycle": "A lead whom sales sent back starts again from no engagement.",
    "decay_kind": "How engagement points fade, unless a rule says otherwise. Example: Half-life.",
    "decay_days": "Until half is left; or until nothing is, if linear; or of one step. Example: 30.",
    "decay_percent": "Steps only: what each takes away, in percent. Example: 25.",
    "fit_grades": "Points from which fit is A, B and C. Example: 75, 50, 25.",
    "engagement_grades": "Points from which engagement is 1, 2 and 3. Example: 75, 50, 25.",
}
LABELS = {
    "threshold": "MQL from",
    "min_fit": "Fit at least",
    "min_engagement": "Engagement at least",
    "max_fit": "Fit at most",
    "max_engagement": "Engagement at most",
    "requalify_after_days": "Rest after recycling",
    "restart_engagement_on_recycle": "Recycling restarts engagement",
    "decay_kind": "Points fade",
    "decay_days": "Days",
    "decay_percent": "Percent per step",
    "fit_grades": "Fit grades",
    "engagement_grades": "Engagement grades",
}


NUMBERS = (
    "threshold", "min_fit", "min_engagement", "max_fit", "max_engagement", "requalify_after_days", "decay_days",
    "decay_percent",
)  # fmt: skip


class Cuts(SimpleArrayField):
    """Three numbers with commas between."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(str(typed_number(cut)) for cut in value)
        return value


def _cuts(name: str) -> Cuts:
    return Cuts(
        forms.FloatField(),
        min_length=3,
        max_length=3,
        label=LABELS[name],
        help_text=HELP[name],
        widget=UnfoldAdminTextInputWidget,
    )


class SettingsForm(forms.ModelForm):
    fit_grades = _cuts("fit_grades")
    engagement_grades = _cuts("engagement_grades")

    class Meta:
        model = ScoringVersion
        fields = SETTINGS
        help_texts = HELP
        labels = LABELS
        widgets: ClassVar[dict[str, Any]] = {
            "name": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            "note": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            **{name: UnfoldAdminTextInputWidget(attrs=number_field_attrs()) for name in NUMBERS},
            "restart_engagement_on_recycle": UnfoldBooleanSwitchWidget,
            "decay_kind": UnfoldAdminSelectWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NUMBERS:
            if self.initial.get(name) is not None:
                self.initial[name] = typed_number(self.initial[name])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned |= fading(self, cleaned)
        return cleaned


def fading(form: forms.BaseForm, cleaned: dict[str, Any]) -> dict[str, Any]:
    """How points fade, without the numbers that its kind has no use for. What is missing is told beside its field."""
    kind = cleaned.get("decay_kind") or ""
    wanted: tuple[str, ...] = {
        DecayKind.HALF_LIFE: ("decay_days",),
        DecayKind.LINEAR: ("decay_days",),
        DecayKind.STEP: ("decay_days", "decay_percent"),
    }.get(DecayKind(kind or DecayKind.NONE), ())
    missing = {
        "decay_days": "Write after how many days, for example 30.",
        "decay_percent": "Write what each step takes, for example 25.",
    }
    for name in wanted:
        if cleaned.get(name) is None and name in cleaned:
            form.add_error(name, missing[name])
    return {name: cleaned.get(name) if name in wanted else None for name in missing}
