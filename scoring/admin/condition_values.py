"""A condition as people type it: words and numbers with commas between them, read and answered in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.strict_yaml import number_in
from scoring.condition_check import condition_faults
from scoring.fields import NUMBERS, OPERATORS, FieldType, Scope, canonical, type_of
from scoring.models import Op
from scoring.spec import ConditionSpec

LISTS = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN})
NOTHING = frozenset({Op.KNOWN, Op.UNKNOWN})
SIZES = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
EQUALITY = frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN})
MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What was typed, as a condition, or what is wrong with it: pairs of a place (`field`, `op`, `typed_value`, or ""
    for the whole) and a sentence that ends with the mend."""

    condition: ConditionSpec | None
    faults: tuple[tuple[str, str], ...] = ()


def read_condition(field: str, op: str, text: str, *, scope: Scope | None, lists: set[str]) -> Reading:
    """Read one row. Without a `scope` the value is read and nothing checked. `lists`: names of domain lists."""
    field = canonical(field.strip())
    try:
        condition = ConditionSpec(field, Op(op), meant(text, field=field, op=op, scope=scope))
    except ValueError as error:
        return Reading(None, (("typed_value", f"This {error}."),))
    faults = tuple(_faults(condition, text.strip(), scope, lists))[:MOST_FAULTS] if scope else ()
    return Reading(None if faults else condition, faults)


def _faults(condition: ConditionSpec, text: str, scope: Scope, lists: set[str]) -> Iterator[tuple[str, str]]:
    holds = type_of(scope, condition.field)
    if holds and condition.op not in OPERATORS[holds]:
        suitable = ", ".join(f"“{op.label}”" for op in Op if op in OPERATORS[holds])
        said = f"“{condition.op.label}” does not suit {condition.field}, which holds {_kind_of(holds)}"
        yield "op", f"{said}: use {suitable}."
        return
    if holds and (said := _unlike_its_operator(condition, text, holds, lists)):
        yield "typed_value", said
        return
    shown = {"field": "field", "op": "op", "value": "typed_value"}
    for fault in condition_faults(condition, scope, (), lists):
        place = shown.get(str(fault.path[0]), "") if fault.path else ""
        problem = fault.problem if fault.problem.startswith("“") else f"This {fault.problem}"
        yield place, f"{problem}: {fault.mend}."


def _kind_of(holds: FieldType) -> str:
    return holds if holds == FieldType.BOOLEAN else f"a {holds}"


def _unlike_its_operator(condition: ConditionSpec, text: str, holds: FieldType, lists: set[str]) -> str:
    """What people get wrong most, said without the words of a model file; "" where it is none of it."""
    op, value = condition.op, condition.value
    wants_number = op in SIZES or (op in EQUALITY and holds in NUMBERS)
    values = value if isinstance(value, list) else [value]
    words = [one for one in values if isinstance(one, str)]
    if value is None and op not in NOTHING:
        return f"Write what it is compared with, as in {example_of(op, holds)}; or choose “is known”."
    if wants_number and words:
        return f"“{words[0][:40]}” is not a number: write digits alone, as in {example_of(op, holds)}."
    if op == Op.BETWEEN and len(values) != 2:
        return "Write two numbers, the lower first, with a comma between: 50, 500."
    if op == Op.IN_DOMAIN_LIST and isinstance(value, str) and value not in lists:
        known = f"Use {_listed(lists)}, or" if lists else "There is none yet:"
        return f"“{text[:80]}” is no domain list. {known} write domains: acme.example, rival.example."
    return ""


def _listed(names: set[str]) -> str:
    few = sorted(names)[:8]
    return ", ".join(few[:-1]) + f" or {few[-1]}" if len(few) > 1 else few[0]


def example_of(op: Op, holds: FieldType) -> str:
    """How a value for `op` is typed."""
    if op == Op.BETWEEN:
        return "50, 500"
    if op == Op.IN_DOMAIN_LIST:
        return "competitors"
    if op in SIZES or holds in NUMBERS:
        return "50, 100" if op in LISTS else "50"
    if holds == FieldType.BOOLEAN:
        return "true"
    return "CEO, CRO" if op in LISTS else "CEO"


def typed(value: Any) -> str:
    """`value` as somebody would type it. What commas or quotes would make unclear is shown as JSON."""
    if value is None:
        return ""
    if isinstance(value, list):
        words = [typed(element) for element in value]
        clear = all(word and "," not in word and not word.startswith(("[", '"')) for word in words)
        return ", ".join(words) if clear else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def meant(text: str, *, field: str, op: str, scope: Scope | None) -> Any:
    """The value that `text` stands for, by what the field holds and the operator takes. Raises ValueError."""
    text = text.strip()
    if op in NOTHING or not text:
        if text:
            raise ValueError("takes no value")
        return None
    if text.startswith("["):
        return _elements(text)
    domains = op == Op.IN_DOMAIN_LIST and ("," in text or "." in text)
    if op in LISTS or domains:
        return [_scalar(word.strip(), field, op, scope) for word in text.split(",") if word.strip()]
    return _scalar(text, field, op, scope)


def _elements(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"begins like a JSON list and is none: {error}") from error
    if not isinstance(value, list):
        raise ValueError("is not a list")
    return value


def _scalar(text: str, field: str, op: str, scope: Scope | None) -> Any:
    holds = type_of(scope, field) if scope else None
    if holds == FieldType.BOOLEAN and text.lower() in ("true", "yes", "false", "no"):
        return text.lower() in ("true", "yes")
    number = number_in(text)
    wants_number = op in SIZES or (op in EQUALITY and holds in (*NUMBERS, FieldType.PROPERTY))
    return number if number is not None and wants_number else text
