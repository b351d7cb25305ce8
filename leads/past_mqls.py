"""What the judgement asks about the work of the past: which MQLs were really opened, and how they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from leads.models import Mql
from scoring.backtest.sales import PastMql


def past_mqls(since: datetime) -> Iterator[PastMql]:
    """Every MQL that was open at `since` or opened later."""
    mqls = Mql.objects.filter(Q(closed_at=None) | Q(closed_at__gt=since)).order_by("opened_at", "pk")
    columns = mqls.values_list("contact_id", "opened_at", "closed_at", "accepted_at", "total", "grade")
    return (PastMql(*row) for row in columns.iterator())
