"""What is counted of everyone, in the tables of `compare`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

GRADES = [f"{letter}{number}" for letter in "ABCD" for number in "1234"]

COUNTS = """
    SELECT count(*), count(*) FILTER (WHERE crosses_before), count(*) FILTER (WHERE crosses_after),
           count(*) FILTER (WHERE crosses_before AND free_before),
           count(*) FILTER (WHERE crosses_after AND free_after),
           count(*) FILTER (WHERE open_mql), count(*) FILTER (WHERE open_mql AND NOT crosses_before),
           count(*) FILTER (WHERE open_mql AND NOT crosses_after)
    FROM preview_score LEFT JOIN preview_standing USING (contact_id)
"""
TOTAL_BEFORE, TOTAL_AFTER = "(fit_before + engagement_before)", "(fit_after + engagement_after)"
GRADE_CHANGE = f"""
    CASE WHEN grade_before IS NULL OR grade_before = grade_after THEN ''
         WHEN left(grade_after, 1) <= left(grade_before, 1) AND right(grade_after, 1) <= right(grade_before, 1)
         THEN 'up'
         WHEN left(grade_after, 1) >= left(grade_before, 1) AND right(grade_after, 1) >= right(grade_before, 1)
         THEN 'down'
         WHEN {TOTAL_AFTER} >= {TOTAL_BEFORE} THEN 'up' ELSE 'down' END
"""
"""A grade is better where the letter or the number is and the other is no worse; where they part, the total says."""

MOVES = f"""
    SELECT COALESCE(grade_before, ''), grade_after, {GRADE_CHANGE} AS change, count(*)
    FROM preview_score GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2
"""


def plan_by_hashing() -> None:
    """Until the transaction ends: the tables are in memory, and what groups them need not sort them first."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashagg = on; SET LOCAL enable_hashjoin = on")


def counts() -> dict[str, Any]:
    """How many there are, who crosses, who becomes an MQL at once, and which open MQLs do not cross."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        contacts, before, after, opens_before, opens, open_mqls, no_more_before, no_more = cursor.fetchone()
    return {
        "contacts": contacts,
        "crossing": {"before": before, "after": after},
        "opens": opens,
        "opens_before": opens_before,
        "open_mqls": open_mqls,
        "no_more": no_more,
        "no_more_before": no_more_before,
    }


def grades() -> dict[str, Any]:
    """How many have each grade, and how many move from which to which."""
    with connection.cursor() as cursor:
        cursor.execute(MOVES)
        rows = cursor.fetchall()
    changes: Counter[str] = Counter()
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for was, becomes, change, contacts in rows:
        changes[change] += contacts
        before[was] += contacts
        after[becomes] += contacts
    return {
        "up": changes["up"],
        "down": changes["down"],
        "grades": [{"grade": each, "before": before[each], "after": after[each]} for each in GRADES],
        "moves": [
            {"before": was, "after": becomes, "contacts": contacts, "change": change}
            for was, becomes, change, contacts in rows
            if change
        ],
    }
