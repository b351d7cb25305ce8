"""The form of one rule.

It shows what a rule of its dimension can say, and forgets what the chosen effect has no use for.
"""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from scoring.admin.draft_page.draft import Draft
from scoring.admin.draft_page.numbers import number_field_attrs, typed_number
from scoring.admin.draft_page.settings_form import fading
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import ConditionSpec, DecaySpec, RuleSpec
from scoring.words import decay_words

TIMES = [
    (Per.OCCURRENCE, "Each time"),
    (Per.ONCE, "Once, however often"),
    (Per.ABSENCE, "When it did not happen"),
]
OF_ACTIVITIES = ("per", "at_least", "max_points", "window_days", "decay_kind", "decay_days", "decay_percent")
"""Fields that only what somebody did has a use for."""


def _number(label: str, help_text: str, **kwargs: Any) -> forms.FloatField:
    widget = UnfoldAdminTextInputWidget(attrs=number_field_attrs())
    return forms.FloatField(label=label, help_text=help_text, widget=widget, required=False, **kwargs)


class RuleForm(forms.Form):
    name = forms.CharField(
        max_length=200,
        help_text="What it is called wherever a score is explained. Example: Pricing page viewed.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    group = forms.TypedChoiceField(
        coerce=int,
        help_text="Choose another to move the rule there. Example: Intent.",
        widget=UnfoldAdminSelectWidget,
    )
    effect = forms.ChoiceField(
        label="What it does",
        choices=[
            (Effect.POINTS, "Gives points"),
            (Effect.FAST_TRACK, "Makes an MQL at once"),
            (Effect.DISQUALIFY, "Rules out an MQL"),
        ],
        help_text="Example: asking for a demo makes an MQL at once; a competitor’s address rules one out.",
        widget=UnfoldAdminSelectWidget,
    )
    points = _number("Points", "Below zero takes points away. Example: 10, or -25.")
    per = forms.ChoiceField(
        label="Counts",
        choices=TIMES,
        help_text="Example: each visit to the pricing page, or a webinar once.",
        widget=UnfoldAdminSelectWidget,
    )
    at_least = forms.IntegerField(
        label="From how many times",
        required=False,
        help_text="Nothing counts before it happened so often. Example: 3.",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    max_points = _number("At most", "Points this rule gives in all. Example: 25. Empty: no limit.")
    window_days = _number(
        "In the last … days", "Older activity does not count. Example: 90. Empty: all of it."
    )
    decay_kind = forms.ChoiceField(
        label="Points fade",
        required=False,
        help_text="Leave it as the model says, or choose. Example: Half-life.",
        widget=UnfoldAdminSelectWidget,
    )
    decay_days = _number("Fade: days", "Until half, or nothing, is left; or of one step. Example: 30.")
    decay_percent = _number("Fade: percent", "What each step takes away. Example: 25.")
    enabled = forms.BooleanField(
        label="On",
        required=False,
        help_text="Off keeps the rule and scores nothing by it. Example: a campaign that is over.",
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, draft: Draft, dimension: Dimension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dimension = dimension
        groups = draft.groups_of(dimension)
        self._names = {group.pk: group.spec.name for group in groups}
        self.fields["group"].choices = list(self._names.items())  # type: ignore[attr-defined]
        if dimension == Dimension.FIT:
            for name in OF_ACTIVITIES:
                del self.fields[name]
        else:
            as_model = ("", f"As the model says: {decay_words(draft.spec.decay) or 'they do not fade'}")
            self.fields["decay_kind"].choices = [as_model, *DecayKind.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        gives_points = cleaned.get("effect") == Effect.POINTS
        if gives_points and "points" in cleaned and cleaned["points"] is None:
            self.add_error("points", "Write how many, for example 10.")
        if self.dimension == Dimension.ENGAGEMENT:
            cleaned = self._of_activities(cleaned)
        return cleaned if gives_points else {**cleaned, "points": 0.0, "max_points": None}

    def _of_activities(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """What fits the effect and how it counts: an absence neither fades nor happens several times."""
        absence = cleaned.get("per") == Per.ABSENCE
        if absence or cleaned.get("effect") != Effect.POINTS:
            cleaned = {**cleaned, "decay_kind": ""}
        if absence:
            cleaned = {**cleaned, "at_least": 1}
            if "window_days" in cleaned and cleaned["window_days"] is None:
                self.add_error(
                    "window_days", "Write for how many days it must not have happened, for example 30."
                )
        return {**cleaned, **fading(self, cleaned)}

    def rule(self, when: tuple[ConditionSpec, ...]) -> RuleSpec:
        """What a valid form says."""
        said = self.cleaned_data
        of_activities: dict[str, Any] = {}
        if self.dimension == Dimension.ENGAGEMENT:
            kind = said["decay_kind"]
            decay = DecaySpec(DecayKind(kind), said["decay_days"], said["decay_percent"]) if kind else None
            of_activities = {
                "per": Per(said["per"]),
                "at_least": 1 if said["at_least"] is None else said["at_least"],
                "max_points": said["max_points"],
                "window_days": said["window_days"],
                "decay": decay,
            }
        return RuleSpec(
            said["name"],
            self._names[said["group"]],
            when,
            effect=Effect(said["effect"]),
            points=said["points"],
            enabled=said["enabled"],
            **of_activities,
        )


def typed_rule(rule: RuleSpec, group: int) -> dict[str, Any]:
    """A rule as its form shows it."""
    return {
        "name": rule.name,
        "group": group,
        "effect": rule.effect,
        "points": typed_number(rule.points) if rule.effect == Effect.POINTS else "",
        "per": rule.per,
        "at_least": rule.at_least,
        "max_points": typed_number(rule.max_points),
        "window_days": typed_number(rule.window_days),
        "decay_kind": rule.decay.kind if rule.decay else "",
        "decay_days": typed_number(rule.decay.days) if rule.decay else "",
        "decay_percent": typed_number(rule.decay.percent) if rule.decay else "",
        "enabled": rule.enabled,
    }
