"""What a notice says, with the names as they are when it is read or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from leads import reasons
from leads.models import Mql, Notification

WHO = "{who}"
NOTHING_TO_OPEN = "notifications"
"""The page that a notice about no MQL leads to."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on its way out. `mql` is None where it is about none; `why` is that MQL's reason then and else empty."""

    kind: Notification.Kind
    text: str
    mql: Mql | None
    why: str
    address: str


def notice(context: Mapping[str, Any]) -> Notice:
    """The notice that a delivery's context describes. Raises ObjectDoesNotExist where its MQL is no longer there."""
    mql = None
    if context["mql"] is not None:
        mql = Mql.objects.select_related("contact__company", "owner").get(pk=context["mql"])
    return Notice(
        kind=Notification.Kind(context["kind"]),
        text=named(context["text"], mql),
        mql=mql,
        why=reasons.sentence(mql.explanation, at=mql.opened_at) if mql else "",
        address=address_of(mql),
    )


def address_of(mql: Mql | None) -> str:
    path = reverse("mql", args=[mql.pk]) if mql else reverse(NOTHING_TO_OPEN)
    return settings.SITE_URL + path


def named(text: str, mql: Mql | None) -> str:
    """`text` with the contact of `mql` in the place of `{who}`."""
    return text.replace(WHO, who(mql)) if mql else text


def who(mql: Mql) -> str:
    """The contact of `mql` and, in brackets, where they work."""
    company = mql.contact.company
    return f"{mql.contact.name} ({company.name})" if company else mql.contact.name
