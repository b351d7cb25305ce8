"""The order of a draft's groups, and of the rules within them: where something stands, and how it is moved.

A rule moves within its dimension only: what somebody did cannot stand among what somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Manager

from crm.errors import Conflict, FieldError, Invalid
from crm.models import User
from scoring.edit import Changed, hold, note
from scoring.models import Group, Rule, ScoringVersion
from scoring.seen import fingerprint


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group or rule is to stand: before another of its kind, or last. `group`: the one a rule is to be in."""

    before: int | None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The ids of groups in order, and by group the ids of its rules in order."""

    groups: tuple[int, ...]
    rules: dict[int, tuple[int, ...]]
    dimensions: dict[int, str]

    @property
    def seen(self) -> str:
        return fingerprint([(group, self.rules[group]) for group in self.groups])

    def group_of(self, rule: int) -> int | None:
        return next((group for group in self.groups if rule in self.rules[group]), None)

    def alike(self, group: int) -> tuple[int, ...]:
        """The groups of the same dimension as `group`, in order: those that its rules may move to."""
        return tuple(g for g in self.groups if self.dimensions[g] == self.dimensions[group])


class OrderChanged(Conflict):
    """Somebody else moved, added or deleted something meanwhile. `order` is how it stands."""

    def __init__(self, order: Order) -> None:
        problem = "somebody else moved, added or deleted rules meanwhile"
        super().__init__(FieldError("", problem, "nothing was moved"))
        self.order = order


def order_of(version: ScoringVersion) -> Order:
    groups = list(Group.objects.filter(version=version).values_list("pk", "dimension"))
    rules: dict[int, list[int]] = {pk: [] for pk, _ in groups}
    in_order = Rule.objects.filter(group__version=version).order_by("position", "pk")
    for pk, group in in_order.values_list("pk", "group_id"):
        rules[group].append(pk)
    return Order(
        tuple(pk for pk, _ in groups), {pk: tuple(inside) for pk, inside in rules.items()}, dict(groups)
    )


def rule_one_on(order: Order, rule: int, by: int) -> Place | None:
    """One place up (`by` -1) or down (1), on into the next group of the dimension; None where there is no further."""
    group = order.group_of(rule)
    if group is None:
        return None
    inside = order.rules[group]
    index = inside.index(rule) + by
    if 0 <= index < len(inside):
        return Place(_before(inside, rule, index), group)
    groups = order.alike(group)
    beside = groups.index(group) + by
    if not 0 <= beside < len(groups):
        return None
    first = next(iter(order.rules[groups[beside]]), None)
    return Place(first if by > 0 else None, groups[beside])


def group_one_on(order: Order, group: int, by: int) -> Place | None:
    if group not in order.groups:
        return None
    index = order.groups.index(group) + by
    return Place(_before(order.groups, group, index)) if 0 <= index < len(order.groups) else None


@transaction.atomic
def move_rule(version: ScoringVersion, rule: int, to: Place, *, seen: str, by: User, at: datetime) -> Order:
    """Put a rule where `to` says, and tell the new order. Raises Changed, NoDraft, or Invalid across dimensions."""
    draft = hold(version)
    order = _seen_order(draft, seen)
    source = order.group_of(rule)
    if source is None or to.group not in order.rules:
        raise Changed("this rule or its group", gone=True)
    if order.dimensions[source] != order.dimensions[to.group]:
        raise Invalid(
            FieldError("", "fit and engagement rules stand in groups of their own", "drop it there")
        )
    rules = {group: [pk for pk in inside if pk != rule] for group, inside in order.rules.items()}
    _insert(rules[to.group], rule, to.before)
    _number(Rule, [pk for group in order.groups for pk in rules[group]])
    if source != to.group:
        Rule.objects.filter(pk=rule).update(group=to.group)
    note(f"moved rule={rule}", draft, by, at)
    return order_of(draft)


@transaction.atomic
def move_group(version: ScoringVersion, group: int, to: Place, *, seen: str, by: User, at: datetime) -> Order:
    """Put a group where `to` says, and tell the new order. Raises Changed or NoDraft."""
    draft = hold(version)
    order = _seen_order(draft, seen)
    if group not in order.groups:
        raise Changed("this group", gone=True)
    groups = [pk for pk in order.groups if pk != group]
    _insert(groups, group, to.before)
    _number(Group, groups)
    _number(Rule, [pk for one in groups for pk in order.rules[one]])
    note(f"moved group={group}", draft, by, at)
    return order_of(draft)


def _seen_order(draft: ScoringVersion, seen: str) -> Order:
    order = order_of(draft)
    if order.seen != seen:
        raise OrderChanged(order)
    return order


def _before(row: tuple[int, ...], moved: int, index: int) -> int | None:
    """What `moved` stands before once it is at `index` of `row`."""
    others = [pk for pk in row if pk != moved]
    return others[index] if index < len(others) else None


def _insert(row: list[int], pk: int, before: int | None) -> None:
    row.insert(row.index(before) if before in row else len(row), pk)


def _number(model: type[Group | Rule], pks: list[int]) -> None:
    """Let the rows stand in the order of `pks`. Only those that move are written."""
    rows: Manager[Any] = model._default_manager
    stood = dict(rows.filter(pk__in=pks).values_list("pk", "position"))
    moved = [model(pk=pk, position=place) for place, pk in enumerate(pks) if stood[pk] != place]
    rows.bulk_update(moved, ["position"])
