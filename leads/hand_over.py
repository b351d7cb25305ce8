"""Whose an MQL is: written for many at once, and told as a history, every hand-over with who did it and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from django.db import connection

from crm.models import User
from leads.models import Assignment, Mql


class Step(TypedDict):
    """One thing that was tried, and what came of it, in words for whoever asks why."""

    step: str
    outcome: str


MOST_SHOWN = 20


def hand_overs_of(mql: Mql) -> list[Assignment]:
    """The history of whose `mql` was, the newest first, as far as a page shows it."""
    return list(mql.assignments.select_related("from_owner", "to_owner", "by")[:MOST_SHOWN])


def record_assignments(
    mqls: Iterable[Mql],
    *,
    from_owners: Mapping[int, int | None],
    by: User | None,
    at: datetime,
    trails: Mapping[int, list[Step]] | None = None,
) -> None:
    """Note that each of `mqls` now is its owner's because of what it says, which was somebody else's before.

    `from_owners` are the ids of the former owners by MQL, `trails` what was tried on the way, likewise. Without `by` it
    was the rules. Call it in the transaction of the change.
    """
    trails = trails or {}
    Assignment.objects.bulk_create(
        Assignment(
            mql=mql,
            at=at,
            from_owner_id=from_owners.get(mql.pk),
            to_owner_id=mql.owner_id,
            by=by,
            because=mql.routed_because or "Nobody is there to take it",
            trail=trails.get(mql.pk, []),
        )
        for mql in mqls
    )


def write_owners(mqls: Sequence[Mql]) -> None:
    """Write whose each of `mqls` is, and why. `bulk_update` compares every row with every value, which takes long for
    a full batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_mql SET owner_id = given.owner_id, routed_because = given.because
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given (id, owner_id, because)
            WHERE leads_mql.id = given.id
            """,
            [
                [mql.pk for mql in mqls],
                [mql.owner_id for mql in mqls],
                [mql.routed_because for mql in mqls],
            ],
        )
