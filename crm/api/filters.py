"""Filters of lists. A parameter that a list does not know is refused: misspelt, it would answer with everything."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.api.fields import BIGGEST_ID
from crm.api.problems import LONGEST_NAME, Fault, Refused
from crm.facts import normal_email
from crm.models import Activity, Company, Contact, Stage

ALWAYS = {"cursor", "page_size", "format"}


class StrictFilters(DjangoFilterBackend):
    """django-filter, with a fault for each parameter that is unknown, wrong, or sent twice."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        faults = unclear_parameters(request, *filterset.filters, *ALWAYS)
        faults += [
            Fault(name, " ".join(messages), "", "parameter") for name, messages in filterset.errors.items()
        ]
        if faults:
            raise Refused(*faults)
        filtered: QuerySet[Any] = filterset.qs
        return filtered


def unclear_parameters(request: Request, *known: str) -> list[Fault]:
    """A fault for each parameter of the address that is not among `known`, or is given twice."""
    faults = []
    for name, values in request.query_params.lists():
        if name not in known:
            problem, mend = "is not a parameter of this address", f"use {', '.join(sorted(known))}"
            faults.append(Fault(name[:LONGEST_NAME], problem, mend, "parameter"))
        elif len(values) > 1:
            faults.append(Fault(name, "is given more than once", "give it once", "parameter"))
    return faults


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": BIGGEST_ID})
class IdFilter(django_filters.Filter):
    """A row's number, as a plain number field: a list of all rows to choose from would be endless."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **options)


class SwitchField(forms.TypedChoiceField):
    """`true` or `false` and nothing else."""

    def __init__(self, **options: Any) -> None:
        options.pop("null_label", None)
        choices = [("", "Either"), ("true", "Yes"), ("false", "No")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", empty_value=None, **options)


@extend_schema_field(OpenApiTypes.BOOL)
class SwitchFilter(django_filters.Filter):
    field_class = SwitchField


class ContactFilters(django_filters.FilterSet):
    email = django_filters.CharFilter(method="filter_email", label="E-mail, in any case.")
    stage = django_filters.ChoiceFilter(choices=Stage, label="Lifecycle stage.")
    source = django_filters.CharFilter(label="Where the contact came from, exactly.")

    class Meta:
        model = Contact
        fields: list[str] = []

    def filter_email(self, contacts: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        try:
            return contacts.filter(email=normal_email(value))
        except ValueError:
            return contacts.none()


class CompanyFilters(django_filters.FilterSet):
    domain = django_filters.CharFilter(method="filter_domain", label="Domain, in any case.")
    external_id = django_filters.CharFilter(label="Its id in the system it came from, exactly.")

    class Meta:
        model = Company
        fields: list[str] = []

    def filter_domain(self, companies: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        return companies.filter(domain=value.lower())


class ActivityFilters(django_filters.FilterSet):
    contact = IdFilter(field_name="contact_id", label="The contact's id.")
    kind = django_filters.CharFilter(label="Kind, as in page_view.")

    class Meta:
        model = Activity
        fields: list[str] = []


def score_filter(field_name: str, lookup: str, label: str) -> django_filters.NumberFilter:
    """A bound on a score, which has two decimals. Digits without end would be PostgreSQL's error, and so ours."""
    return django_filters.NumberFilter(
        field_name=field_name, lookup_expr=lookup, label=label, max_digits=11, decimal_places=2
    )
