"""Conditions on people → Django's `Q`: who they are, where they stand, what they score, what they did.

The language is that of scoring rules (`scoring.conditions`), with more fields. Conditions on activities that stand
beside each other speak of the *same* activities: “viewed a page under /pricing, in the last 30 days, at least twice” is
three conditions on one set. As in rules, what a machine did is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from crm.models import Activity
from scoring.conditions import engagement_condition, fit_condition, score_condition
from scoring.fields import ACTIVITY, COUNT, DAYS_AGO, SCORE
from scoring.models import Op
from scoring.spec import ConditionSpec

NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY


@dataclass(frozen=True, slots=True)
class Clause:
    """Conditions that are true or false together, as `holds`: one of its own each, all on activities at once."""

    conditions: tuple[ConditionSpec, ...]
    holds: Q


class CountOf(Subquery):
    """How many rows a query has, 0 where it has none."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def clauses(conditions: Iterable[ConditionSpec], *, at: datetime, contact: str = "") -> list[Clause]:
    """The parts of `conditions`, all of which must hold as of `at`; those on activities are the last.

    `contact` is the path from the row that is asked for to its contact, as `contact__`. Named domain lists must have
    been replaced by their domains.
    """
    parts, on_activities = [], []
    for condition in conditions:
        if condition.field.startswith(ACTIVITY):
            on_activities.append(condition)
        else:
            parts.append(Clause((condition,), _on_person(condition, contact)))
    if on_activities:
        parts.append(Clause(tuple(on_activities), _on_activities(on_activities, at=at, contact=contact)))
    return parts


def _on_person(condition: ConditionSpec, contact: str) -> Q:
    if condition.field.startswith(SCORE):
        return score_condition(condition, contact=contact)
    return fit_condition(condition, contact=contact)


def _on_activities(conditions: Sequence[ConditionSpec], *, at: datetime, contact: str) -> Q:
    """That there are activities of which all `conditions` hold; as many as those on the count say."""
    meant = Q(contact=OuterRef(f"{contact}pk"), automated=False, occurred_at__lte=at)
    for condition in conditions:
        if condition.field == DAYS_AGO:
            meant &= _aged(condition, at)
        elif condition.field != COUNT:
            meant &= engagement_condition(replace(condition, field=condition.field.removeprefix(ACTIVITY)))
    matching = Activity.objects.filter(meant).order_by()
    counts = [condition for condition in conditions if condition.field == COUNT]
    return _as_often(matching, *_bounds(counts)) if counts else Q(Exists(matching))


def _aged(condition: ConditionSpec, at: datetime) -> Q:
    """Age in days as bounds on the moment, which the index on a contact's activities is ordered by."""
    match Op(condition.op):
        case Op.LT:
            return Q(occurred_at__gt=at - timedelta(days=condition.value))
        case Op.LTE:
            return Q(occurred_at__gte=at - timedelta(days=condition.value))
        case Op.GT:
            return Q(occurred_at__lt=at - timedelta(days=condition.value))
        case Op.GTE:
            return Q(occurred_at__lte=at - timedelta(days=condition.value))
        case Op.BETWEEN:
            least, most = (timedelta(days=days) for days in condition.value)
            return Q(occurred_at__range=(at - most, at - least))
    raise ValueError(f"{condition.op} does not suit an age")


def _bounds(conditions: Sequence[ConditionSpec]) -> tuple[int, int | None]:
    """The least and the most that conditions on a count leave, the latter None where there is no end."""
    least, most = 0, None
    for condition in conditions:
        low, high = _range(Op(condition.op), condition.value)
        least = max(least, low)
        most = high if most is None else most if high is None else min(most, high)
    return least, most


def _range(op: Op, value: float | list[float]) -> tuple[int, int | None]:
    if isinstance(value, list):
        return ceil(value[0]), floor(value[1])
    match op:
        case Op.GTE:
            return ceil(value), None
        case Op.GT:
            return floor(value) + 1, None
        case Op.LTE:
            return 0, floor(value)
        case Op.LT:
            return 0, ceil(value) - 1
        case Op.EQUALS:
            return ceil(value), floor(value)
    raise ValueError(f"{op} does not suit a count")


def _as_often(matching: QuerySet[Activity], least: int, most: int | None) -> Q:
    """That between `least` and `most` rows match. Once is asked as such, which the planner answers for many at once."""
    if most is not None and most < least:
        return NOBODY
    if most == 0:
        return ~Q(Exists(matching))
    some = Q(Exists(matching)) if least else EVERYBODY
    if least <= 1 and most is None:
        return some
    # Whoever has more than is asked for need not be counted to the end.
    enough = least if most is None else most + 1
    number = CountOf(matching.values(one=Value(1))[:enough])
    held = some & Q(GreaterThanOrEqual(number, least)) if least > 1 else some
    return held if most is None else held & Q(LessThanOrEqual(number, most))
