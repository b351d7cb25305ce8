"""Filters of contacts by what they score."""

from __future__ import annotations

from crm.api.filters import ContactFilters, score_filter


class ScoredContactFilters(ContactFilters):
    score_gte = score_filter("score__total", "gte", "A total of at least this.")
    score_lte = score_filter("score__total", "lte", "A total of at most this.")

    class Meta(ContactFilters.Meta):
        pass
