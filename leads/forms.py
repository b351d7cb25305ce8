"""What reps fill in. Forms check and never write."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from crm.models import Stage, User
from leads.come_back import day_fault
from leads.models import Verdict, VerdictReason
from scoring.models import Segment


class QualifyForm(forms.Form):
    """What a rep learnt that makes an MQL a sales opportunity."""

    budget = forms.CharField(
        max_length=200, required=False, help_text="What they can spend, and whose money it is."
    )
    authority = forms.CharField(max_length=200, required=False, help_text="Who decides.")
    need = forms.CharField(max_length=200, required=False, help_text="The problem that they want solved.")
    timeline = forms.CharField(max_length=200, required=False, help_text="By when.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


class TurnDownForm(forms.Form):
    """Why an MQL goes back to nurture, or is no lead at all."""

    note = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What marketing, or the next rep, should know.",
    )

    def __init__(self, verdict: Verdict, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = VerdictReason.objects.filter(verdict=verdict, active=True).values_list("text", flat=True)
        self.fields["reason"] = forms.ChoiceField(
            choices=[(text, text) for text in reasons],
            widget=forms.RadioSelect,
            error_messages={"required": "Choose the reason that comes closest."},
        )
        if verdict == Verdict.RECYCLED:
            self.fields["on_day"] = forms.DateField(
                label="Come back on",
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                help_text="Its owner has a task on that day. Empty: no day.",
            )
            self.fields["on_activity"] = forms.BooleanField(
                label="Come back as soon as they do something of their own accord", required=False
            )
        self.order_fields(["reason", "on_day", "on_activity", "note"])

    def clean_on_day(self) -> date | None:
        day: date | None = self.cleaned_data["on_day"]
        if day and (problem := day_fault(day, at=timezone.now())):
            raise forms.ValidationError(f"{problem}: choose a day from tomorrow on.")
        return day


class AssignForm(forms.Form):
    """Who is given MQLs."""

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            people,
            label="Give to",
            empty_label="Choose…",
            error_messages={"required": "Choose who is to work them."},
        )


def new_form_number() -> str:
    return uuid4().hex


class NoteForm(forms.Form):
    """A note on a contact. `once` makes a second click on the button harmless."""

    text = forms.CharField(label="Note", max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    once = forms.CharField(max_length=64, initial=new_form_number, widget=forms.HiddenInput)


class TaskForm(forms.Form):
    """Something to do about a contact by a time."""

    title = forms.CharField(label="What to do", max_length=200)
    due_at = forms.DateTimeField(
        label="By when",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


class OutcomeForm(forms.Form):
    """How a task went."""

    outcome = forms.CharField(max_length=200, required=False)


class ContactFilter(forms.Form):
    """Which contacts to list, and in what order. What makes no sense is left out."""

    q = forms.CharField(
        label="Search", required=False, max_length=200, widget=forms.SearchInput(attrs={"data-search": True})
    )
    stage = forms.ChoiceField(choices=[("", "Any stage"), *Stage.choices], required=False)
    segment = forms.ModelChoiceField(Segment.objects.all(), empty_label="Any segment", required=False)
    sort = forms.ChoiceField(choices=[("newest", "Newest"), ("score", "Best score")], required=False)
