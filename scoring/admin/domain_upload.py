"""A domain list from a file: what it will do is shown before it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from crm.errors import FieldError, HandoffError, Invalid
from scoring.domain_file import DomainFile, read_domains
from scoring.domain_lists import Change, change_list, change_of, domains_in
from scoring.models import DomainList

ADD, REPLACE = "add", "replace"
HOW = [(ADD, "Add them to the list"), (REPLACE, "Put them in the place of all that is there")]
SHOWN_FAULTS = 30


class UploadForm(forms.Form):
    """The file, and what to do with it."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV or text: one domain a line, or a column of domains, web or e-mail addresses. "
        "A heading is fine, as in the column Website of a CRM’s export.",
    )
    how = forms.ChoiceField(
        label="What to do with them", choices=HOW, initial=ADD, widget=UnfoldAdminRadioSelectWidget
    )
    leave_out = forms.BooleanField(
        label="Leave out lines that are no domain",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Otherwise such lines are named, and nothing is changed until the file is mended.",
    )

    read: DomainFile

    def clean_file(self) -> Any:
        try:
            self.read = read_domains(self.cleaned_data["file"].read())
        except HandoffError as error:
            raise forms.ValidationError([each.sentence for each in error.errors]) from error
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "file" not in cleaned:
            return cleaned
        if not self.read.domains:
            self.add_error("file", "No line of it is a domain. Write one a line, as in acme.example.")
        elif not cleaned["leave_out"]:
            for fault in self.read.faults[:SHOWN_FAULTS]:
                self.add_error("file", str(fault))
            if (more := len(self.read.faults) - SHOWN_FAULTS) > 0:
                self.add_error("file", f"{more:,} more lines are no domain.")
        return cleaned


class ConfirmForm(forms.Form):
    """What was read and shown, sent back by the button that does it."""

    domains = forms.CharField(widget=forms.HiddenInput)
    how = forms.ChoiceField(choices=HOW, widget=forms.HiddenInput)
    stamp = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_domains(self) -> list[str]:
        try:
            return domains_in(self.cleaned_data["domains"])
        except HandoffError as error:
            raise forms.ValidationError(error.in_words) from error


def shown(request: HttpRequest, domain_list: DomainList, context: dict[str, Any]) -> HttpResponse:
    """The form; or, once a file came, what it would do to the list."""
    form = UploadForm(request.POST, request.FILES) if request.FILES else UploadForm(request.POST or None)
    confirm = change = None
    if form.is_valid():
        how, domains = form.cleaned_data["how"], form.read.domains
        change = change_of(domain_list, domains, replace=how == REPLACE)
        confirm = ConfirmForm(initial={"domains": "\n".join(domains), "how": how, "stamp": change.stamp})
    context |= {
        "form": form,
        "confirm": confirm,
        "change": change,
        "replace": form.is_valid() and form.cleaned_data["how"] == REPLACE,
        "list": domain_list,
        "held": domain_list.entries.count(),
    }
    return TemplateResponse(
        request, "admin/scoring/domain_upload.html", context, status=422 if form.errors else 200
    )


def done(domain_list: DomainList, sent: Any) -> Change:
    """Do what was shown. Raises Conflict where the list was changed since, Invalid where it is not what was shown."""
    form = ConfirmForm(sent)
    if not form.is_valid():
        said = " ".join(str(problem) for problems in form.errors.values() for problem in problems)
        raise Invalid(
            FieldError("file", f"what was shown did not come back: {said}", "upload the file again")
        )
    return change_list(
        domain_list,
        form.cleaned_data["domains"],
        replace=form.cleaned_data["how"] == REPLACE,
        stamp=form.cleaned_data["stamp"],
        at=timezone.now(),
    )
