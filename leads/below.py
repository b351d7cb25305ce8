"""Open MQLs that the live version would not open: marked for whoever works on them, and never closed by a rule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, F, Q, Value, When

from leads.models import Mql


def mark_below(contact_ids: Collection[int], *, at: datetime) -> int:
    """Mark the open MQLs of `contact_ids` that an earlier version opened and the live one would not, and unmark those
    that it would. Returns how many changed.

    A score that has faded since under the version that opened the MQL is no such thing: nobody changed the rules.
    """
    by_rules = ~Q(version=F("contact__score__version"))
    fallen = by_rules & Q(contact__score__crosses=False)
    changed = Mql.objects.open().filter(
        (fallen & Q(below_since=None)) | (~fallen & Q(below_since__isnull=False)), contact__in=contact_ids
    )
    moment = Case(When(below_since=None, then=Value(at)), default=None)
    return changed.order_by().update(below_since=moment)
