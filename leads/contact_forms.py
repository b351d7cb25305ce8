"""What reps fill in about getting in touch: a call, what comes next, a mail. Forms check and never write."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.errors import HandoffError
from leads.forms import new_form_number
from leads.models import MailTemplate
from leads.models.plan import CallOutcome
from leads.prospect_mail import LONGEST_BODY, LONGEST_SUBJECT

LOCAL_TIME = "%Y-%m-%dT%H:%M"


def add_faults(form: forms.Form, error: HandoffError) -> None:
    """Say on `form` what the write path refused: beside the field, where there is one."""
    for fault in error.errors:
        said = (
            f"{fault.problem[:1].upper()}{fault.problem[1:]}: {fault.mend}." if fault.mend else fault.problem
        )
        form.add_error(fault.field if fault.field in form.fields else None, said)


def _moment(**kwargs: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME),
        input_formats=[LOCAL_TIME, f"{LOCAL_TIME}:%S"],
        **kwargs,
    )


class DialogForm(forms.Form):
    """A form in a dialog. Its ids begin with a word of its own: the page behind it has forms with fields like these."""

    ids = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{self.ids}_%s"
        super().__init__(*args, **kwargs)


class CallForm(DialogForm):
    """How a call went. `once` makes a second click on the button harmless."""

    ids = "call"
    outcome = forms.ChoiceField(
        choices=CallOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of the call."},
    )
    callback_at = _moment(
        label="Call back", required=False, help_text="Needed for “Not now”: when they want to be called."
    )
    note = forms.CharField(max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    once = forms.CharField(max_length=64, initial=new_form_number, widget=forms.HiddenInput)


class NextStepForm(DialogForm):
    """What comes next, and by when."""

    ids = "next"
    title = forms.CharField(label="What to do", max_length=200)
    due_at = _moment(label="By when")


class TemplateForm(DialogForm):
    """Which template to begin a mail with."""

    ids = "begin"
    template = forms.ModelChoiceField(
        MailTemplate.objects.filter(active=True), required=False, empty_label="Without a template"
    )


class MailForm(DialogForm):
    """A mail to a contact. Merge fields are filled in as it is sent."""

    ids = "mail"
    subject = forms.CharField(max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label="Text", max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 12}), strip=False
    )
    over_the_cap = forms.BooleanField(label="Send it all the same", required=False)
    template = forms.ModelChoiceField(MailTemplate.objects.all(), required=False, widget=forms.HiddenInput)
    once = forms.CharField(max_length=64, initial=new_form_number, widget=forms.HiddenInput)
