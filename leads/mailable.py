"""Who may be written to: nobody who opted out, and no address that bounced for good.

Whoever left marketing mail alone is not written to by sales either, unless they said that sales may. A hard bounce
counts until something reaches the address again, or the contact has another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max

from crm.models import Activity, ActivityKind, Consent, Contact, ContactVersion

EVER = datetime.min.replace(tzinfo=UTC)
OPTED_OUT = "opted out of sales contact"
UNSUBSCRIBED = "unsubscribed, and never said that sales may write"
BOUNCED = "cannot be reached at this address: mail to it bounced"
ARRIVED = (
    ActivityKind.EMAIL_DELIVERED,
    ActivityKind.EMAIL_OPEN,
    ActivityKind.EMAIL_CLICK,
    ActivityKind.EMAIL_REPLY,
)
"""What shows that mail to the address arrives."""


def refusals(contacts: Collection[Contact]) -> dict[int, str]:
    """Why each of `contacts` is not to be written to, in words that go on from their name. Those who may be are left
    out. One query where nobody's mail bounced, however many they are.
    """
    bounced = _bounced(contacts)
    said = {contact.pk: _unwilling(contact) or bounced.get(contact.pk, "") for contact in contacts}
    return {pk: why for pk, why in said.items() if why}


def refusal(contact: Contact) -> str:
    """Why `contact` is not to be written to; "" where they may be."""
    return refusals([contact]).get(contact.pk, "")


def _unwilling(contact: Contact) -> str:
    if contact.sales_consent == Consent.OPTED_OUT:
        return OPTED_OUT
    if contact.marketing_consent == Consent.OPTED_OUT and contact.sales_consent != Consent.ALLOWED:
        return UNSUBSCRIBED
    return ""


def _bounced(contacts: Collection[Contact]) -> Mapping[int, str]:
    """Those whose last hard bounce is later than anything that arrived, and than the address that they have."""
    acts = Activity.objects.filter(contact__in=[contact.pk for contact in contacts]).order_by()
    hard = acts.filter(kind=ActivityKind.EMAIL_BOUNCE, properties__type__iexact="hard")
    last_bounce = _latest(hard.values("contact").annotate(at=Max("occurred_at")))
    if not last_bounce:
        return {}
    arrivals = acts.filter(contact__in=last_bounce, kind__in=ARRIVED, automated=False)
    arrived = _latest(arrivals.values("contact").annotate(at=Max("occurred_at")))
    stale = _old_addresses([contact for contact in contacts if contact.pk in last_bounce])
    return {
        pk: BOUNCED
        for pk, moment in last_bounce.items()
        if moment > max((since for since in (arrived.get(pk), stale.get(pk)) if since), default=EVER)
    }


def _old_addresses(contacts: Collection[Contact]) -> dict[int, datetime]:
    """Since when each contact has had their present address, where they had another before."""
    present = {contact.pk: contact.email for contact in contacts}
    versions = ContactVersion.objects.filter(contact__in=present, valid_to__isnull=False)
    rows = versions.values_list("contact", "email", "valid_to").order_by("valid_to")
    return {pk: valid_to for pk, email, valid_to in rows if email != present[pk] and valid_to}


def _latest(rows: Iterable[Mapping[str, Any]]) -> dict[int, datetime]:
    return {row["contact"]: row["at"] for row in rows}
