"""Conditions of segments and assignment rules: which came, which went, which changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from leads.history.past import Past
from scoring.audience_words import people_words
from scoring.models import ConditionRow, Dimension, Op
from scoring.rule_differences import condition_changes
from scoring.spec import ConditionSpec


def conditions_changed(conditions: Past[Any], column: str, whole: int, at: datetime) -> list[str]:
    """What became otherwise at a moment of the conditions of `whole`, which they name by `column`."""
    before = _specs(conditions.parts_before(column, whole, at))
    return list(condition_changes(before, _specs(conditions.parts_at(column, whole, at)), Dimension.FIT))


def conditions_said(conditions: Past[Any], column: str, whole: int, at: datetime) -> list[str]:
    """The conditions of `whole` as they are once the moment is over, in one piece; nothing where it has none."""
    said = people_words(conditions.parts_at(column, whole, at))
    return [f"when {said}"] if said else []


def _specs(rows: Iterable[ConditionRow]) -> tuple[ConditionSpec, ...]:
    return tuple(ConditionSpec(row.field, Op(row.op), row.value) for row in rows)
