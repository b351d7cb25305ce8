"""What editors of conditions suggest: the fields of a scope, the operators that suit, the values there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from scoring.admin.condition_values import EQUALITY, LISTS, NOTHING, SIZES
from scoring.admin.field_words import words_for
from scoring.condition_check import CHOICES
from scoring.fields import (
    ACTIVITY,
    FIELDS_OF,
    OPERATORS,
    PROPERTY_PREFIXES,
    Audience,
    FieldType,
    Scope,
    type_of,
)
from scoring.models import Dimension, DomainList, Op, SurveyedField
from scoring.survey import PERSONAL_FIELDS

TAKES = {
    **dict.fromkeys(NOTHING, ""),
    **dict.fromkeys(LISTS, "several, with commas between: SaaS, Retail"),
    **dict.fromkeys(SIZES, "a number: 50"),
    Op.BETWEEN: "two numbers: 50, 500",
    Op.IN_DOMAIN_LIST: "a domain list, or domains: acme.example",
}
"""What an operator's value looks like; the others take one text."""
USUAL_FIELDS = (
    "job_title", "company.industry", "company.employees", "company.country", "source", "stage", "score.total",
    "score.grade", "kind", "subject", "campaign", "activity.kind", "activity.subject", "activity.campaign",
    "activity.days_ago", "activity.count",
)  # fmt: skip
"""What rules and segments ask for most; who somebody is by name stands at the end."""
USUAL = {FieldType.NUMBER: Op.GTE, FieldType.COUNT: Op.GTE, FieldType.DAYS: Op.LTE}


def hints(scope: Scope) -> dict[str, Any]:
    """Everything that the rows of a page need, as JSON. A few dozen kilobytes at most: a survey is bounded."""
    surveyed = list(_surveyed(scope))
    found = {name: (known, values) for name, known, values, _ in surveyed}
    named = [*FIELDS_OF[scope], *(name for name in found if name not in FIELDS_OF[scope])]
    return {
        "fields": [_field(name, scope, *found.get(name, (0, []))) for name in sorted(named, key=_place)],
        "prefixes": PROPERTY_PREFIXES[scope],
        "property_ops": _operators(FieldType.PROPERTY),
        "ops": {op: _operator(op) for op in Op},
        "lists": list(DomainList.objects.annotate(size=Count("entries")).values_list("name", "size")),
        "estimated": any(estimated for *_, estimated in surveyed),
    }


def _place(name: str) -> int:
    """Where a field stands in the list; those of one place stay as they are."""
    return USUAL_FIELDS.index(name) if name in USUAL_FIELDS else len(USUAL_FIELDS) + (name in PERSONAL_FIELDS)


def _surveyed(scope: Scope) -> Iterator[tuple[str, int, list[Any], bool]]:
    """The fields of `scope` that are present, under the names that they have there."""
    for row in SurveyedField.objects.all():
        is_activity = row.dimension == Dimension.ENGAGEMENT
        name = f"{ACTIVITY}{row.field}" if is_activity and scope == Audience.PEOPLE else row.field
        if (scope == Audience.PEOPLE or scope == row.dimension) and type_of(scope, name):
            yield name, row.known, row.values, row.estimated


def _field(name: str, scope: Scope, known: int, values: list[Any]) -> dict[str, Any]:
    holds = type_of(scope, name) or FieldType.PROPERTY
    if name in CHOICES:
        counts = dict(values)
        shown = [choice.upper() if name == "score.grade" else choice for choice in CHOICES[name]]
        values = sorted(((word, counts.get(word)) for word in shown), key=lambda each: -(each[1] or 0))
    return {
        "name": name,
        "words": words_for(name),
        "holds": holds,
        "ops": _operators(holds),
        "counts": "people" if _is_of_person(name, scope) else "activities",
        "known": known,
        "values": values,
    }


def _is_of_person(name: str, scope: Scope) -> bool:
    return scope != Dimension.ENGAGEMENT and not name.startswith(ACTIVITY)


def _operators(holds: FieldType) -> list[str]:
    """The operators that suit, the one that is meant most often first: it is chosen with the field."""
    suitable = [op for op in Op if op in OPERATORS[holds]]
    return sorted(suitable, key=lambda op: op != USUAL.get(holds, Op.EQUALS))


def _operator(op: Op) -> dict[str, Any]:
    return {
        "takes": TAKES.get(op, "a word or text: CEO"),
        "several": op in (Op.IN, Op.NOT_IN),
        "suggests": op in EQUALITY or op in (Op.CONTAINS, Op.HAS_WORD, Op.STARTS_WITH),
    }
