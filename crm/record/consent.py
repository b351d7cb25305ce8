"""Consent given and withdrawn in so many words. Upserts can only withdraw it; this is the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from django.db import connection, transaction
from django.db.models import Case, F, Value, When

from crm.errors import FieldError, Invalid
from crm.models import Consent, Contact
from crm.signals import facts_changed

Channel = Literal["sales", "marketing"]


@transaction.atomic
def set_consent(
    contact_ids: Sequence[int], channel: Channel, consent: Consent | str, *, ground: str, at: datetime
) -> list[int]:
    """Record what contacts said of being approached on `channel`. Returns the ids for whom that changed something.

    `ground` says where it is known from ("wrote on 3 March: please call"); it may not be empty where consent is given.
    """
    if consent == Consent.ALLOWED and not ground.strip():
        raise Invalid(FieldError("ground", "is missing", "say where the consent is known from"))
    people = (
        Contact.objects.filter(pk__in=contact_ids).exclude(**{f"{channel}_consent": consent}).order_by("pk")
    )
    ids = list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids).update(
        **{
            f"{channel}_consent": consent,
            f"{channel}_consent_at": at,
            f"{channel}_consent_ground": ground.strip()[:200],
            "updated_at": Case(When(updated_at__lt=at, then=Value(at)), default=F("updated_at")),
        }
    )
    if ids:
        facts_changed.send(set_consent, contact_ids=ids, company_ids=[], at=at)
    return ids


@transaction.atomic
def unsubscribe(moments: Mapping[int, datetime], *, at: datetime) -> list[int]:
    """Withdraw consent to marketing mail since the moment that each contact unsubscribed. Returns whom that changed.

    Who said yes after that moment has changed their mind, and keeps it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS MATERIALIZED (
                SELECT c.id, n.since FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS n (id, since)
                JOIN crm_contact c ON c.id = n.id
                WHERE c.marketing_consent <> 'opted_out'
                  AND (c.marketing_consent_at IS NULL OR c.marketing_consent_at <= n.since)
                ORDER BY c.id FOR NO KEY UPDATE OF c
            )
            UPDATE crm_contact c
            SET marketing_consent = 'opted_out', marketing_consent_at = gone.since,
                marketing_consent_ground = 'unsubscribed by e-mail', updated_at = GREATEST(c.updated_at, %(at)s)
            FROM gone WHERE c.id = gone.id
            RETURNING c.id
            """,
            {"ids": list(moments), "moments": list(moments.values()), "at": at},
        )
        ids = sorted(pk for (pk,) in cursor.fetchall())
    if ids:
        facts_changed.send(unsubscribe, contact_ids=ids, company_ids=[], at=at)
    return ids
