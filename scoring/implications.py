"""What conditions say of each other, without looking at anybody: that two can never hold at once, that one holds
wherever another does.

Careful on one side: where this says "never" or "always", it is so; where it says nothing, it may still be. What a
condition means is said by `scoring.conditions`, in SQL. Here stands only what follows from its operator and value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from crm.strict_yaml import number_in
from scoring.models import Op
from scoring.spec import ConditionSpec

ONE_OF = frozenset({Op.EQUALS, Op.IN})
NONE_OF = frozenset({Op.NOT_EQUALS, Op.NOT_IN})
SIZES = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
PARTS = frozenset({Op.CONTAINS, Op.HAS_WORD, Op.STARTS_WITH})
Bound = tuple[float, bool]
"""A number, and whether it belongs to the range itself."""


def exclude_each_other(one: ConditionSpec, other: ConditionSpec) -> bool:
    """Whether two conditions on the same field can never hold at once. Of different fields nothing is said."""
    return one.field == other.field and (_excludes(one, other) or _excludes(other, one))


def follows(conditions: Sequence[ConditionSpec], whenever: Sequence[ConditionSpec]) -> bool:
    """Whether all `conditions` hold wherever all of `whenever` do."""
    return all(any(_implies(given, wanted) for given in whenever) for wanted in conditions)


def _excludes(one: ConditionSpec, other: ConditionSpec) -> bool:
    if one.op == Op.UNKNOWN:
        return other.op not in (*NONE_OF, Op.UNKNOWN)
    if one.op in ONE_OF and other.op in NONE_OF:
        return _are_among(_values(one), _values(other))
    if _may_hold_several(one.field):
        # A property may be a list, in which one element meets the one condition and one the other.
        return False
    if one.op in ONE_OF and other.op in ONE_OF:
        return _have_none_in_common(_values(one), _values(other))
    if one.op in ONE_OF and (possible := _possible(other)):
        return not any(possible(value) for value in _values(one))
    if one.op in SIZES and other.op in SIZES:
        return _are_apart(one, other)
    if one.op == other.op == Op.STARTS_WITH:
        begins = _text(one.value), _text(other.value)
        return not begins[0].startswith(begins[1]) and not begins[1].startswith(begins[0])
    return False


def _implies(given: ConditionSpec, wanted: ConditionSpec) -> bool:
    """Whether `wanted` holds wherever `given` does."""
    if given.field != wanted.field:
        return False
    if given == wanted or (wanted.op == Op.KNOWN and given.op not in (*NONE_OF, Op.UNKNOWN)):
        return True
    if wanted.op in NONE_OF:
        return _implies_none_of(given, wanted)
    if given.op in ONE_OF and wanted.op in ONE_OF:
        return _are_among(_values(given), _values(wanted))
    if given.op in ONE_OF and wanted.op != Op.HAS_WORD and (possible := _possible(wanted)):
        # A number may be spelled in many ways: of its text nothing is sure.
        spelled = wanted.op in PARTS
        return all(possible(one) and not (spelled and isinstance(one, float)) for one in _values(given))
    if given.op in SIZES and wanted.op in SIZES:
        return _is_within(given, wanted)
    if given.op in PARTS and wanted.op in PARTS:
        return _part_implies(given, wanted)
    if given.op == wanted.op == Op.IN_DOMAIN_LIST:
        both_written = isinstance(given.value, list) and isinstance(wanted.value, list)
        return both_written and _are_among(_values(given), _values(wanted))
    return False


def _implies_none_of(given: ConditionSpec, wanted: ConditionSpec) -> bool:
    if given.op == Op.UNKNOWN:
        return True
    if given.op in NONE_OF:
        return _are_among(_values(wanted), _values(given))
    one_of = given.op in ONE_OF and not _may_hold_several(given.field)
    return one_of and _have_none_in_common(_values(given), _values(wanted))


def _part_implies(given: ConditionSpec, wanted: ConditionSpec) -> bool:
    part, whole = _text(wanted.value), _text(given.value)
    if wanted.op == Op.CONTAINS:
        return part in whole
    if wanted.op == Op.STARTS_WITH:
        return given.op == Op.STARTS_WITH and whole.startswith(part)
    return given.op == Op.HAS_WORD and whole == part


def _may_hold_several(field: str) -> bool:
    return "properties." in field


def _text(value: Any) -> str:
    return str(value).lower()


def _values(condition: ConditionSpec) -> frozenset[str | float]:
    """The values a condition names: numbers, and texts without case."""
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    return frozenset(
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
        for value in values
    )


def _as_number(value: str | float) -> str | float:
    """A value as the number it spells, if it does."""
    number = value if isinstance(value, float) else number_in(value)
    return value if number is None else float(number)


def _are_among(values: frozenset[str | float], others: frozenset[str | float]) -> bool:
    """Whether what is one of `values` is one of `others`. Each spelling of a number is that number, not the reverse."""
    return all(value in others or _as_number(value) in others for value in values)


def _have_none_in_common(values: frozenset[str | float], others: frozenset[str | float]) -> bool:
    return not {_as_number(value) for value in values} & {_as_number(value) for value in others}


def _possible(condition: ConditionSpec) -> Callable[[str | float], bool] | None:
    """A test that every value which meets `condition` passes; None where there is no such simple one.

    Of words it is no more than that the value has them in it.
    """
    if condition.op in SIZES:
        return lambda value: isinstance(number := _as_number(value), float) and _in_range(number, condition)
    part = _text(condition.value)
    if condition.op == Op.STARTS_WITH:
        return lambda value: isinstance(value, float) or value.startswith(part)
    if condition.op in (Op.CONTAINS, Op.HAS_WORD):
        return lambda value: isinstance(value, float) or part in value
    return None


def _range(condition: ConditionSpec) -> tuple[Bound, Bound]:
    """The lower and the upper end of what a size allows."""
    value, op = condition.value, condition.op
    if op == Op.BETWEEN:
        return (float(value[0]), True), (float(value[1]), True)
    if op in (Op.GT, Op.GTE):
        return (float(value), op == Op.GTE), (math.inf, False)
    return (-math.inf, False), (float(value), op == Op.LTE)


def _in_range(value: float, condition: ConditionSpec) -> bool:
    (low, with_low), (high, with_high) = _range(condition)
    return (value > low or (with_low and value == low)) and (value < high or (with_high and value == high))


def _are_apart(one: ConditionSpec, other: ConditionSpec) -> bool:
    (low, with_low), (high, with_high) = _range(one)
    (other_low, with_other_low), (other_high, with_other_high) = _range(other)
    lowest = max((low, not with_low), (other_low, not with_other_low))
    highest = min((high, with_high), (other_high, with_other_high))
    return lowest[0] > highest[0] or (lowest[0] == highest[0] and (lowest[1] or not highest[1]))


def _is_within(given: ConditionSpec, wanted: ConditionSpec) -> bool:
    (low, with_low), (high, with_high) = _range(given)
    (least, with_least), (most, with_most) = _range(wanted)
    return (low > least or (low == least and (with_least or not with_low))) and (
        high < most or (high == most and (with_most or not with_high))
    )
