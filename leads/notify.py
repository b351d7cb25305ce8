"""What to tell whom about an MQL: rows for the application's bell, and mail into the outbox.

Both are written in the transaction of what they tell, once for each MQL and user, however often it is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from crm.models import User
from leads import outbox
from leads.models import Delivery, Mql, Notification

logger = logging.getLogger(__name__)


def tell_owners(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell the owner of each of `mqls` that it is theirs: in the application, and by mail to who has an address."""
    _notify(
        [(mql, mql.owner, f"{_who(mql)} is yours: {_score(mql)}") for mql in mqls if mql.owner], _ASSIGNED, at
    )
    outbox.queue(
        [
            Delivery(
                key=f"mql-assigned:{mql.pk}:{mql.owner_id}",
                channel=Delivery.Channel.EMAIL,
                recipient=mql.owner.email,
                template="mql_assigned",
                # Names and addresses are looked up when it is sent, so that an erased person leaves none here.
                context={"mql": mql.pk},
            )
            for mql in mqls
            if mql.owner and mql.owner.email
        ],
        at=at,
    )


def tell_leads(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell the team leads, or else the administrators, that nobody is there for `mqls`."""
    if not mqls:
        return
    active = User.objects.filter(is_active=True).order_by("pk")
    people = list(active.filter(led_teams__isnull=False).distinct()) or list(active.filter(is_superuser=True))
    if not people:
        logger.warning("nobody to tell of unassigned mqls=%s", [mql.pk for mql in mqls])
    told = [
        (mql, user, f"{_who(mql)} has no owner: {_score(mql)}, and no rep is available")
        for mql in mqls
        for user in people
    ]
    _notify(told, _UNASSIGNED, at)


_ASSIGNED = Notification.Kind.MQL_ASSIGNED
_UNASSIGNED = Notification.Kind.MQL_UNASSIGNED


def _notify(told: Sequence[tuple[Mql, User, str]], kind: Notification.Kind, at: datetime) -> None:
    notifications = [
        Notification(
            key=f"{kind}:{mql.pk}:{user.pk}", mql=mql, user=user, kind=kind, text=text[:300], created_at=at
        )
        for mql, user, text in told
    ]
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)


def _who(mql: Mql) -> str:
    company = mql.contact.company
    return f"{mql.contact.name} ({company.name})" if company else mql.contact.name


def _score(mql: Mql) -> str:
    return f"{mql.grade}, {mql.total} points"
