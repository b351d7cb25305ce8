"""Which fields and values the facts really hold, and how often: what editors of conditions suggest.

Large tables are sampled, by whole pages at random, and what is found is scaled up. What says who somebody is, such as
an address, a name or a number to call, is counted and never listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from crm.models import Activity, Contact
from scoring.condition_check import LONGEST_FIELD
from scoring.models import Dimension, SurveyedField
from scoring.table_size import rows_about

PEOPLE_SAMPLED = 40_000
ACTIVITIES_SAMPLED = 200_000
RECENT = timedelta(days=90)
"""How far back activities are looked at: what nobody does any more makes no rule."""
FRESH = timedelta(hours=1)
MOST_FIELDS = 300
MOST_VALUES = 40
LONGEST_VALUE = 80
LEAST = 2
"""A value that fewer rows hold tells who it is about, and no segment is made of it."""

PERSONAL_FIELDS = frozenset({"email", "first_name", "last_name", "phone"})
PERSONAL_KEY = re.compile(
    r"mail|phone|mobile|fax|name|address|street|birth|linkedin|twitter|text|body|message|note|comment|(^|_)by$",
    re.IGNORECASE,
)
"""Properties whose values are listed nowhere: they name or reach somebody, or are what somebody wrote."""
# In SQL, since it decides before values are ranked: an address, or what may be a number to call.
PERSONAL_VALUE = r"@|^[ +(0-9][ ()/.0-9-]{6,}$"
UNLISTED = frozenset({"company.employees", "company.revenue", "score.total"})
"""Numbers, of which a list of the most frequent says nothing."""

_PERSON = (
    "email", "email_domain", "email_type", "first_name", "last_name", "job_title", "phone", "country", "source",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "sales_consent", "marketing_consent",
    "stage",
)  # fmt: skip
_COMPANY = ("name", "domain", "industry", "employees", "revenue", "country")
PERSON_COLUMNS = {
    **{name: f"contact.{name}" for name in _PERSON},
    **{f"company.{name}": f"company.{name}" for name in _COMPANY},
    "score.total": "score.total",
    "score.grade": "score.grade",
}
ACTIVITY_COLUMNS = {name: f"activity.{name}" for name in ("kind", "subject", "campaign", "automated")}

PEOPLE = """
    SELECT contact.id AS id, {columns} AS columns, contact.properties AS properties,
        company.properties AS company_properties
    FROM crm_contact contact {sample}
    LEFT JOIN crm_company company ON company.id = contact.company_id
    LEFT JOIN scoring_score score ON score.contact_id = contact.id
"""
ACTIVITIES = """
    SELECT activity.id AS id, {columns} AS columns, activity.properties AS properties, NULL::jsonb AS company_properties
    FROM crm_activity activity {sample}
    WHERE activity.occurred_at BETWEEN %(since)s AND %(at)s
"""
FOUND = """
    WITH looked_at AS MATERIALIZED ({rows}),
    held AS MATERIALIZED (
        SELECT key AS field, value FROM looked_at, jsonb_each(columns)
        UNION ALL SELECT 'properties.' || key, value FROM looked_at, jsonb_each(properties)
        UNION ALL SELECT 'company.properties.' || key, value FROM looked_at, jsonb_each(company_properties)
    ),
    present AS (
        SELECT field, value FROM held
        WHERE value NOT IN ('null', '""', '[]') AND length(field) <= %(longest_field)s
    ),
    fields AS (
        SELECT field, COUNT(*) AS known FROM present GROUP BY field ORDER BY known DESC, field LIMIT %(most_fields)s
    ),
    elements AS (
        SELECT field, single #>> '{{}}' AS text
        FROM present, LATERAL jsonb_array_elements(
            CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE jsonb_build_array(value) END
        ) AS single
        WHERE NOT field = ANY(%(unlisted)s)
    ),
    counted AS (
        SELECT field, MIN(text) AS text, COUNT(*) AS number,
            ROW_NUMBER() OVER (PARTITION BY field ORDER BY COUNT(*) DESC, LOWER(text)) AS place
        FROM elements
        WHERE text <> '' AND length(text) <= %(longest_value)s AND text !~ %(personal)s
        GROUP BY field, LOWER(text)
        HAVING COUNT(*) >= %(least)s
    )
    SELECT fields.field, fields.known, counted.text, counted.number
    FROM fields LEFT JOIN counted ON counted.field = fields.field AND counted.place <= %(most_values)s
    ORDER BY fields.field, counted.place
"""


@dataclass(slots=True)
class Found:
    """One field: in how many rows it is known, and its values with how many rows hold each, the most frequent first."""

    name: str
    known: int
    values: list[tuple[str, int]] = field(default_factory=list)


def survey(*, at: datetime) -> int:
    """Count what the facts hold as of `at` and keep it in the place of what was kept. Safe twice: the last one stays.

    Returns how many fields are present.
    """
    rows = [
        *_surveyed(Dimension.FIT, Contact, PEOPLE, PERSON_COLUMNS, PEOPLE_SAMPLED, at),
        *_surveyed(Dimension.ENGAGEMENT, Activity, ACTIVITIES, ACTIVITY_COLUMNS, ACTIVITIES_SAMPLED, at),
    ]
    with transaction.atomic():
        SurveyedField.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["dimension", "field"],
            update_fields=["known", "values", "estimated", "at"],
        )
        SurveyedField.objects.filter(at__lt=at).delete()
    return len(rows)


def is_stale(*, at: datetime) -> bool:
    """Whether nothing was counted within the hour before `at`."""
    return not SurveyedField.objects.filter(at__gt=at - FRESH).exists()


def _surveyed(
    dimension: Dimension,
    model: type[models.Model],
    rows: str,
    columns: dict[str, str],
    sampled: int,
    at: datetime,
) -> Iterator[SurveyedField]:
    size = rows_about(model)
    share = min(1.0, sampled / max(size.rows, 1))
    for found in _found(rows, columns, share, at):
        values = [] if PERSONAL_KEY.search(_key(found.name)) else found.values
        yield SurveyedField(
            dimension=dimension,
            field=found.name,
            known=_scaled(found.known, share, size.rows),
            values=[[text, _scaled(number, share, size.rows)] for text, number in values],
            estimated=share < 1,
            at=at,
        )


def _scaled(number: int, share: float, most: int) -> int:
    """What `number` in a sample of that share comes to among all; of an estimate the first three digits are told."""
    if share >= 1:
        return number
    scaled = min(round(number / share), most)
    return round(scaled, min(0, 3 - len(str(scaled))))


def _key(name: str) -> str:
    """The name of a property; "" for a field of our own, of which it is known what it holds."""
    return name.partition("properties.")[2]


def _found(rows: str, columns: dict[str, str], share: float, at: datetime) -> Sequence[Found]:
    """The fields of a sample of that share of a table."""
    named = ", ".join(f"'{name}', {column}" for name, column in columns.items())
    # Pages drawn anew each time: what one night misses, another finds.
    sample = f"TABLESAMPLE SYSTEM ({100 * share:f})" if share < 1 else ""
    filled = rows.format(columns=f"jsonb_build_object({named})", sample=sample)
    held: dict[str, Any] = {
        "since": at - RECENT,
        "at": at,
        "unlisted": [*PERSONAL_FIELDS, *UNLISTED],
        "personal": PERSONAL_VALUE,
        "longest_field": LONGEST_FIELD - len("activity."),
        "longest_value": LONGEST_VALUE,
        "least": LEAST,
        "most_fields": MOST_FIELDS,
        "most_values": MOST_VALUES,
    }
    fields: dict[str, Found] = {}
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(rows=filled), held)
        for name, known, text, number in cursor.fetchall():
            found = fields.setdefault(name, Found(name, known))
            if text is not None:
                found.values.append((text, number))
    return list(fields.values())
