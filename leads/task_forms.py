"""What a rep says to put a task off, or to hand it on. Forms check and never write."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.models import User
from leads.snooze import Snooze
from leads.tasks import may_be_given


class SnoozeForm(forms.Form):
    """Until when: one of the choices, which are buttons, or a moment."""

    until = forms.ChoiceField(choices=Snooze.choices, required=False, widget=forms.HiddenInput)
    moment = forms.DateTimeField(
        label="Another time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("until") and not said.get("moment"):
            self.add_error("moment", "Choose a time.")
        return said


class ReassignForm(forms.Form):
    """Whom to give a task to."""

    def __init__(self, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teammates = may_be_given(by).order_by("first_name", "username", "pk")
        self.fields["assignee"] = forms.ModelChoiceField(
            label="To", queryset=teammates, empty_label="Choose a teammate"
        )
