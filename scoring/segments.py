"""Conditions that are kept as rows, as one question to the database: who belongs to a segment, whom a rule is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from crm.models import Contact
from scoring.audience import NOBODY, clauses
from scoring.models import ConditionRow, DomainListEntry, Op, Segment
from scoring.spec import ConditionSpec

Rows = Iterable[ConditionRow | ConditionSpec]


def conditions_q(rows: Rows, *, at: datetime, prefix: str = "") -> Q:
    """For whom every condition of `rows` holds as of `at`; no conditions hold for everybody.

    `at` bounds what they did; who they are and what they score is what it is now. `prefix` is the path from the row
    that is asked for to its contact, as `contact__`. Looks up the domain lists that are named, in one query.
    """
    holds = Q()
    for clause in clauses(specs_of(rows), at=at, contact=prefix):
        holds &= clause.holds
    return holds


def specs_of(rows: Rows) -> list[ConditionSpec]:
    """The conditions as values, with the domains of each list in the place of its name."""
    specs = [ConditionSpec(row.field, Op(row.op), row.value) for row in rows]
    named = {spec.value for spec in specs if spec.op == Op.IN_DOMAIN_LIST and isinstance(spec.value, str)}
    if not named:
        return specs
    domains: defaultdict[str, list[str]] = defaultdict(list)
    for name, domain in DomainListEntry.objects.filter(list__name__in=named).values_list(
        "list__name", "domain"
    ):
        domains[name].append(domain)
    return [
        ConditionSpec(spec.field, spec.op, domains[spec.value])
        if spec.op == Op.IN_DOMAIN_LIST and isinstance(spec.value, str)
        else spec
        for spec in specs
    ]


def belongs_q(segment: Segment, *, at: datetime, prefix: str = "") -> Q:
    """Who belongs to `segment`, as `conditions_q` says it. Nobody does while it has no condition."""
    rows = list(segment.conditions.all())
    return conditions_q(rows, at=at, prefix=prefix) if rows else NOBODY


def members(segment: Segment, *, at: datetime) -> QuerySet[Contact]:
    """Who belongs to `segment`."""
    return Contact.objects.filter(belongs_q(segment, at=at))
