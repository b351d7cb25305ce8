"""Named lists of domains, with a box to paste many into at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import capfirst
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.admin.base import HandoffAdmin, RowForm
from crm.errors import HandoffError, Invalid
from scoring.admin import domain_upload
from scoring.domain_lists import Change, add_domains, domains_in, evaluate_anew
from scoring.models import DomainList, DomainListEntry


class DomainListForm(forms.ModelForm):
    more = forms.CharField(
        label="Add domains",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="One each line, or with commas between: rival.example. Subdomains belong to them. "
        "Once the list is saved, a file can be uploaded into it.",
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


class EntryForm(RowForm):
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
    verbose_name_plural = "domains in the list"
    extra = 0
    per_page = 50
    hide_title = True


@admin.register(DomainList)
class DomainListAdmin(HandoffAdmin):
    form = DomainListForm
    list_display = ("name", "description", "size")
    search_fields = ("name", "description", "=entries__domain")
    fields = ("name", "description", "more")
    inlines = (EntryInline,)
    actions_detail = ("upload", "download")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DomainList]:
        return super().get_queryset(request).annotate(number=Count("entries"))

    @display(description="domains", ordering="number")
    def size(self, domain_list: Any) -> int:
        return int(domain_list.number)

    @action(description="Upload a file", url_path="upload", icon="upload_file", permissions=["upload"])
    def upload(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a file: first what it does to the list is shown, then it is done."""
        domain_list = get_object_or_404(DomainList, pk=object_id)
        if "stamp" in request.POST:
            try:
                change = domain_upload.done(domain_list, request.POST)
            except HandoffError as error:
                self.message_user(request, error.in_words, messages.ERROR)
                return redirect("admin:scoring_domainlist_upload", object_id)
            self.message_user(request, _said(change), messages.SUCCESS)
            return redirect("admin:scoring_domainlist_change", object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Upload domains into {domain_list}",
            "opts": self.model._meta,
        }
        return domain_upload.shown(request, domain_list, context)

    def has_upload_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return bool(request.user.has_perm("scoring.change_domainlist"))

    @action(description="Download as a file", url_path="download", icon="download", permissions=["view"])
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        domain_list = get_object_or_404(DomainList, pk=object_id)
        lines = ["domain", *domain_list.entries.values_list("domain", flat=True)]
        return HttpResponse(
            "".join(f"{line}\r\n" for line in lines),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{domain_list.name}.csv"'},
        )

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


def _said(change: Change) -> str:
    if change.is_none:
        return "All of it is in the list already."
    parts = [f"{len(change.added):,} added"] if change.added else []
    parts += [f"{len(change.removed):,} taken out"] if change.removed else []
    return f"{' and '.join(parts)}. Everyone is scored anew in the background."


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
