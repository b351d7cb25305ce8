"""Filters of MQLs."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from crm.api.filters import IdFilter, SwitchFilter
from leads.models import Mql
from scoring.api.filters import SegmentFilter


class MqlFilters(django_filters.FilterSet):
    open = SwitchFilter(method="filter_open", label="Whether sales' verdict is still to come.")
    owner = IdFilter(field_name="owner_id", label="The owner's user id.")
    contact = IdFilter(field_name="contact_id", label="The contact's id.")
    segment = SegmentFilter(prefix="contact__")

    class Meta:
        model = Mql
        fields: list[str] = []

    def filter_open(self, mqls: QuerySet[Mql], name: str, value: bool) -> QuerySet[Mql]:
        return mqls.filter(closed_at__isnull=value)
