"""How far points can go: the most that a group, a dimension, a model can give anybody under its maxima.

An upper bound, since rules that exclude each other are summed all the same: where it falls short of a threshold, nobody
can reach that; where it does not, somebody may or may not.
"""

from __future__ import annotations

import math

from scoring.models import Dimension, Effect, Per
from scoring.spec import GroupSpec, ModelSpec, RuleSpec


def most_of_rule(rule: RuleSpec, dimension: Dimension) -> float:
    """The most a rule gives one person; infinite where it counts each time without a maximum."""
    if rule.effect != Effect.POINTS or rule.points <= 0:
        return 0.0
    each_time = dimension == Dimension.ENGAGEMENT and rule.per == Per.OCCURRENCE
    most = math.inf if each_time else rule.points
    return most if rule.max_points is None else min(most, rule.max_points)


def most_of_group(group: GroupSpec, spec: ModelSpec) -> float:
    """The most a group comes to, within its bounds, by the rules that are on."""
    rules = [rule for rule in spec.rules if rule.enabled and rule.group == group.name]
    most = sum((most_of_rule(rule, group.dimension) for rule in rules), 0.0)
    if group.min_points is not None:
        most = max(most, group.min_points)
    return most if group.max_points is None else min(most, group.max_points)


def most_of_dimension(dimension: Dimension, spec: ModelSpec) -> float:
    """The most fit or engagement anybody can have."""
    most = sum((most_of_group(group, spec) for group in spec.groups if group.dimension == dimension), 0.0)
    highest = spec.max_fit if dimension == Dimension.FIT else spec.max_engagement
    return most if highest is None else min(most, highest)
