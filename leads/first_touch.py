"""A rep's first call or mail about an MQL: it stops the clock, and makes the MQL theirs where nobody owns it."""

from __future__ import annotations

from datetime import datetime

from crm.errors import FieldError, Forbidden
from crm.models import User
from leads import plans, tasks
from leads.hand_over import record_assignments
from leads.models import Mql, Task


def hold(mql: Mql, *, by: User) -> Mql:
    """Lock `mql`, as it stands now, for `by` to work. Raises Forbidden for who may not. Lock its contact first."""
    rows = Mql.objects.select_related("owner", "contact__company")
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=mql.pk)
    if not Mql.objects.changeable_by(by).filter(pk=held.pk).exists():
        problem = f"{held.owner} owns this MQL" if held.owner else "only reps and team leads work MQLs"
        raise Forbidden(FieldError("owner", problem, "ask the owner or a team lead to hand it over"))
    return held


def touch(held: Mql, *, by: User, at: datetime, outcome: str) -> None:
    """Note that sales got in touch about an open MQL that is held. A second time changes nothing.

    It does not accept the MQL: that is the rep's decision, which a call that nobody answers does not make.
    """
    if held.closed_at:
        return
    changed = []
    if held.first_touched_at is None:
        held.first_touched_at = at
        changed.append("first_touched_at")
    if held.owner_id is None:
        held.owner, held.routed_because = by, "Took it"
        changed += ["owner", "routed_because"]
    if changed:
        held.save(update_fields=changed)
    if "owner" in changed:
        tasks.follow_owner([held])
        record_assignments([held], from_owners={}, by=by, at=at)
    if Task.objects.open().filter(mql=held, kind=Task.Kind.FIRST_TOUCH).exists():
        tasks.close(held, by=by, at=at, outcome=outcome, only=Task.Kind.FIRST_TOUCH)
        plans.after_accept(held, at=at)
