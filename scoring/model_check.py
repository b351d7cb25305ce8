"""Whether a model is sound, be it from a file or from a version's rows: every fault by place, problem and mend.

A model is refused where a rule could never do what its author meant: a group or field that does not exist, an operator
that does not suit the field, a value of the wrong shape, a bound the wrong way round, a window without an end.
Whether personas come out as they should is for `scoring.personas` to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crm.errors import FieldError
from crm.strict_yaml import UNSTORABLE, Fault, Path
from scoring.condition_check import condition_faults
from scoring.models import DecayKind, Dimension, DomainList, Effect, Per
from scoring.persona_check import shape_faults
from scoring.spec import DecaySpec, GroupSpec, ModelSpec, RuleSpec

MOST_RULES = 300
MOST_GROUPS = 100
MOST_CONDITIONS = 30
MOST_CONDITIONS_IN_ALL = 1_500
"""All of them stand in one statement, and beyond this one contact's explanation takes seconds."""
MOST_PERSONAS = 100
LONGEST_NAME = {"name": 120, "groups": 120, "rules": 200, "personas": 200}
MOST_POINTS = 1_000_000
MOST_DAYS = 36_500
LEAST_DAYS = 0.001
"""A minute and a half. Shorter half-lives and windows are slips of the pen, and their powers overflow."""
MOST_TIMES = 1_000_000


def faults_of(spec: ModelSpec, *, lists: Iterable[str] = ()) -> list[Fault]:
    """What is wrong with `spec`, in the order of a file; none where it is sound.

    `lists`: names of domain lists that it may ask for beside those that there are.
    """
    return list(_faults(spec, {*lists, *DomainList.objects.values_list("name", flat=True)}))


def errors_of(spec: ModelSpec) -> list[FieldError]:
    """The faults of a model that has no file, by the names of rules, groups and personas."""
    return [FieldError(_place(spec, fault.path), fault.problem, fault.mend) for fault in faults_of(spec)]


def _place(spec: ModelSpec, path: Path) -> str:
    """`("rules", 2, "when", 0, "value")` as: rule “Director”: condition 1: value"""
    named: dict[str, Sequence[Any]] = {"groups": spec.groups, "rules": spec.rules, "personas": spec.personas}
    steps: list[str] = []
    for step in path:
        if isinstance(step, str):
            steps.append(step)
        elif len(steps) == 1 and steps[0] in named:
            steps[0] = f"{steps[0][:-1]} “{named[steps[0]][step].name}”"
        elif steps[-1] == "when":
            steps[-1] = f"condition {step + 1}"
        else:
            steps[-1] += f"[{step}]"
    return ": ".join(steps)


def _faults(spec: ModelSpec, lists: set[str]) -> Iterator[Fault]:
    yield from _name_faults(spec.name, LONGEST_NAME["name"], ("name",))
    yield from _version_faults(spec)
    yield from _many("groups", spec.groups, MOST_GROUPS, least=1)
    for index, group in enumerate(spec.groups):
        yield from _group_faults(group, ("groups", index))
    yield from _many("rules", spec.rules, MOST_RULES, least=1)
    dimensions = {group.name: group.dimension for group in spec.groups}
    for index, rule in enumerate(spec.rules):
        yield from _rule_faults(rule, ("rules", index), dimensions, lists)
    conditions = sum(len(rule.when) for rule in spec.rules)
    if conditions > MOST_CONDITIONS_IN_ALL:
        yield Fault(
            ("rules",),
            f"hold {conditions} conditions in all",
            f"keep them to {MOST_CONDITIONS_IN_ALL}; `in` takes a list of values in one condition",
        )
    yield from _many("personas", spec.personas, MOST_PERSONAS, least=0)
    for index, persona in enumerate(spec.personas):
        yield from shape_faults(persona, ("personas", index))


def _many(key: str, items: Sequence[Any], most: int, *, least: int) -> Iterator[Fault]:
    """Faults of a list of named things: how many there are, and how they are called."""
    if len(items) < least:
        yield Fault((key,), "is empty", "add at least one of them, as docs/scoring.md shows")
    if len(items) > most:
        yield Fault((key,), f"holds {len(items)}", f"keep it to {most}")
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        path = (key, index, "name")
        yield from _name_faults(item.name, LONGEST_NAME[key], path)
        first = seen.setdefault(item.name.casefold(), index)
        if item.name and first != index:
            yield Fault(
                path, f"“{item.name}” is the name of another of the {key} too", "give each its own name"
            )


def _name_faults(name: str, longest: int, path: Path) -> Iterator[Fault]:
    if not name.strip():
        yield Fault(path, "is empty", "write a name that says what it is for")
    elif len(name) > longest:
        yield Fault(path, f"is {len(name)} characters long", f"shorten it to {longest}")
    elif UNSTORABLE.search(name):
        yield Fault(path, "holds a character that cannot be stored", "remove it")


def _version_faults(spec: ModelSpec) -> Iterator[Fault]:
    for key in ("threshold", "min_fit", "min_engagement", "max_fit", "max_engagement"):
        points = getattr(spec, key)
        if points is None:
            continue
        yield from _number_faults(points, (key,))
        if math.isfinite(points) and round(points, 2) != points:
            yield Fault(
                (key,), f"is {points}, finer than a score, which has two decimals", "write 2 decimals at most"
            )
    for dimension in Dimension:
        most = getattr(spec, f"max_{dimension}")
        if most is not None and most < 0:
            yield Fault((f"max_{dimension}",), f"is {most:g}", "write a number from 0, or leave it out")
        cuts = getattr(spec, f"{dimension}_grades")
        if not all(math.isfinite(cut) and abs(cut) <= MOST_POINTS for cut in cuts):
            yield Fault(("grades", dimension.value), "holds a number that is out of range", "write points")
        elif not cuts[0] > cuts[1] > cuts[2]:
            yield Fault(
                ("grades", dimension.value),
                "does not descend",
                "write the best cut first, as in [75, 50, 25]",
            )
    if not 0 <= spec.requalify_after_days <= MOST_DAYS:
        yield Fault(
            ("requalify_after_days",),
            f"is {spec.requalify_after_days}",
            f"write whole days from 0 to {MOST_DAYS}",
        )
    yield from _decay_faults(spec.decay, ("decay",))


def _number_faults(points: float, path: Path) -> Iterator[Fault]:
    if not math.isfinite(points):
        yield Fault(path, "is not a finite number", "write digits alone, as in 10 or 2.5")
    elif abs(points) > MOST_POINTS:
        yield Fault(path, f"is {points:g}", f"write at most {MOST_POINTS}")


def _days_faults(days: float, path: Path) -> Iterator[Fault]:
    if not LEAST_DAYS <= days <= MOST_DAYS:
        yield Fault(path, f"is {days:g}", f"write days from {LEAST_DAYS} to {MOST_DAYS}")


def _decay_faults(decay: DecaySpec, path: Path) -> Iterator[Fault]:
    if decay.kind == DecayKind.NONE:
        wanted: set[str] = set()
    else:
        wanted = {"days", "percent"} if decay.kind == DecayKind.STEP else {"days"}
    for key in ("percent", "days"):
        value = getattr(decay, key)
        if key in wanted and value is None:
            yield Fault((*path, key), f"is missing: `{decay.kind}` needs it", f"add `{key}: …`")
        elif key not in wanted and value is not None:
            yield Fault((*path, key), f"is not wanted: `{decay.kind}` takes none", "remove it")
        elif key == "days" and value is not None:
            yield from _days_faults(value, (*path, key))
        elif value is not None and not 0 <= value <= 100:
            yield Fault((*path, key), f"is {value:g}", "write a number from 0 to 100")


def _group_faults(group: GroupSpec, path: Path) -> Iterator[Fault]:
    for key, bound in (("min_points", group.min_points), ("max_points", group.max_points)):
        if bound is not None:
            yield from _number_faults(bound, (*path, key))
    if group.min_points is not None and group.max_points is not None and group.min_points > group.max_points:
        yield Fault((*path, "min_points"), "is above max_points", "turn them round")


def _rule_faults(
    rule: RuleSpec, path: Path, dimensions: dict[str, Dimension], lists: set[str]
) -> Iterator[Fault]:
    dimension = dimensions.get(rule.group)
    if dimension is None:
        known = ", ".join(dimensions)
        yield Fault((*path, "group"), f"“{rule.group}” is no group of this model", f"use one of {known}")
    yield from _number_faults(rule.points, (*path, "points"))
    if rule.effect != Effect.POINTS:
        yield from _without_points_faults(rule, path)
    if dimension == Dimension.FIT:
        yield from _fit_rule_faults(rule, path)
    else:
        yield from _engagement_rule_faults(rule, path)
    if not rule.when:
        yield Fault(
            (*path, "when"), "is empty: the rule would match everything", "add at least one condition"
        )
    if len(rule.when) > MOST_CONDITIONS:
        yield Fault((*path, "when"), f"holds {len(rule.when)} conditions", f"keep it to {MOST_CONDITIONS}")
    if dimension is not None:
        for index, condition in enumerate(rule.when):
            yield from condition_faults(condition, dimension, (*path, "when", index), lists)


def _without_points_faults(rule: RuleSpec, path: Path) -> Iterator[Fault]:
    """A rule that disqualifies or fast-tracks has nothing to give, cap or fade."""
    for key, said in (
        ("points", rule.points != 0),
        ("max_points", rule.max_points is not None),
        ("decay", rule.decay is not None),
    ):
        if said:
            mend = "remove it, or give the points by a rule of their own"
            yield Fault((*path, key), f"is not wanted: `{rule.effect}` gives no points", mend)


def _fit_rule_faults(rule: RuleSpec, path: Path) -> Iterator[Fault]:
    for key, said in (
        ("per", rule.per != Per.OCCURRENCE),
        ("at_least", rule.at_least != 1),
        ("max_points", rule.max_points is not None),
        ("window_days", rule.window_days is not None),
        ("decay", rule.decay is not None),
    ):
        if said:
            yield fit_rule_has(key, path)


def fit_rule_has(key: str, path: Path) -> Fault:
    """The fault of a fit rule that says something about activities."""
    return Fault((*path, key), "is not for fit rules: it counts activities", "remove it, or move the rule")


def _engagement_rule_faults(rule: RuleSpec, path: Path) -> Iterator[Fault]:
    if not 1 <= rule.at_least <= MOST_TIMES:
        yield Fault(
            (*path, "at_least"), f"is {rule.at_least}", f"write a whole number from 1 to {MOST_TIMES}"
        )
    if rule.max_points is not None:
        yield from _number_faults(rule.max_points, (*path, "max_points"))
        if rule.max_points <= 0:
            mend = "write a number above 0: it holds negative points too"
            yield Fault((*path, "max_points"), f"is {rule.max_points:g}", mend)
    if rule.window_days is not None:
        yield from _days_faults(rule.window_days, (*path, "window_days"))
    if rule.decay is not None:
        yield from _decay_faults(rule.decay, (*path, "decay"))
    if rule.per == Per.ABSENCE:
        yield from _absence_faults(rule, path)


def _absence_faults(rule: RuleSpec, path: Path) -> Iterator[Fault]:
    if rule.window_days is None:
        mend = "add `window_days: …`: how long nothing must have matched"
        yield Fault((*path, "window_days"), "is missing: `absence` needs it", mend)
    if rule.at_least != 1:
        yield Fault((*path, "at_least"), "is not wanted: `absence` is when nothing matched", "remove it")
    if rule.decay is not None:
        yield Fault((*path, "decay"), "is not wanted: what did not happen does not fade", "remove it")
