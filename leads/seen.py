"""What a form showed of its MQL, so that nobody writes over a change that they have not seen.

A form carries how the MQL stood when it was rendered, signed for its reader. Whoever sends it after a change is told
what changed, and asked again.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from crm.errors import Conflict, FieldError
from crm.models import User
from leads.models import Assignment, Mql

_signer = Signer(salt="leads.seen")


class Seen(NamedTuple):
    """How an MQL stood when `user` was shown it. Ids; `accepted_by` is empty while nobody has accepted it."""

    mql: int
    user: int
    owner: int | None
    accepted_by: int | None
    closed: bool


class Changed(Conflict):
    """The MQL was changed since the form was shown: by whom, when, and to what."""

    def __init__(self, changes: list[str]) -> None:
        self.changes = changes
        super().__init__(FieldError("", "; ".join(changes), "look at it again, then decide"))


def token(mql: Mql, user: User) -> str:
    """What a form carries that shows `user` this MQL."""
    return _signer.sign_object(_seen(mql, user))


def read(text: str, user: User) -> Seen | None:
    """What `user` was shown, or None where `text` is none of our tokens for them."""
    try:
        seen = Seen(*_signer.unsign_object(text))
    except (BadSignature, TypeError, ValueError):
        return None
    return seen if seen.user == user.pk else None


def check(mql: Mql, seen: Seen | None) -> None:
    """Raise Changed where `mql`, as it stands now, is not as it was `seen`. Without `seen` nothing is asked."""
    if seen is None or seen.mql != mql.pk:
        return
    if changes := _changes(mql, seen):
        raise Changed(changes)


def taken(mql: Mql) -> Conflict:
    """What to answer whoever was shown an MQL that has gone to another team since."""
    return Changed([_owned(mql)])


def _seen(mql: Mql, user: User) -> Seen:
    return Seen(mql.pk, user.pk, mql.owner_id, mql.accepted_by_id, mql.closed_at is not None)


def _changes(mql: Mql, seen: Seen) -> list[str]:
    changes = []
    if mql.owner_id != seen.owner:
        changes.append(_owned(mql))
    if mql.accepted_by_id != seen.accepted_by:
        changes.append(_accepted(mql))
    if seen.closed and not mql.closed_at:
        changes.append("it was opened again")
    return changes


def _owned(mql: Mql) -> str:
    """Whose it is by now, since when, and by whom."""
    given = Assignment.objects.filter(mql=mql).select_related("by").first()
    when = f" on {moment(given.at)}" if given else ""
    if not mql.owner:
        return f"its owner was taken off it{when}"
    if given and given.by and given.by_id != mql.owner_id:
        return f"{given.by} gave it to {mql.owner}{when}"
    return f"{mql.owner} took it{when}" if given and given.by else f"it went to {mql.owner}{when}"


def _accepted(mql: Mql) -> str:
    if not mql.accepted_at:
        return "the acceptance was taken back"
    return f"{mql.accepted_by or 'somebody'} accepted it on {moment(mql.accepted_at)}"


def moment(at: datetime) -> str:
    """2 Mar 2026 at 09:20, by the organisation's clock."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y at %H:%M}"
