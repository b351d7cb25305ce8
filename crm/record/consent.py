"""Consent given and withdrawn in so many words. Upserts can only withdraw it; this is the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
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
