"""Who is looked at: somebody recorded, as of now or of a past moment; or somebody made up."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from crm.errors import Invalid
from crm.models import Contact
from scoring.asking import contact_asked
from scoring.model_file import read_person
from scoring.spec import PersonaSpec

EXAMPLE = """\
contact: {email: vp@acme.example, job_title: VP Sales, company: {employees: 400}}
activities:
  - {kind: page_view, subject: /pricing, days_ago: 0, times: 3}
  - {kind: webinar_attended, subject: Spring, days_ago: 1}
"""


class RecordedForm(forms.Form):
    """A contact by address, and a moment that may be left out. It is sent in the address, so that it can be shared."""

    email = forms.CharField(
        label="Contact",
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "people", "autocomplete": "off"}),
        help_text="Type a part of the name, the e-mail address or the company, such as ada or acme.",
    )
    at = forms.DateTimeField(
        label="As of",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="Empty: now. A past moment takes what was true then, such as the day before the last webinar.",
    )

    def clean_email(self) -> Contact:
        try:
            return contact_asked(self.cleaned_data["email"])
        except Invalid as error:
            raise forms.ValidationError(
                [str(fault.problem) + ": " + fault.mend for fault in error.errors]
            ) from error

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at and at > timezone.now():
            raise forms.ValidationError("That moment is still to come: choose one that has passed.")
        if at and at.year < 1970:
            raise forms.ValidationError("Nothing is recorded of before 1970: choose a later moment.")
        return at


class MadeUpForm(forms.Form):
    """Somebody who does not exist, written as personas are."""

    person = forms.CharField(
        label="Who they are and what they did",
        max_length=20_000,
        initial=EXAMPLE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="As personas are written in the model file. days_ago counts back from now, times says how often.",
    )

    def clean_person(self) -> PersonaSpec:
        try:
            return read_person(self.cleaned_data["person"])
        except Invalid as error:
            raise forms.ValidationError([str(fault) for fault in error.errors]) from error
