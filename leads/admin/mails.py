"""Templates of mail to prospects, with what they come to; and the mails that were written, to look up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from crm.admin.base import HandoffAdmin, ReadOnlyAdmin
from crm.models import Company, Contact, User
from leads import merge
from leads.models import MailTemplate, ProspectMail

EXAMPLE = Contact(
    first_name="Ada",
    last_name="Lovelace",
    email="ada@analytical.example",
    job_title="VP Sales",
    country="United Kingdom",
    company=Company(name="Analytical Engines", industry="Software"),
    properties={"product_interest": "Lead routing"},
)
SENDER = User(first_name="Sam", last_name="Reyes", email="sam.reyes@handoff.example")
"""For whom a template is previewed, somebody of whom everything with a name is known; and who writes."""


class MailTemplateForm(forms.ModelForm):
    class Meta:
        model = MailTemplate
        fields = ("name", "subject", "body", "active")

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not subject.isprintable():
            raise forms.ValidationError("Write the subject in one line.")
        return self._known("subject")

    def clean_body(self) -> str:
        return self._known("body")

    def _known(self, name: str) -> str:
        """The text, whose fields all exist. Raises ValidationError naming those that do not."""
        text: str = self.cleaned_data[name]
        if unknown := merge.unknown_fields(text):
            named = ", ".join(f"{{{field}}}" for field in unknown)
            raise forms.ValidationError(
                f"No such merge field: {named}. Use one of those listed below, or take it out."
            )
        return text


@admin.register(MailTemplate)
class MailTemplateAdmin(HandoffAdmin):
    form = MailTemplateForm
    list_display = ("name", "subject", "active")
    list_editable = ("active",)
    list_filter = ("active",)
    search_fields = ("name", "subject", "body")
    readonly_fields = ("merge_fields", "preview")
    fieldsets = (
        (None, {"fields": ("name", "subject", "body", "active")}),
        ("Preview, as saved", {"fields": ("preview",)}),
        ("Merge fields", {"fields": ("merge_fields",)}),
    )

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """Of the list only `active` is edited: the form of the page would ask for the rest."""
        return super().get_changelist_form(request, **{**kwargs, "form": forms.ModelForm})

    @display(description="what stands for what")
    def merge_fields(self, template: MailTemplate) -> SafeString:
        rows = [(f"{{{name}}}", meaning) for name, meaning in merge.FIELDS.items()]
        rows += [
            ("{properties.KEY}", "The contact's property KEY"),
            ("{company.properties.KEY}", "The company's property KEY"),
            ("{first_name|there}", "Their first name, or “there” where it is not known"),
        ]
        listed = format_html_join("", "<li><code>{}</code> {}</li>", rows)
        return format_html(
            "<ul>{}</ul><p>A field that is not known for somebody is shown to the rep, and no mail leaves with it. "
            "A first mail is then not sent at all.</p>",
            listed,
        )

    @display(description="to somebody of whom all is known")
    def preview(self, template: MailTemplate) -> str:
        if not template.pk:
            return "Save the template to see what it comes to."
        values = merge.values_of(EXAMPLE, SENDER)
        subject = merge.fill(template.subject, values)
        body = merge.fill(template.body, values)
        return format_html(
            "<p><strong>{}</strong></p>{}", subject.text, linebreaksbr(body.text, autoescape=True)
        )


@admin.register(ProspectMail)
class ProspectMailAdmin(ReadOnlyAdmin):
    list_display = (
        "subject",
        "contact",
        "sender",
        "automatic",
        "state_label",
        "send_at",
        "sent_at",
        "because",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        "automatic",
        ("sender", admin.RelatedOnlyFieldListFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("contact__email", "contact__first_name", "contact__last_name", "message_id")
    search_help_text = "A part of the contact's name or e-mail address, or of the mail's Message-ID."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProspectMail]:
        return super().get_queryset(request).select_related("contact", "sender")

    @display(
        description="state",
        ordering="state",
        label={
            "Sent": "success",
            "Waiting": "info",
            "Stopped": "warning",
            "Refused": "danger",
            "Not delivered": "danger",
        },
    )
    def state_label(self, mail: ProspectMail) -> str:
        return mail.get_state_display()
