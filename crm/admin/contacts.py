"""Contacts, corrected and erased through `crm.record`, and what they were before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateFilter
from unfold.decorators import action, display

from crm import record
from crm.admin.base import HandoffAdmin, ReadOnlyAdmin, ReadOnlyInline, acting_user
from crm.errors import Conflict, Invalid
from crm.facts import ContactFacts, normal_email
from crm.models import Contact, ContactVersion, Stage, StageChange
from crm.models.contact import ContactQuerySet
from crm.record.stage import refusal

COLUMNS = (
    "email", "first_name", "last_name", "job_title", "phone", "country", "company", "owner", "stage",
    "sales_consent", "sales_consent_ground", "marketing_consent", "marketing_consent_ground",
    "source", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "external_id", "properties",
)  # fmt: skip
STAGE_COLOURS = {
    "SQL": "success",
    "Opportunity": "success",
    "Customer": "success",
    "MQL": "primary",
    "SAL": "primary",
    "Nurture": "warning",
    "Disqualified": "danger",
}


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = COLUMNS

    def clean_email(self) -> str:
        try:
            return normal_email(self.cleaned_data["email"])
        except ValueError as error:
            raise forms.ValidationError(f"This {error}.") from error

    def clean_stage(self) -> str:
        stage: str = self.cleaned_data["stage"]
        if self.instance.pk and (fault := refusal(self.initial["stage"], stage)):
            raise forms.ValidationError(f"{capfirst(fault.problem)}: {fault.mend}.")
        return stage

    def clean_properties(self) -> dict[str, Any]:
        return self.cleaned_data["properties"] or {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for channel in ("sales", "marketing"):
            if cleaned.get(f"{channel}_consent") == "allowed" and not cleaned.get(
                f"{channel}_consent_ground"
            ):
                self.add_error(f"{channel}_consent_ground", "Say where the consent is known from.")
        return cleaned


class StageChangeInline(ReadOnlyInline):
    model = StageChange
    verbose_name_plural = "way through the stages"
    fields = ("from_stage", "to_stage", "at", "by", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StageChange]:
        return super().get_queryset(request).select_related("by")


@admin.register(Contact)
class ContactAdmin(HandoffAdmin):
    form = ContactForm
    list_display = ("person", "job_title", "company", "stage_label", "source", "owner", "created_at")
    list_select_related = ("company", "owner")
    list_filter = (
        ("stage", ChoicesDropdownFilter),
        ("email_type", ChoicesDropdownFilter),
        ("sales_consent", ChoicesDropdownFilter),
        ("marketing_consent", ChoicesDropdownFilter),
        ("source", FieldTextFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "Parts of the name, e-mail address, title or company."
    autocomplete_fields = ("company", "owner")
    readonly_fields = (
        "email_type", "sales_consent_at", "marketing_consent_at", "stage_changed_at", "recycled_at", "created_at",
        "updated_at",
    )  # fmt: skip
    inlines = (StageChangeInline,)
    actions_detail = ("see_score",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("email", "email_type"),
                    ("first_name", "last_name"),
                    ("job_title", "phone"),
                    ("company", "country"),
                    ("stage", "owner"),
                )
            },
        ),
        (
            "Consent",
            {
                "classes": ["tab"],
                "fields": (
                    ("sales_consent", "sales_consent_at"),
                    "sales_consent_ground",
                    ("marketing_consent", "marketing_consent_at"),
                    "marketing_consent_ground",
                ),
            },
        ),
        (
            "Where from",
            {
                "classes": ["tab"],
                "fields": (
                    ("source", "external_id"),
                    ("utm_source", "utm_medium"),
                    ("utm_campaign", "utm_term"),
                    "utm_content",
                ),
            },
        ),
        (
            "More",
            {
                "classes": ["tab"],
                "fields": ("properties", ("created_at", "updated_at"), ("stage_changed_at", "recycled_at")),
            },
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        return cast(ContactQuerySet, queryset).matching(search_term), False

    @display(description="contact", ordering="last_name", header=True)
    def person(self, contact: Contact) -> list[str]:
        return [contact.name, contact.email]

    @display(description="stage", ordering="stage", label=STAGE_COLOURS)
    def stage_label(self, contact: Contact) -> str:
        return Stage(contact.stage).label

    def has_scoring_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("scoring.view_scoringversion")

    @action(
        description="Score, live and draft", url_path="score", icon="person_search", permissions=["scoring"]
    )
    def see_score(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contact = get_object_or_404(Contact, pk=object_id)
        query = urlencode({"email": contact.email})
        return HttpResponseRedirect(f"{reverse('admin:scoring_person_under_newest')}?{query}")

    def view_on_site(self, obj: Contact) -> str:
        return reverse("contact", args=[obj.pk])

    def save_model(self, request: HttpRequest, obj: Contact, form: ContactForm, change: bool) -> None:
        at, by = timezone.now(), acting_user(request)
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        for name in {"company", "owner"} & given.keys():
            given[f"{name}_id"] = getattr(obj, f"{name}_id")
            del given[name]
        if change:
            record.correct_contact(obj.pk, by=by, at=at, **given)
            return
        company_id = given.pop("company_id", None)
        [outcome] = record.upsert_contacts([ContactFacts(**given)], by=by, at=at)
        if outcome.id is None:
            raise (Conflict if outcome.conflict else Invalid)(*outcome.errors)
        if company_id:
            record.correct_contact(outcome.id, by=by, at=at, company_id=company_id)
        obj.pk = outcome.id

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        record.erase_contacts([obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        record.erase_contacts(list(queryset.values_list("pk", flat=True)))

    def get_deleted_objects(
        self, objs: Iterable[Contact], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Whom an erasure takes away. Not row by row: one person may have fifty thousand activities."""
        people = [
            f"{contact} <{contact.email}>, with all activities, scores, MQLs and tasks" for contact in objs
        ]
        return people, {"contacts": len(people)}, set(), []


@admin.register(ContactVersion)
class ContactVersionAdmin(ReadOnlyAdmin):
    list_display = ("email", "valid_from", "valid_to", "job_title", "company", "stage", "country")
    list_select_related = ("company",)
    search_fields = ("=contact__email",)
    search_help_text = "A contact's whole e-mail address."
    ordering = ("-pk",)
    sortable_by = ()
