"""Companies, corrected through `crm.record`, and what they were before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import FieldTextFilter, RangeNumericFilter
from unfold.decorators import display

from crm import record
from crm.admin.base import HandoffAdmin, ReadOnlyAdmin
from crm.email_domains import company_domain
from crm.errors import Invalid
from crm.facts import CompanyFacts
from crm.models import Company, CompanyVersion, Contact

COLUMNS = (
    "name",
    "domain",
    "industry",
    "employees",
    "revenue",
    "country",
    "owner",
    "external_id",
    "properties",
)


class CompanyForm(forms.ModelForm):
    class Meta:
        model = Company
        fields = COLUMNS

    def clean_domain(self) -> str:
        typed: str = self.cleaned_data["domain"]
        domain = company_domain(typed) if typed else ""
        if typed and not domain:
            raise forms.ValidationError(f"“{typed}” is not a domain. Give one, as in acme.example.")
        return domain

    def clean_properties(self) -> dict[str, Any]:
        return self.cleaned_data["properties"] or {}


@admin.register(Company)
class CompanyAdmin(HandoffAdmin):
    form = CompanyForm
    list_display = ("name", "domain", "industry", "employees", "country", "people", "owner", "created_at")
    list_select_related = ("owner",)
    list_filter = (
        ("industry", FieldTextFilter),
        ("country", FieldTextFilter),
        ("employees", RangeNumericFilter),
    )
    search_fields = ("name", "^domain")
    search_help_text = "A part of the name, or the start of the domain."
    autocomplete_fields = ("owner",)
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": (("name", "domain"), ("industry", "country"), ("employees", "revenue"), "owner")}),
        ("More", {"fields": ("external_id", "properties", ("created_at", "updated_at"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        people = Contact.objects.filter(company=OuterRef("pk")).order_by().values("company")
        counted = Subquery(people.annotate(number=Count("pk")).values("number"))
        return super().get_queryset(request).annotate(people_number=Coalesce(counted, 0))

    @display(description="people")
    def people(self, company: Any) -> int:
        return int(company.people_number)

    def view_on_site(self, obj: Company) -> str:
        return reverse("company", args=[obj.pk])

    def save_model(self, request: HttpRequest, obj: Company, form: CompanyForm, change: bool) -> None:
        at = timezone.now()
        given = {
            "owner_id" if name == "owner" else name: form.cleaned_data[name] for name in form.changed_data
        }
        if "owner_id" in given:
            given["owner_id"] = obj.owner_id
        if change:
            record.correct_company(obj.pk, at=at, **given)
            return
        [outcome] = record.upsert_companies([CompanyFacts(**given)], at=at)
        if outcome.id is None:
            raise Invalid(*outcome.errors)
        obj.pk = outcome.id

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CompanyVersion)
class CompanyVersionAdmin(ReadOnlyAdmin):
    list_display = ("name", "valid_from", "valid_to", "domain", "industry", "employees", "country")
    search_fields = ("=domain",)
    search_help_text = "A company's whole domain."
    ordering = ("-pk",)
    sortable_by = ()
