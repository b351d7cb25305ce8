"""The SLA clock of each MQL: how much working time its grade leaves for the first touch, and when what happens.

The clock starts as the MQL opens and runs in its owner's working time, in the organisation's while it has none. When an
owner is found later, it is set again in their hours from when it started: the prospect has waited all along. Only a
hand-over because time ran out starts it anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from leads.models import Mql, SlaTarget
from leads.sla import WorkingTime, due_at, hours_of, office_hours


@dataclass(frozen=True, slots=True)
class Target:
    """Working minutes until the first touch, and at which shares of them the owner is reminded and loses it."""

    minutes: int
    remind_at_percent: int | None = 50
    reassign_at_percent: int | None = None


def targets() -> dict[str, Target]:
    """What administrators set, by grade, and under "" what counts for every other."""
    rows = {
        row.grade: Target(row.minutes, row.remind_at_percent, row.reassign_at_percent)
        for row in SlaTarget.objects.all()
    }
    return {"": Target(settings.SLA_MINUTES)} | rows


def target_of(grade: str, among: Mapping[str, Target]) -> Target:
    """The target of a grade: its own, else that of its fit letter, else that of every other."""
    return next(among[name] for name in (grade, grade[:1], "") if name in among)


def set_clocks(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Set the clocks of those of `mqls` that nobody touched yet, in their owners' hours, and with them the first touch.

    Safe to repeat: it is computed from when the clock started. What a new owner may be reminded of, or lose, lies
    ahead of `at`; a breach that was told is told again only if the new hours move it ahead. Call it in a transaction
    that holds the rows, once their owners are known.
    """
    waiting = [mql for mql in mqls if mql.first_touched_at is None and mql.closed_at is None]
    if not waiting:
        return
    known = targets()
    hours = hours_of({mql.owner_id for mql in waiting if mql.owner_id})
    office = office_hours()
    for mql in waiting:
        calendar = hours[mql.owner_id] if mql.owner_id else office
        _set(mql, target_of(mql.grade, known), calendar, at)
    _write(waiting)


def restart(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Start the clocks of `mqls` anew at `at`, for owners who have them from now on."""
    for mql in mqls:
        mql.sla_started_at, mql.sla_minutes = at, None
    set_clocks(mqls, at=at)


def _set(mql: Mql, target: Target, hours: WorkingTime, at: datetime) -> None:
    told_of_breach = mql.sla_minutes is not None and mql.breach_at is None
    start = mql.sla_started_at or mql.opened_at
    due = due_at(start, minutes=target.minutes, hours=hours)
    mql.sla_minutes, mql.sla_started_at, mql.due_at = target.minutes, start, due
    mql.breach_at = None if told_of_breach and due <= at else due
    mql.remind_at = mql.reassign_at = None
    if mql.owner_id and target.remind_at_percent:
        remind_at = due_at(start, minutes=target.minutes * target.remind_at_percent / 100, hours=hours)
        mql.remind_at = remind_at if remind_at > at else None
    if mql.owner_id and target.reassign_at_percent:
        # Counted from when they got it: nobody loses what they had no time to do.
        since = max(start, at)
        mql.reassign_at = due_at(
            since, minutes=target.minutes * target.reassign_at_percent / 100, hours=hours
        )


def _write(mqls: Sequence[Mql]) -> None:
    """Write clocks, and when first touches are due, in two statements however many they are."""
    ids = [mql.pk for mql in mqls]
    due = [mql.due_at for mql in mqls]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_mql
            SET sla_minutes = clock.minutes, sla_started_at = clock.started, due_at = clock.due,
                remind_at = clock.remind, breach_at = clock.breach, reassign_at = clock.reassign
            FROM unnest(
                %s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                %s::timestamptz[], %s::timestamptz[]
            ) AS clock (id, minutes, started, due, remind, breach, reassign)
            WHERE leads_mql.id = clock.id
            """,
            [
                ids,
                [mql.sla_minutes for mql in mqls],
                [mql.sla_started_at for mql in mqls],
                due,
                [mql.remind_at for mql in mqls],
                [mql.breach_at for mql in mqls],
                [mql.reassign_at for mql in mqls],
            ],
        )
        cursor.execute(
            """
            UPDATE leads_task SET due_at = clock.due
            FROM unnest(%s::bigint[], %s::timestamptz[]) AS clock (mql, due)
            WHERE leads_task.mql_id = clock.mql AND kind = 'first_touch' AND done_at IS NULL
                AND leads_task.due_at <> clock.due
            """,
            [ids, due],
        )
