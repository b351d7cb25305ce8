"""Conditions on people as half a sentence: what a segment or an assignment rule asks for, all of it together.

“the country is “Germany” and they view a page under /pricing at least 2 times in the last 30 days”: conditions on
activities speak of the same activities (`scoring.audience`), and so make one clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scoring.deeds import ANYTHING, deed
from scoring.fields import ACTIVITY, COUNT, DAYS_AGO
from scoring.models import ConditionRow, Dimension, Op
from scoring.predicates import COMPARED, amount, number
from scoring.spec import ConditionSpec
from scoring.words import condition_words, days_words


def people_words(rows: Iterable[ConditionRow | ConditionSpec]) -> str:
    """What all conditions ask for, be they rows or specs; "" where there are none."""
    conditions = [ConditionSpec(row.field, Op(row.op), row.value) for row in rows]
    who = [condition_words(one, Dimension.FIT) for one in conditions if not one.field.startswith(ACTIVITY)]
    did = [one for one in conditions if one.field.startswith(ACTIVITY)]
    return " and ".join([*who, *([_deed_clause(did)] if did else [])])


def _deed_clause(conditions: Sequence[ConditionSpec]) -> str:
    counts = [one for one in conditions if one.field == COUNT]
    ages = [one for one in conditions if one.field == DAYS_AGO]
    what = [
        replace(one, field=one.field.removeprefix(ACTIVITY))
        for one in conditions
        if one.field not in (COUNT, DAYS_AGO)
    ]
    done = deed(what)
    lately = "".join(f" {_age(one)}" for one in ages)
    if any(_means_never(one) for one in counts):
        if done.startswith(ANYTHING):
            return f"they did nothing{done.removeprefix(ANYTHING)}{lately}"
        return f"they did not {done}{lately}"
    often = "".join(f" {_count(one)}" for one in counts)
    return f"they {done}{often}{lately}"


def _means_never(condition: ConditionSpec) -> bool:
    op, value = condition.op, condition.value
    return (op in (Op.EQUALS, Op.LTE) and value == 0) or (op == Op.LT and value == 1)


def _count(condition: ConditionSpec) -> str:
    if condition.op == Op.BETWEEN:
        low, high = (amount(one) for one in condition.value)
        return f"{low} to {high} times"
    times = f"{amount(condition.value)} time{'' if condition.value == 1 else 's'}"
    return f"{COMPARED[condition.op]} {times}" if condition.op in COMPARED else f"exactly {times}"


def _age(condition: ConditionSpec) -> str:
    if condition.op == Op.BETWEEN:
        low, high = (number(one) for one in condition.value)
        return f"{low} to {high} days ago"
    if condition.op in (Op.LT, Op.LTE):
        return f"in the last {days_words(condition.value)}"
    days = "a day" if condition.value == 1 else days_words(condition.value)
    return f"{COMPARED[condition.op]} {days} ago"
