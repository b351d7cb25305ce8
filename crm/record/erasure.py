"""Erasing people at their request: the only deletion of facts."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from crm.models import Contact


@transaction.atomic
def erase_contacts(contact_ids: Sequence[int]) -> int:
    """Delete contacts with everything that hangs on them, in every room. Returns how many there were."""
    people = Contact.objects.filter(pk__in=contact_ids).order_by("pk")
    ids = list(people.select_for_update().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL handoff.erasing = 'on'")
        Contact.objects.filter(pk__in=ids).delete()
        cursor.execute("SET LOCAL handoff.erasing = 'off'")
    return len(ids)
