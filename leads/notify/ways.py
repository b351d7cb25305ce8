"""By which ways a user is told of each kind of thing: what they chose, else what suits the kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time

from django.db import transaction

from crm.models import User
from leads import webhook
from leads.models import Notification, NotificationPreference, NotificationSettings

Kind = Notification.Kind
Mail = NotificationPreference.Mail


@dataclass(frozen=True, slots=True)
class Ways:
    """How one kind reaches one user."""

    in_app: bool = True
    mail: Mail = Mail.AT_ONCE
    slack: bool = False


DEFAULTS: Mapping[Kind, Ways] = {
    Kind.MQL_ASSIGNED: Ways(),
    Kind.MQL_UNASSIGNED: Ways(mail=Mail.DIGEST),
    Kind.MQL_TAKEN_AWAY: Ways(),
    Kind.MQL_ENGAGED: Ways(mail=Mail.DIGEST),
    Kind.SLA_REMINDER: Ways(),
    Kind.SLA_BREACHED: Ways(),
    Kind.TASK_DUE: Ways(mail=Mail.OFF),
    Kind.TASK_ASSIGNED: Ways(),
    Kind.CAME_BACK: Ways(),
    Kind.REPLIED: Ways(),
    Kind.MODEL_REFUSED: Ways(),
}
"""How those are told who chose nothing. What may come in numbers waits for the digest."""


def ways_of(user_ids: Collection[int], kind: Kind) -> dict[int, Ways]:
    """How each of these users is told of `kind`. One query."""
    chosen = NotificationPreference.objects.filter(user__in=user_ids, kind=kind)
    return dict.fromkeys(user_ids, DEFAULTS[kind]) | {row.user_id: _ways(row) for row in chosen}


def all_ways_of(user: User) -> dict[Kind, Ways]:
    """How `user` is told of every kind. One query."""
    chosen = {Kind(row.kind): _ways(row) for row in NotificationPreference.objects.filter(user=user)}
    return {kind: chosen.get(kind, DEFAULTS[kind]) for kind in Kind}


def _ways(row: NotificationPreference) -> Ways:
    return Ways(row.in_app, Mail(row.mail), row.slack)


@transaction.atomic
def choose(
    user: User, ways: Mapping[Kind, Ways], *, digest_at: time, slack_url: str, outside_hours: bool
) -> None:
    """Keep how `user` wants to be told. Raises Invalid where the webhook's address is none that may be asked."""
    if slack_url:
        webhook.check_address(slack_url)
    NotificationSettings.objects.update_or_create(
        user=user,
        defaults={"digest_at": digest_at, "slack_url": slack_url, "outside_hours": outside_hours},
    )
    NotificationPreference.objects.bulk_create(
        [
            NotificationPreference(user=user, kind=kind, in_app=each.in_app, mail=each.mail, slack=each.slack)
            for kind, each in ways.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["in_app", "mail", "slack"],
    )
