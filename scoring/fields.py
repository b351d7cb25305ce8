"""Which fields rules may name, of what type each is, and which operators suit it.

What a condition means in SQL is said by `scoring.conditions`; whether a rule is sound, by `scoring.model_check`.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from scoring.models import Dimension, Op


class Audience(StrEnum):
    """What segments and assignment rules speak of: people, by who they are, what they did and what they score.

    Scoring rules cannot: a score that asked for scores would have no beginning.
    """

    PEOPLE = "people"


Scope = Dimension | Audience
"""What a condition is about: rules of a dimension, or people as a whole. Each has fields of its own."""


class FieldType(StrEnum):
    """What a field holds. A property may hold any of the others, or a list of them."""

    TEXT = "text"
    DOMAIN = "domain"
    NUMBER = "number"
    BOOLEAN = "true or false"
    PROPERTY = "property"
    DAYS = "number of days"
    COUNT = "count"


NUMBERS = frozenset({FieldType.NUMBER, FieldType.DAYS, FieldType.COUNT})


FIT_FIELDS: dict[str, FieldType] = {
    "email": FieldType.TEXT,
    "email_domain": FieldType.DOMAIN,
    "email_type": FieldType.TEXT,
    "first_name": FieldType.TEXT,
    "last_name": FieldType.TEXT,
    "job_title": FieldType.TEXT,
    "phone": FieldType.TEXT,
    "country": FieldType.TEXT,
    "source": FieldType.TEXT,
    "utm_source": FieldType.TEXT,
    "utm_medium": FieldType.TEXT,
    "utm_campaign": FieldType.TEXT,
    "utm_term": FieldType.TEXT,
    "utm_content": FieldType.TEXT,
    "sales_consent": FieldType.TEXT,
    "marketing_consent": FieldType.TEXT,
    "company.name": FieldType.TEXT,
    "company.domain": FieldType.DOMAIN,
    "company.industry": FieldType.TEXT,
    "company.employees": FieldType.NUMBER,
    "company.revenue": FieldType.NUMBER,
    "company.country": FieldType.TEXT,
}
ENGAGEMENT_FIELDS: dict[str, FieldType] = {
    "kind": FieldType.TEXT,
    "subject": FieldType.TEXT,
    "campaign": FieldType.TEXT,
    "automated": FieldType.BOOLEAN,
}
FIELDS = {Dimension.FIT: FIT_FIELDS, Dimension.ENGAGEMENT: ENGAGEMENT_FIELDS}
ACTIVITY, DAYS_AGO, COUNT = "activity.", "activity.days_ago", "activity.count"
SCORE = "score."
PEOPLE_FIELDS: dict[str, FieldType] = {
    **FIT_FIELDS,
    "stage": FieldType.TEXT,
    f"{SCORE}total": FieldType.NUMBER,
    f"{SCORE}fit": FieldType.NUMBER,
    f"{SCORE}engagement": FieldType.NUMBER,
    f"{SCORE}grade": FieldType.TEXT,
    f"{ACTIVITY}kind": FieldType.TEXT,
    f"{ACTIVITY}subject": FieldType.TEXT,
    f"{ACTIVITY}campaign": FieldType.TEXT,
    DAYS_AGO: FieldType.DAYS,
    COUNT: FieldType.COUNT,
}
"""Whoever the fit fields tell apart, and beyond them where they stand, what they score and what they did."""
FIELDS_OF: dict[Scope, dict[str, FieldType]] = {
    Dimension.FIT: FIT_FIELDS,
    Dimension.ENGAGEMENT: ENGAGEMENT_FIELDS,
    Audience.PEOPLE: PEOPLE_FIELDS,
}
PROPERTY_PREFIXES: dict[Scope, tuple[str, ...]] = {
    Dimension.FIT: ("properties.", "company.properties."),
    Dimension.ENGAGEMENT: ("properties.",),
    Audience.PEOPLE: ("properties.", "company.properties.", f"{ACTIVITY}properties."),
}
ALIASES = {
    "employees": "company.employees",
    "industry": "company.industry",
    "revenue": "company.revenue",
}
"""Shorter names that a file may use for what only a company has."""

_EQUALITY = frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN})
_SIZE = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
_PRESENCE = frozenset({Op.KNOWN, Op.UNKNOWN})
_WORDS = frozenset({Op.CONTAINS, Op.HAS_WORD, Op.STARTS_WITH})

OPERATORS: dict[FieldType, frozenset[Op]] = {
    # Numbers are often kept as text, so that text compares by size too.
    FieldType.TEXT: _EQUALITY | _WORDS | _SIZE | _PRESENCE,
    FieldType.DOMAIN: _EQUALITY | _WORDS | _PRESENCE | {Op.IN_DOMAIN_LIST},
    FieldType.NUMBER: _EQUALITY | _SIZE | _PRESENCE,
    FieldType.BOOLEAN: frozenset({Op.EQUALS, Op.NOT_EQUALS}),
    FieldType.PROPERTY: frozenset(Op),
    # A moment is never the same to the second, and what is counted is always known.
    FieldType.DAYS: _SIZE,
    FieldType.COUNT: _SIZE | {Op.EQUALS},
}


def canonical(field: str) -> str:
    """The one name of a field that a file may call by a shorter one."""
    return ALIASES.get(field, field)


def type_of(scope: Scope, field: str) -> FieldType | None:
    """What `field` holds, or None where conditions of that scope have no such field."""
    if field in FIELDS_OF[scope]:
        return FIELDS_OF[scope][field]
    for prefix in PROPERTY_PREFIXES[scope]:
        if field.startswith(prefix) and field != prefix:
            return FieldType.PROPERTY
    return None


def similar(scope: Scope, field: str) -> str:
    """The field that somebody who wrote `field` most likely meant; "" where none is near."""
    names = [*FIELDS_OF[scope], *PROPERTY_PREFIXES[scope]]
    near = get_close_matches(field, names, n=1) or [name for name in names if name.endswith(f".{field}")]
    return near[0] if near else ""
