"""A condition's value as people type it: words and numbers with commas between them, instead of JSON."""

from __future__ import annotations

import json
from typing import Any

from crm.strict_yaml import number_in
from scoring.fields import FieldType, type_of
from scoring.models import Dimension, Op

LISTS = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN})
NOTHING = frozenset({Op.KNOWN, Op.UNKNOWN})
SIZES = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
EQUALITY = frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN})


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


def meant(text: str, *, field: str, op: str, dimension: Dimension | None) -> Any:
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
        return [_scalar(word.strip(), field, op, dimension) for word in text.split(",") if word.strip()]
    return _scalar(text, field, op, dimension)


def _elements(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"begins like a JSON list and is none: {error}") from error
    if not isinstance(value, list):
        raise ValueError("is not a list")
    return value


def _scalar(text: str, field: str, op: str, dimension: Dimension | None) -> Any:
    holds = type_of(dimension, field) if dimension else None
    if holds == FieldType.BOOLEAN and text.lower() in ("true", "yes", "false", "no"):
        return text.lower() in ("true", "yes")
    number = number_in(text)
    wants_number = op in SIZES or (op in EQUALITY and holds in (FieldType.NUMBER, FieldType.PROPERTY))
    return number if number is not None and wants_number else text
