"""How a user wants to be told, as a form: a row for each kind of notice and a column for each way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField

from leads.models import NotificationSettings
from leads.notify.ways import Kind, Mail, Ways


class NotificationForm(forms.Form):
    """Three fields for each kind, named for it, and what counts for all of them."""

    digest_at = forms.TimeField(
        label="Daily digest at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="By the clock where you work, on your working days.",
    )
    outside_hours = forms.BooleanField(
        label="Send mail and webhook messages outside my working hours too",
        required=False,
        help_text="Otherwise they wait for your next working hour. The bell never waits.",
    )
    slack_url = forms.CharField(
        label="Incoming webhook",
        required=False,
        max_length=500,
        widget=forms.URLInput(
            attrs={"placeholder": "https://hooks.slack.com/services/…", "autocomplete": "off"}
        ),
        help_text="An address of Slack, or of anything that takes Slack’s format. Treat it like a password.",
    )

    def __init__(self, data: Any = None, *, ways: Mapping[Kind, Ways], wanted: NotificationSettings) -> None:
        super().__init__(
            data,
            initial={
                "digest_at": wanted.digest_at,
                "outside_hours": wanted.outside_hours,
                "slack_url": wanted.slack_url,
            },
        )
        for kind, each in ways.items():
            self.fields[f"{kind}-in_app"] = forms.BooleanField(
                label=f"{kind.label}: in the application", required=False, initial=each.in_app
            )
            self.fields[f"{kind}-mail"] = forms.ChoiceField(
                label=f"{kind.label}: by mail", choices=Mail.choices, initial=each.mail
            )
            self.fields[f"{kind}-slack"] = forms.BooleanField(
                label=f"{kind.label}: to the webhook", required=False, initial=each.slack
            )
        self.kinds = list(ways)

    def rows(self) -> Iterator[tuple[Kind, BoundField, BoundField, BoundField]]:
        """Each kind with its three fields, for the table."""
        for kind in self.kinds:
            yield kind, self[f"{kind}-in_app"], self[f"{kind}-mail"], self[f"{kind}-slack"]

    def ways(self) -> dict[Kind, Ways]:
        """What was chosen, once the form is valid."""
        chosen = self.cleaned_data
        return {
            kind: Ways(chosen[f"{kind}-in_app"], Mail(chosen[f"{kind}-mail"]), chosen[f"{kind}-slack"])
            for kind in self.kinds
        }

    def common(self) -> dict[str, Any]:
        """What counts for all kinds, once the form is valid."""
        digest_at: time = self.cleaned_data["digest_at"]
        return {
            "digest_at": digest_at,
            "outside_hours": self.cleaned_data["outside_hours"],
            "slack_url": self.cleaned_data["slack_url"].strip(),
        }
