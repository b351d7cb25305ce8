"""What changed between two states of a model, in sentences by place: for whoever publishes, looks back, or audits.

Two models that differ in anything give at least one difference, and equal ones give none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scoring.models import Dimension
from scoring.persona_differences import persona_changes
from scoring.predicates import number
from scoring.rule_differences import arrow, limit, rule_changes
from scoring.spec import DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.words import days_words, decay_words, rule_sentence


class Place(StrEnum):
    """Where in a model something changed, in the order of its page."""

    QUALIFYING = "Who qualifies"
    FADING = "How points fade"
    GRADES = "Grades"
    GROUPS = "Groups"
    RULES = "Rules"
    PERSONAS = "Personas"


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `rule` names the rule it is about, as it is called now, or was when it went; "" for others."""

    place: Place
    sentence: str
    change: Change = Change.CHANGED
    rule: str = ""


def differences(before: ModelSpec | None, after: ModelSpec) -> list[Difference]:
    """What `after` says otherwise than `before`, in the order of a model's page. Of a first model (None) all is new."""
    former = before or ModelSpec(name=after.name, threshold=0)
    return [
        *_qualifying(former, after),
        *_fading(former, after),
        *_grades(former, after),
        *_groups(former, after),
        *_rules(former, after),
        *_personas(former, after),
    ]


def _qualifying(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    said = [
        ("Name:", f"“{before.name}”", f"“{after.name}”"),
        ("Threshold:", number(before.threshold), number(after.threshold)),
        ("Least fit:", number(before.min_fit), number(after.min_fit)),
        ("Least engagement:", number(before.min_engagement), number(after.min_engagement)),
        ("Most fit:", limit(before.max_fit), limit(after.max_fit)),
        ("Most engagement:", limit(before.max_engagement), limit(after.max_engagement)),
        ("Qualifies again after a recycle:", _wait(before), _wait(after)),
        ("What they did before a recycle:", _restart(before), _restart(after)),
    ]
    for name, was, now in said:
        if was != now:
            yield Difference(Place.QUALIFYING, arrow(name, was, now))


def _wait(spec: ModelSpec) -> str:
    days = spec.requalify_after_days
    return "at once" if days == 0 else f"after {'a day' if days == 1 else days_words(days)}"


def _restart(spec: ModelSpec) -> str:
    return "counts no more" if spec.restart_engagement_on_recycle else "still counts"


def _fading(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    if before.decay != after.decay:
        yield Difference(
            Place.FADING, arrow("Points fade:", _default_decay(before.decay), _default_decay(after.decay))
        )


def _default_decay(decay: DecaySpec) -> str:
    return decay_words(decay) or "not at all"


def _grades(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    for dimension, letters, was, now in (
        (Dimension.FIT, "ABC", before.fit_grades, after.fit_grades),
        (Dimension.ENGAGEMENT, "123", before.engagement_grades, after.engagement_grades),
    ):
        moved = [
            arrow(f"{letter} from", number(old), number(new))
            for letter, old, new in zip(letters, was, now, strict=True)
            if old != new
        ]
        if moved:
            yield Difference(Place.GRADES, f"Grades of {dimension.value}: {', '.join(moved)}")


def _groups(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    renamed = _groups_renamed(before, after)
    was = {renamed.get(group.name, group.name): group for group in before.groups}
    now = {group.name: group for group in after.groups}
    for name, group in now.items():
        if name not in was:
            yield Difference(Place.GROUPS, f"Group “{name}” added{_bounds(group)}", Change.ADDED)
        elif said := list(_group_changes(was[name], group)):
            yield Difference(Place.GROUPS, f"Group “{was[name].name}”: {', '.join(said)}")
    for name, group in was.items():
        if name not in now:
            yield Difference(Place.GROUPS, f"Group “{group.name}” removed", Change.REMOVED)
    if _reordered(list(was), list(now)):
        yield Difference(Place.GROUPS, "Groups in another order")


def _groups_renamed(before: ModelSpec, after: ModelSpec) -> dict[str, str]:
    """Groups under new names, by their old ones: the same bounds, and rules of the same names (or none at all)."""
    names_before, names_after = {g.name for g in before.groups}, {g.name for g in after.groups}
    renamed: dict[str, str] = {}
    for old in before.groups:
        for new in after.groups:
            if old.name in names_after or new.name in names_before or new.name in renamed.values():
                continue
            if replace(old, name=new.name) == new and _members(before, old) == _members(after, new):
                renamed[old.name] = new.name
                break
    return renamed


def _members(spec: ModelSpec, group: GroupSpec) -> set[str]:
    return {rule.name for rule in spec.rules if rule.group == group.name}


def _group_changes(before: GroupSpec, after: GroupSpec) -> Iterator[str]:
    if before.name != after.name:
        yield f"renamed to “{after.name}”"
    if before.dimension != after.dimension:
        yield arrow("counts for", before.dimension.value, after.dimension.value)
    if before.min_points != after.min_points:
        yield arrow("at least", limit(before.min_points), limit(after.min_points))
    if before.max_points != after.max_points:
        yield arrow("at most", limit(before.max_points), limit(after.max_points))


def _bounds(group: GroupSpec) -> str:
    said = [group.dimension.value]
    said += [] if group.min_points is None else [f"at least {number(group.min_points)}"]
    said += [] if group.max_points is None else [f"at most {number(group.max_points)}"]
    return f" ({', '.join(said)})"


def renamed_rules(before: ModelSpec, after: ModelSpec) -> dict[str, str]:
    """New names by the old ones, of rules that are called otherwise and do the same."""
    return _renamed(_in_groups_of(after, before), after.rules)


def _in_groups_of(after: ModelSpec, before: ModelSpec) -> list[RuleSpec]:
    """The rules of `before`, their groups called as they are in `after`."""
    groups = _groups_renamed(before, after)
    return [replace(rule, group=groups.get(rule.group, rule.group)) for rule in before.rules]


def _rules(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    former = _in_groups_of(after, before)
    renamed = _renamed(former, after.rules)
    was = {renamed.get(rule.name, rule.name): rule for rule in former}
    now = {rule.name: rule for rule in after.rules}
    for name, rule in now.items():
        if name not in was:
            off = "" if rule.enabled else ", switched off"
            said = f"“{name}” added to {rule.group}{off}: {rule_sentence(rule, after)}"
            yield Difference(Place.RULES, said, Change.ADDED, name)
        elif was[name].name != name:
            yield Difference(Place.RULES, f"“{was[name].name}” renamed to “{name}”", rule=name)
        elif changes := rule_changes(was[name], rule, after.dimension_of(rule)):
            yield Difference(Place.RULES, f"{name}: {', '.join(changes)}", rule=name)
    for rule in before.rules:
        if renamed.get(rule.name, rule.name) not in now:
            said = f"“{rule.name}” removed: {rule_sentence(rule, before)}"
            yield Difference(Place.RULES, said, Change.REMOVED, rule.name)
    if _reordered(list(was), list(now)):
        yield Difference(Place.RULES, "Rules in another order")


def _personas(before: ModelSpec, after: ModelSpec) -> Iterator[Difference]:
    renamed = _renamed(before.personas, after.personas)
    was = {renamed.get(persona.name, persona.name): persona for persona in before.personas}
    now = {persona.name: persona for persona in after.personas}
    for name, persona in now.items():
        must = "must qualify" if persona.qualifies else "must not qualify"
        if name not in was:
            yield Difference(Place.PERSONAS, f"“{name}” added, who {must}", Change.ADDED)
        elif was[name].name != name:
            yield Difference(Place.PERSONAS, f"“{was[name].name}” renamed to “{name}”")
        elif said := persona_changes(was[name], persona):
            yield Difference(Place.PERSONAS, f"{name}: {', '.join(said)}")
    for name, persona in was.items():
        if name not in now:
            yield Difference(Place.PERSONAS, f"“{persona.name}” removed", Change.REMOVED)
    if _reordered(list(was), list(now)):
        yield Difference(Place.PERSONAS, "Personas in another order")


def _renamed(
    before: Sequence[RuleSpec] | Sequence[PersonaSpec], after: Sequence[RuleSpec] | Sequence[PersonaSpec]
) -> dict[str, str]:
    """New names by the old ones, of what is the same in everything else."""
    names_before, names_after = {one.name for one in before}, {one.name for one in after}
    come: list[Any] = [one for one in after if one.name not in names_before]
    renamed: dict[str, str] = {}
    for old in before:
        same = [new for new in come if old.name not in names_after and replace(new, name=old.name) == old]
        if same:
            renamed[old.name] = same[0].name
            come.remove(same[0])
    return renamed


def _reordered(before: list[str], after: list[str]) -> bool:
    """Whether what is in both stands in another order."""
    return [name for name in before if name in after] != [name for name in after if name in before]
