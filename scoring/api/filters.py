"""Filters of contacts by what they score, and of whatever has a contact by segment."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field

from crm.api.fields import BIGGEST_ID
from crm.api.filters import ContactFilters, score_filter
from scoring.models import Segment
from scoring.segments import belongs_q


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": BIGGEST_ID})
class SegmentFilter(django_filters.ModelChoiceFilter):
    """Rows whose contact belongs to a segment now. `prefix` is the path from the row to the contact, as `contact__`."""

    def __init__(self, *, prefix: str = "", **options: Any) -> None:
        self.prefix = prefix
        options.setdefault("queryset", Segment.objects.all())
        options.setdefault("label", "The id of a segment that the contact belongs to.")
        options.setdefault("error_messages", {"invalid_choice": "is the id of no segment"})
        super().__init__(**options)

    def filter(self, qs: QuerySet[Any], value: Segment | None) -> QuerySet[Any]:
        if value is None:
            return qs
        return qs.filter(belongs_q(value, at=timezone.now(), prefix=self.prefix))


class ScoredContactFilters(ContactFilters):
    score_gte = score_filter("score__total", "gte", "A total of at least this.")
    score_lte = score_filter("score__total", "lte", "A total of at most this.")
    segment = SegmentFilter()

    class Meta(ContactFilters.Meta):
        pass
