"""What whoever publishes is asked: why, when, and what becomes of those who qualify by the change alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from scoring.flood_guard import must_choose
from scoring.models import Opening
from scoring.publish import Pace


class PaceForm(forms.Form):
    """How MQLs open. `expected`: how many would at once; None where nobody knows. With `asked` there is no default."""

    opening = forms.ChoiceField(
        label="Those who qualify by this change alone",
        choices=Opening,
        required=False,
        widget=UnfoldAdminRadioSelectWidget,
    )
    open_now = forms.IntegerField(
        label="The best now",
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How many open at once, those with most points first. Example: 20.",
    )
    open_per_day = forms.IntegerField(
        label="A working day",
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How many of the others open each working day after. Example: 10.",
    )

    def __init__(self, *args: Any, expected: int | None = None, asked: bool = False, **kwargs: Any) -> None:
        self.guarded = asked or must_choose(expected)
        self.expected = expected
        super().__init__(*args, **kwargs)
        if not self.guarded:
            self.fields["opening"].initial = Opening.ALL

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opening = cleaned.get("opening")
        if not opening and "opening" not in self.errors:
            if self.guarded:
                self.add_error("opening", self._unasked())
            cleaned["opening"] = Opening.ALL
        if opening == Opening.ALL and self.expected is None:
            self.add_error(
                "opening",
                "Nobody knows yet how many those are: run the preview first, or choose one of the others.",
            )
        if opening == Opening.PACED and not cleaned.get("open_per_day") and "open_per_day" not in self.errors:
            self.add_error("open_per_day", "Write 1 or more: or the others would never open.")
        return cleaned

    def _unasked(self) -> str:
        many = (
            "Nobody knows yet how many those are" if self.expected is None else f"Those are {self.expected:,}"
        )
        return f"{many}: say what becomes of them."

    @property
    def pace(self) -> Pace:
        chosen = self.cleaned_data
        if chosen["opening"] != Opening.PACED:
            return Pace(Opening(chosen["opening"]))
        return Pace(Opening.PACED, chosen["open_now"] or 0, chosen["open_per_day"])


class PublishForm(PaceForm):
    why = forms.CharField(
        label="Why",
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For whoever looks back: “Webinars brought too many students.”",
    )
    due_at = forms.DateTimeField(
        label="When",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text="Empty: now. A time to come: it is checked anew then, as Monday at 07:00.",
    )
    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    field_order = ["why", "due_at", "opening", "open_now", "open_per_day"]

    def clean_due_at(self) -> Any:
        due_at = self.cleaned_data["due_at"]
        if due_at and due_at <= timezone.now():
            raise forms.ValidationError(
                "That is past. Choose a time to come, or leave it empty to publish now."
            )
        return due_at
