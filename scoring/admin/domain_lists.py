"""Named lists of domains, with a box to paste many into at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.admin.base import HandoffAdmin
from crm.errors import Invalid
from scoring.domain_lists import add_domains, domains_in, evaluate_anew
from scoring.models import DomainList, DomainListEntry


class DomainListForm(forms.ModelForm):
    more = forms.CharField(
        label="Add domains",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="One each line, or with commas between. Subdomains belong to them.",
    )

    class Meta:
        model = DomainList
        fields = ("name", "description")

    def clean_more(self) -> list[str]:
        try:
            return domains_in(self.cleaned_data["more"])
        except Invalid as error:
            raise forms.ValidationError(
                [f"{capfirst(e.problem)}: {e.mend}." for e in error.errors]
            ) from error


class EntryForm(forms.ModelForm):
    class Meta:
        model = DomainListEntry
        fields = ("list", "domain")

    def clean_domain(self) -> str:
        try:
            [domain] = domains_in(self.cleaned_data["domain"])
        except (Invalid, ValueError) as error:
            raise forms.ValidationError("Write one domain, as in acme.example.") from error
        return domain


class EntryInline(TabularInline):
    model = DomainListEntry
    form = EntryForm
    extra = 0
    per_page = 50


@admin.register(DomainList)
class DomainListAdmin(HandoffAdmin):
    form = DomainListForm
    list_display = ("name", "description", "size")
    search_fields = ("name", "description", "=entries__domain")
    fields = ("name", "description", "more")
    inlines = (EntryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DomainList]:
        return super().get_queryset(request).annotate(number=Count("entries"))

    @display(description="domains", ordering="number")
    def size(self, domain_list: Any) -> int:
        return int(domain_list.number)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        add_domains(form.instance, form.cleaned_data["more"])
        if form.cleaned_data["more"] or any(formset.has_changed() for formset in formsets):
            evaluate_anew(at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: DomainList) -> None:
        super().delete_model(request, obj)
        evaluate_anew(at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DomainList]) -> None:
        super().delete_queryset(request, queryset)
        evaluate_anew(at=timezone.now())


@admin.register(DomainListEntry)
class DomainListEntryAdmin(HandoffAdmin):
    form = EntryForm
    list_display = ("domain", "list")
    list_select_related = ("list",)
    list_filter = (("list", RelatedDropdownFilter),)
    search_fields = ("^domain",)
    ordering = ("domain", "pk")

    def save_model(self, request: HttpRequest, obj: DomainListEntry, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        evaluate_anew(at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: DomainListEntry) -> None:
        super().delete_model(request, obj)
        evaluate_anew(at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DomainListEntry]) -> None:
        super().delete_queryset(request, queryset)
        evaluate_anew(at=timezone.now())
