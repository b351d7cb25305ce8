"""Deliveries as mail: which template, with what in it, under which Message-ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from leads import reasons
from leads.models import Delivery, DigestItem, Mql
from leads.notice import address_of, notice, who

MOST_IN_DIGEST = 100
"""What is more than this is counted: nobody reads it."""


def compose(delivery: Delivery) -> EmailMultiAlternatives:
    """The message of `delivery`, as text and HTML, about things as they are now.

    Raises ObjectDoesNotExist where what it is about is no longer there.
    """
    context = CONTEXTS[delivery.template](delivery.context)
    name = f"emails/{delivery.template}"
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"{name}.subject.txt", context).split()),
        body=render_to_string(f"{name}.txt", context),
        to=[delivery.recipient],
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    return message


def message_id(delivery: Delivery) -> str:
    """The same for every attempt, so that a mail server or reader recognises a second sending."""
    return f"<handoff.{delivery.pk}.{delivery.created_at:%Y%m%d%H%M%S%f}@{sending_domain()}>"


def sending_domain() -> str:
    """The domain that our mail comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _mql_assigned(context: Mapping[str, Any]) -> dict[str, Any]:
    mql = Mql.objects.select_related("contact__company").get(pk=context["mql"])
    return {
        "mql": mql,
        "why": reasons.sentence(mql.explanation, at=mql.opened_at),
        "address": settings.SITE_URL + reverse("mql", args=[mql.pk]),
    }


def _notice(context: Mapping[str, Any]) -> dict[str, Any]:
    return {"notice": notice(context), "settings_address": _settings_address()}


def _digest(context: Mapping[str, Any]) -> dict[str, Any]:
    items = DigestItem.objects.filter(pk__in=context["items"]).select_related("mql__contact__company")
    rows = [
        (item.get_kind_display(), who(item.mql) if item.mql else "", item.mql, address_of(item.mql))
        for item in items.order_by("kind", "created_at", "pk")[:MOST_IN_DIGEST]
    ]
    return {
        "rows": rows,
        "count": len(context["items"]),
        "more": len(context["items"]) - len(rows),
        "address": settings.SITE_URL + reverse("notifications"),
        "settings_address": _settings_address(),
    }


def _settings_address() -> str:
    return settings.SITE_URL + reverse("notification-settings")


CONTEXTS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "digest": _digest,
    "mql_assigned": _mql_assigned,
    "notice": _notice,
}
"""What each template is given, by its name."""
