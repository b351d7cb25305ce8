"""Marking contacts for evaluation, in the transaction that changes their facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

MARK = """
    INSERT INTO scoring_pending AS held (contact_id, marked_at, attempts, last_error, bulk)
    {whom}
    ON CONFLICT (contact_id) DO UPDATE SET attempts = 0, not_before = NULL, bulk = held.bulk AND EXCLUDED.bulk
"""
# In order of id, so that two writers who mark the same contacts wait for each other and never in a circle. A mark that
# a drain holds is waited for and made anew: doing nothing on conflict would lose it with the drain's own delete. With
# the contact held, one who is erased meanwhile is left out, instead of failing all the others' marks.
SOME = MARK.format(
    whom="""
    SELECT id, %(at)s, 0, '', false FROM crm_contact
    WHERE id = ANY(%(contacts)s::bigint[]) ORDER BY id FOR KEY SHARE
"""
)
# A union, since the planner reads far more than these for one condition OR the other.
SOME_AND_PEOPLE = MARK.format(
    whom="""
    SELECT c.id, %(at)s, 0, '', false FROM (
        SELECT id FROM crm_contact WHERE id = ANY(%(contacts)s::bigint[])
        UNION
        SELECT id FROM crm_contact WHERE company_id = ANY(%(companies)s::bigint[])
    ) people
    JOIN crm_contact c USING (id)
    ORDER BY c.id FOR KEY SHARE OF c
"""
)
LATER = """
    INSERT INTO scoring_pending (contact_id, marked_at, attempts, not_before, last_error, bulk)
    SELECT contact_id, MIN(occurred_at), 0, MIN(occurred_at), '', false FROM crm_activity
    WHERE contact_id = ANY(%(contacts)s::bigint[]) AND occurred_at > %(at)s
    GROUP BY contact_id ORDER BY contact_id
    ON CONFLICT (contact_id) DO NOTHING
"""
# In bulk: whoever has new facts is evaluated before everyone else, and so is one of these who gets some meanwhile.
EVERYONE = MARK.format(whom="SELECT id, %(at)s, 0, '', true FROM crm_contact ORDER BY id FOR KEY SHARE")
SLICE = MARK.format(
    whom="""
    SELECT id, %(at)s, 0, '', true FROM crm_contact WHERE id > %(after)s AND id <= %(last)s ORDER BY id FOR KEY SHARE
"""
)
LAST_OF_SLICE = """
    SELECT MAX(id) FROM (SELECT id FROM crm_contact WHERE id > %(after)s ORDER BY id LIMIT %(most)s) AS slice
"""
CROSSING = MARK.format(
    whom="""
    SELECT c.id, %(at)s, 0, '', true FROM scoring_score s JOIN crm_contact c ON c.id = s.contact_id
    WHERE s.crosses ORDER BY c.id FOR KEY SHARE OF c
"""
)


def mark(contact_ids: Sequence[int], *, company_ids: Sequence[int] = (), at: datetime) -> int:
    """Mark contacts, and the people of companies, as waiting for evaluation. Returns how many. Safe twice."""
    statement = SOME_AND_PEOPLE if company_ids else SOME
    with connection.cursor() as cursor:
        cursor.execute(statement, {"contacts": list(contact_ids), "companies": list(company_ids), "at": at})
        return int(cursor.rowcount)


def mark_for_later(contact_ids: Sequence[int], *, at: datetime) -> int:
    """Mark those of whom something is recorded that happens only after `at`, for when it does. Returns how many.

    A webinar next week, or a click by a clock that is ahead of ours: an evaluation at `at` rightly leaves it out.
    """
    with connection.cursor() as cursor:
        cursor.execute(LATER, {"contacts": list(contact_ids), "at": at})
        return int(cursor.rowcount)


def mark_everyone(*, at: datetime) -> int:
    """Mark every contact at once, to be evaluated after those with new facts. Returns how many.

    Whoever writes facts meanwhile waits: among many contacts, `scoring.everyone` does it little by little.
    """
    with connection.cursor() as cursor:
        cursor.execute(EVERYONE, {"at": at})
        return int(cursor.rowcount)


def mark_slice(*, after: int, most: int, at: datetime) -> tuple[int, int | None]:
    """Mark the next contacts by id `after` one, `most` at most. Returns how many, and the last (None for none)."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_OF_SLICE, {"after": after, "most": most})
        last: int | None = cursor.fetchone()[0]
        if last is None:
            return 0, None
        cursor.execute(SLICE, {"at": at, "after": after, "last": last})
        return int(cursor.rowcount), last


def mark_crossing(*, at: datetime) -> int:
    """Mark every contact whose score is enough for an MQL. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(CROSSING, {"at": at})
        return int(cursor.rowcount)
