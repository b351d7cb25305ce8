"""Views of the inbox that users keep under a name, and that team leads share with their teams."""

from __future__ import annotations

from django.db import transaction

from crm.errors import FieldError, Forbidden
from crm.models import User
from leads.models import SavedView, Team

MOST = 50
"""How many views a user may keep: a menu of more is no help."""


@transaction.atomic
def save_view(name: str, query: str, *, by: User, team: Team | None = None) -> SavedView:
    """Keep `query`, the part of an address behind the question mark, for `by` under `name`, in the place of what had
    that name before. `team`: whom it is shared with. Raises Forbidden unless `by` leads that team.
    """
    if team is not None and team.lead_id != by.pk:
        raise Forbidden(FieldError("team", "is not led by you", "share with a team that you lead"))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    others = SavedView.objects.filter(user=by).exclude(name=name).count()
    if others >= MOST:
        raise Forbidden(FieldError("name", f"would be your view number {others + 1}", "delete one first"))
    kept, _ = SavedView.objects.update_or_create(user=by, name=name, defaults={"query": query, "team": team})
    return kept
