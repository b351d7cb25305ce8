"""What is said when a trial is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from scoring.backtest.period import MOST_WEEKS, WEEKS
from scoring.models import Trial


class AskForm(forms.Form):
    """Which kind of trial; for a backtest, how many weeks it replays."""

    kind = forms.ChoiceField(
        choices=Trial.Kind.choices,
        widget=forms.HiddenInput,
        error_messages={"required": "Say what is to be run: a preview is required, or a backtest."},
    )
    weeks = forms.IntegerField(
        label="How many weeks back",
        min_value=1,
        max_value=MOST_WEEKS,
        required=False,
        initial=WEEKS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Sales needs time to answer: 26 weeks hold enough verdicts to judge by, 4 weeks seldom do.",
    )

    @property
    def options(self) -> dict[str, Any]:
        if self.cleaned_data["kind"] == Trial.Kind.PREVIEW:
            return {}
        return {"weeks": self.cleaned_data["weeks"] or WEEKS}
