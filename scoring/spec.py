"""A scoring model as values: what the evaluator takes, whether it comes from a version's rows or from a file.

Rows become a spec in `scoring.versions`, YAML in `scoring.model_file`. A spec says nothing of whom it scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from scoring.models import DecayKind, Dimension, Effect, Op, Per


@dataclass(frozen=True, slots=True)
class DecaySpec:
    """How points fade with age. `days`: half-life, time to zero, or a step's length; `percent`: what a step takes."""

    kind: DecayKind = DecayKind.NONE
    days: float | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class ConditionSpec:
    """*field, operator, value*. `value` is None for `known` and `unknown`, a list for `in`, `not_in`, `between`."""

    field: str
    op: Op
    value: Any = None


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule. `per` to `decay` is for engagement rules alone; a `decay` of None is the model's own. One that is not
    `enabled` is kept and scores nothing.
    """

    name: str
    group: str
    when: tuple[ConditionSpec, ...]
    effect: Effect = Effect.POINTS
    points: float = 0.0
    per: Per = Per.OCCURRENCE
    at_least: int = 1
    max_points: float | None = None
    window_days: float | None = None
    decay: DecaySpec | None = None
    enabled: bool = True

    @property
    def asks_for_automated(self) -> bool:
        return any(condition.field == "automated" for condition in self.when)


@dataclass(frozen=True, slots=True)
class GroupSpec:
    name: str
    dimension: Dimension
    min_points: float | None = None
    max_points: float | None = None


@dataclass(frozen=True, slots=True)
class PersonaSpec:
    """A made-up contact, counted back from the moment of the check. Shapes as in the model file."""

    name: str
    qualifies: bool
    contact: dict[str, Any] = field(default_factory=dict)
    activities: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A named list of domains, sorted and each once. It is no part of a model: rules ask for it by its name."""

    name: str
    description: str = ""
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Everything that decides a score. `fit_grades` and `engagement_grades` are cut points, best first."""

    name: str
    threshold: float
    min_fit: float = 0.0
    min_engagement: float = 0.0
    max_fit: float | None = None
    max_engagement: float | None = None
    requalify_after_days: int = 30
    restart_engagement_on_recycle: bool = True
    decay: DecaySpec = DecaySpec()
    fit_grades: tuple[float, float, float] = (75.0, 50.0, 25.0)
    engagement_grades: tuple[float, float, float] = (75.0, 50.0, 25.0)
    groups: tuple[GroupSpec, ...] = ()
    rules: tuple[RuleSpec, ...] = ()
    personas: tuple[PersonaSpec, ...] = ()

    def dimension_of(self, rule: RuleSpec) -> Dimension:
        return next(group.dimension for group in self.groups if group.name == rule.group)

    def rules_of(self, dimension: Dimension) -> list[RuleSpec]:
        names = {group.name for group in self.groups if group.dimension == dimension}
        return [rule for rule in self.rules if rule.group in names]

    def in_force(self) -> ModelSpec:
        """The model without the rules that are off, which is what scores."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.enabled))
