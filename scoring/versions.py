"""A version's rows as a spec, and a spec as the rows of a new draft. One is exactly the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from crm.models import User
from scoring.models import (
    Condition,
    DecayKind,
    Dimension,
    Effect,
    Group,
    Op,
    Per,
    Persona,
    Rule,
    ScoringVersion,
)
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec


def spec_of(version: ScoringVersion) -> ModelSpec:
    """What `version` says, read in four queries whatever its size."""
    groups = version.groups.order_by("position", "pk")
    return spec_of_rows(version, groups, rules_of(version), version.personas.order_by("position", "pk"))


def rules_of(version: ScoringVersion) -> list[Rule]:
    """The rules of `version` in order, with all that `rule_spec` reads."""
    rules = Rule.objects.filter(group__version=version).select_related("group").prefetch_related("conditions")
    return list(rules.order_by("position", "pk"))


def spec_of_rows(
    version: ScoringVersion, groups: Iterable[Group], rules: Iterable[Rule], personas: Iterable[Persona]
) -> ModelSpec:
    """What a version with these parts says."""
    fit_best, fit_good, fit_fair = version.fit_grades
    best, good, fair = version.engagement_grades
    return ModelSpec(
        name=version.name,
        threshold=float(version.threshold),
        min_fit=float(version.min_fit),
        min_engagement=float(version.min_engagement),
        max_fit=None if version.max_fit is None else float(version.max_fit),
        max_engagement=None if version.max_engagement is None else float(version.max_engagement),
        requalify_after_days=version.requalify_after_days,
        restart_engagement_on_recycle=version.restart_engagement_on_recycle,
        decay=_decay_of(version) or DecaySpec(),
        fit_grades=(fit_best, fit_good, fit_fair),
        engagement_grades=(best, good, fair),
        groups=tuple(group_spec(group) for group in groups),
        rules=tuple(rule_spec(rule) for rule in rules),
        personas=tuple(persona_spec(persona) for persona in personas),
    )


def _decay_of(row: ScoringVersion | Rule) -> DecaySpec | None:
    if not row.decay_kind:
        return None
    return DecaySpec(DecayKind(row.decay_kind), row.decay_days, row.decay_percent)


def group_spec(group: Group) -> GroupSpec:
    return GroupSpec(group.name, Dimension(group.dimension), group.min_points, group.max_points)


def persona_spec(persona: Persona) -> PersonaSpec:
    return PersonaSpec(persona.name, persona.qualifies, persona.contact, tuple(persona.activities))


def rule_spec(rule: Rule) -> RuleSpec:
    """What a row says. Fetch it with its group and its conditions."""
    return RuleSpec(
        name=rule.name,
        group=rule.group.name,
        when=tuple(
            ConditionSpec(condition.field, Op(condition.op), condition.value)
            for condition in rule.conditions.all()
        ),
        effect=Effect(rule.effect),
        points=rule.points,
        per=Per(rule.per),
        at_least=rule.at_least,
        max_points=rule.max_points,
        window_days=rule.window_days,
        decay=_decay_of(rule),
        enabled=rule.enabled,
    )


@transaction.atomic
def save_draft(
    spec: ModelSpec,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    made_from: ScoringVersion | None = None,
) -> ScoringVersion:
    """Write `spec` as a new draft under the next number."""
    version = ScoringVersion(
        name=spec.name,
        threshold=_cents(spec.threshold),
        min_fit=_cents(spec.min_fit),
        min_engagement=_cents(spec.min_engagement),
        max_fit=None if spec.max_fit is None else _cents(spec.max_fit),
        max_engagement=None if spec.max_engagement is None else _cents(spec.max_engagement),
        requalify_after_days=spec.requalify_after_days,
        restart_engagement_on_recycle=spec.restart_engagement_on_recycle,
        **_decay_columns(spec.decay),
        fit_grades=list(spec.fit_grades),
        engagement_grades=list(spec.engagement_grades),
        note=note,
        made_from=made_from,
    )
    add_draft(version, by=by, at=at)
    _write_rules(spec, _write_groups(spec, version))
    Persona.objects.bulk_create(
        Persona(version=version, position=position, **persona_columns(persona))
        for position, persona in enumerate(spec.personas)
    )
    return version


@transaction.atomic
def add_draft(version: ScoringVersion, *, by: User | None, at: datetime) -> None:
    """Save a new version, still without rules, as a draft under the next number."""
    take_turns()
    highest = ScoringVersion.objects.aggregate(highest=Max("number"))["highest"] or 0
    version.number = highest + 1
    version.created_at, version.created_by = at, by
    version.save(force_insert=True)


def take_turns() -> None:
    """Until this transaction ends, nobody else numbers, publishes or edits a version."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE scoring_scoringversion IN SHARE ROW EXCLUSIVE MODE")


def _cents(points: float) -> Decimal:
    return Decimal(str(points))


def _decay_columns(decay: DecaySpec | None) -> dict[str, Any]:
    if decay is None:
        return {"decay_kind": "", "decay_days": None, "decay_percent": None}
    return {"decay_kind": decay.kind, "decay_days": decay.days, "decay_percent": decay.percent}


def _write_groups(spec: ModelSpec, version: ScoringVersion) -> dict[str, Group]:
    groups = Group.objects.bulk_create(
        Group(version=version, position=position, **group_columns(group))
        for position, group in enumerate(spec.groups)
    )
    return {group.name: group for group in groups}


def group_columns(group: GroupSpec) -> dict[str, Any]:
    return {
        "name": group.name,
        "dimension": group.dimension,
        "min_points": group.min_points,
        "max_points": group.max_points,
    }


def persona_columns(persona: PersonaSpec) -> dict[str, Any]:
    return {
        "name": persona.name,
        "qualifies": persona.qualifies,
        "contact": persona.contact,
        "activities": list(persona.activities),
    }


def rule_columns(rule: RuleSpec) -> dict[str, Any]:
    """A rule as the columns of its row, save its place: its group, its position and its conditions' rows."""
    return {
        "name": rule.name,
        "effect": rule.effect,
        "points": rule.points,
        "per": rule.per,
        "at_least": rule.at_least,
        "max_points": rule.max_points,
        "window_days": rule.window_days,
        **_decay_columns(rule.decay),
        "enabled": rule.enabled,
    }


def write_conditions(rules: Iterable[tuple[Rule, RuleSpec]]) -> None:
    """Rows for the conditions of rules that have none yet."""
    Condition.objects.bulk_create(
        Condition(rule=row, field=condition.field, op=condition.op, value=condition.value, position=position)
        for row, rule in rules
        for position, condition in enumerate(rule.when)
    )


def _write_rules(spec: ModelSpec, groups: dict[str, Group]) -> None:
    rules = Rule.objects.bulk_create(
        Rule(group=groups[rule.group], position=position, **rule_columns(rule))
        for position, rule in enumerate(spec.rules)
    )
    write_conditions(zip(rules, spec.rules, strict=True))
