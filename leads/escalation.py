"""What happens as the time for a first touch runs out: the owner is reminded, their lead told, and the MQL moves on.

When each of these is next is a column of the MQL, set by `clocks` and unset in the transaction that acts on it, so
that whatever runs second, or days late, finds nothing to repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leads import clocks, notify
from leads.models import Assignment, Mql
from leads.route import route
from leads.sla import hours_of, next_start

logger = logging.getLogger(__name__)

PER_BATCH = 500
MOST_BATCHES = 40


def keep_slas(*, at: datetime) -> int:
    """Do what is due at `at` for every open MQL that nobody touched. Returns for how many there was something to do.

    Safe twice and beside itself: rows that another run, or a rep, holds are left for the next minute. Who comes late
    tells only the last thing: no reminder of what is breached already.
    """
    kept = 0
    for _ in range(MOST_BATCHES):
        done = _keep_batch(at)
        kept += done
        if done < PER_BATCH:
            break
    return kept


@transaction.atomic
def _keep_batch(at: datetime) -> int:
    due = Q(remind_at__lte=at) | Q(breach_at__lte=at) | Q(reassign_at__lte=at)
    waiting = (
        Mql.objects.open().filter(due, first_touched_at=None).select_related("contact__company", "owner")
    )
    mqls = list(
        waiting.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True)[:PER_BATCH]
    )
    if not mqls:
        return 0
    moving = [mql for mql in mqls if mql.owner_id and _passed(mql.reassign_at, at)]
    breached = [mql for mql in mqls if _passed(mql.breach_at, at)]
    late = {mql.pk for mql in (*moving, *breached)}
    reminded = [mql for mql in mqls if mql.pk not in late and _passed(mql.remind_at, at)]
    _unset(mqls, at)
    notify.tell_of_reminder(reminded, at=at)
    notify.tell_of_breach(breached, at=at)
    stayed = _move_on(moving, at)
    told = {mql.pk for mql in breached}
    notify.tell_of_standstill([mql for mql in stayed if mql.pk not in told], at=at)
    logger.info(
        "kept slas reminded=%s breached=%s due_to_move=%s stayed=%s",
        len(reminded), len(breached), len(moving), len(stayed),
    )  # fmt: skip
    return len(mqls)


def _passed(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at


def _unset(mqls: Sequence[Mql], at: datetime) -> None:
    """What is acted on is past, in the rows and in `mqls`."""
    for name in ("remind_at", "breach_at", "reassign_at"):
        passed = [mql for mql in mqls if _passed(getattr(mql, name), at)]
        Mql.objects.filter(pk__in=[mql.pk for mql in passed]).update(**{name: None})
        for mql in passed:
            setattr(mql, name, None)


def _move_on(mqls: Sequence[Mql], at: datetime) -> list[Mql]:
    """Give each of `mqls` to the next rep, who has a clock of their own. Returns those for which there is none.

    Each rep has an MQL once at most, so that it never goes round. Where the owner's working day is over, because the
    job runs late, it stays with them until the next one begins.
    """
    going = _at_work(mqls, at)
    if not going:
        return []
    before = {mql.pk: mql.owner for mql in going}
    moved = route(going, at=at, passing_over=_had_by(going), because="Not touched in time")
    clocks.restart(moved, at=at)
    notify.tell_of_moves([(mql, before[mql.pk], mql.owner) for mql in moved], at=at)
    for mql in moved:
        logger.info("moved on mql=%s to=%s", mql.pk, mql.owner_id)
    found = {mql.pk for mql in moved}
    return [mql for mql in going if mql.pk not in found]


def _at_work(mqls: Sequence[Mql], at: datetime) -> list[Mql]:
    """Those of `mqls` whose owners are at work. The others are put off until theirs are."""
    hours = hours_of({mql.owner_id for mql in mqls if mql.owner_id})
    going, asleep = [], []
    for mql in mqls:
        start = next_start(hours[mql.owner_id], at) if mql.owner_id else at
        if start > at:
            mql.reassign_at = start
            asleep.append(mql)
        else:
            going.append(mql)
    if asleep:
        Mql.objects.bulk_update(asleep, ["reassign_at"])
    return going


def _had_by(mqls: Sequence[Mql]) -> dict[int, set[int]]:
    """Who has, or has had, each of `mqls`: users by MQL."""
    had = {mql.pk: {mql.owner_id} if mql.owner_id else set() for mql in mqls}
    given = Assignment.objects.filter(mql__in=had, to_owner__isnull=False).order_by()
    for mql, owner in given.values_list("mql", "to_owner"):
        had[mql].add(owner)
    return had
