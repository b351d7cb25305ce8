"""The write path of a draft: its settings, groups, rules and personas, each changed alone.

Several people may be at one draft. Who changes something says what they saw of it (`seen`, a fingerprint of the row).
Where it is not that any more nothing is written and `Changed` is raised, so that nobody writes over what they have not
seen. The draft's row is locked first, which lets edits and a publication wait for each other. Where things stand in
the draft is for `scoring.order` to change; whether a rule can work, for `scoring.model_check` to say.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Max, Model

from crm.errors import Conflict, FieldError, Invalid
from crm.models import User
from crm.strict_yaml import Fault
from scoring.model_check import faults_of
from scoring.models import Group, Persona, Rule, ScoringVersion
from scoring.seen import fingerprint
from scoring.spec import GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import (
    group_columns,
    group_spec,
    persona_columns,
    persona_spec,
    rule_columns,
    rule_spec,
    rules_of,
    spec_of,
    write_conditions,
)

Row = TypeVar("Row", bound=Model)

logger = logging.getLogger(__name__)

SETTINGS = (
    "name", "note", "threshold", "min_fit", "min_engagement", "requalify_after_days", "max_fit", "max_engagement",
    "fit_grades", "engagement_grades", "decay_kind", "decay_days", "decay_percent", "restart_engagement_on_recycle",
)  # fmt: skip
"""The columns of a version that a draft's settings are."""


class NoDraft(Conflict):
    """The version is not a draft any more: published meanwhile, or deleted."""


class Changed(Conflict):
    """Somebody else changed or deleted meanwhile what was to be changed. `gone`: it is not there any more."""

    def __init__(self, what: str, *, gone: bool) -> None:
        done, mend = ("deleted", "reload the page") if gone else ("changed", "open it to see how it is now")
        super().__init__(
            FieldError("", f"somebody else {done} {what} meanwhile, and nothing was saved", mend)
        )
        self.gone = gone


def seen_rule(rule: Rule) -> str:
    """What an editor of `rule` saw. Its group's name is not the rule's: renaming it disturbs nobody at the rule."""
    return fingerprint(rule.group_id, replace(rule_spec(rule), group=""))


def seen_group(group: Group, rules: Iterable[Rule] = ()) -> str:
    """What an editor of `group` saw; with its `rules`, what somebody saw who deletes it."""
    return fingerprint(group_spec(group), [seen_rule(rule) for rule in rules])


def seen_settings(version: ScoringVersion) -> str:
    return fingerprint([getattr(version, column) for column in SETTINGS])


def seen_persona(persona: Persona) -> str:
    return fingerprint(persona_spec(persona))


def hold(version: ScoringVersion) -> ScoringVersion:
    """The draft as it stands, locked until the transaction ends. Raises NoDraft."""
    held = ScoringVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
    if held is None:
        raise NoDraft(FieldError("", f"version {version.number} was deleted meanwhile", "nothing was saved"))
    refuse_all_but_drafts(held)
    return held


def refuse_all_but_drafts(version: ScoringVersion) -> None:
    """Raise NoDraft where `version` was published, be it meanwhile or long ago."""
    if version.status != ScoringVersion.Status.DRAFT:
        problem = f"nothing was saved: version {version.number} is {version.get_status_display().lower()}"
        raise NoDraft(FieldError("", problem, "make a draft from it, and change that"))


@transaction.atomic
def delete_draft(version: ScoringVersion, *, by: User, at: datetime) -> None:
    """Delete a draft with all its parts. Raises NoDraft."""
    draft = hold(version)
    note("deleted the draft", draft, by, at)
    draft.delete()


@transaction.atomic
def change_settings(
    version: ScoringVersion, settings: dict[str, Any], *, seen: str, by: User, at: datetime
) -> ScoringVersion:
    """Set those columns of `SETTINGS`. Raises Changed, NoDraft, or Invalid by field."""
    draft = hold(version)
    if seen_settings(draft) != seen:
        raise Changed("these settings", gone=False)
    for column, value in settings.items():
        setattr(draft, column, value)
    parts = {"groups", "rules", "personas"}
    _refuse(fault for fault in faults_of(spec_of(draft)) if fault.path[0] not in parts)
    draft.save(update_fields=sorted(settings))
    note("changed the settings", draft, by, at)
    return draft


@transaction.atomic
def add_rule(version: ScoringVersion, rule: RuleSpec, *, by: User, at: datetime) -> Rule:
    """Add `rule` as the last of its group. Raises NoDraft, or Invalid by field."""
    draft = hold(version)
    spec = spec_of(draft)
    _refuse_part("rules", rule, spec.rules, spec)
    row = Rule(group=draft.groups.get(name=rule.group), position=_next(Rule, group__version=draft))
    return _write_rule(row, rule, draft, by, at)


@transaction.atomic
def change_rule(
    version: ScoringVersion, pk: int, rule: RuleSpec, *, seen: str, by: User, at: datetime
) -> Rule:
    """Make of a rule what `rule` says, in the group that it names. Raises Changed, NoDraft, or Invalid by field."""
    draft = hold(version)
    row = _rule(draft, pk, seen)
    spec = spec_of(draft)
    others = [other for other in spec.rules if (other.name, other.group) != (row.name, row.group.name)]
    _refuse_part("rules", rule, others, spec)
    if rule.group != row.group.name:
        row.group = draft.groups.get(name=rule.group)
        row.position = _next(Rule, group__version=draft)
    row.conditions.all().delete()
    return _write_rule(row, rule, draft, by, at)


@transaction.atomic
def duplicate_rule(version: ScoringVersion, pk: int, *, seen: str, by: User, at: datetime) -> Rule:
    """Put a copy of a rule right behind it, under a name of its own. Raises Changed, NoDraft, or Invalid."""
    draft = hold(version)
    original = _rule(draft, pk, seen)
    spec = spec_of(draft)
    copy = replace(
        rule_spec(original), name=free_name(original.name, [rule.name for rule in spec.rules], longest=200)
    )
    _refuse_part("rules", copy, spec.rules, spec)
    behind = Rule.objects.filter(group__version=draft, position__gt=original.position)
    behind.update(position=F("position") + 1)
    row = Rule(group=original.group, position=original.position + 1)
    return _write_rule(row, copy, draft, by, at)


@transaction.atomic
def switch_rule(version: ScoringVersion, pk: int, *, on: bool, seen: str, by: User, at: datetime) -> Rule:
    """Let a rule score, or keep it without scoring. Raises Changed or NoDraft."""
    draft = hold(version)
    rule = _rule(draft, pk, seen)
    rule.enabled = on
    rule.save(update_fields=["enabled"])
    note(f"switched {'on' if on else 'off'} rule={pk}", draft, by, at)
    return rule


@transaction.atomic
def delete_rule(version: ScoringVersion, pk: int, *, seen: str, by: User, at: datetime) -> None:
    """Raises Changed where it is not what was seen, NoDraft."""
    draft = hold(version)
    _rule(draft, pk, seen).delete()
    note(f"deleted rule={pk}", draft, by, at)


@transaction.atomic
def add_group(version: ScoringVersion, group: GroupSpec, *, by: User, at: datetime) -> Group:
    """Add a group as the last one. Raises NoDraft, or Invalid by field."""
    draft = hold(version)
    spec = spec_of(draft)
    _refuse_part("groups", group, spec.groups, spec)
    row = Group(version=draft, position=_next(Group, version=draft))
    return _write_group(row, group, draft, by, at)


@transaction.atomic
def change_group(
    version: ScoringVersion, pk: int, group: GroupSpec, *, seen: str, by: User, at: datetime
) -> Group:
    """Rename a group or set its bounds. Raises Changed, NoDraft, or Invalid by field."""
    draft = hold(version)
    row = draft.groups.filter(pk=pk).first()
    if row is None or seen_group(row) != seen:
        raise Changed("this group", gone=row is None)
    spec = spec_of(draft)
    others = [other for other in spec.groups if other.name != row.name]
    _refuse_part("groups", group, others, spec)
    return _write_group(row, group, draft, by, at)


@transaction.atomic
def delete_group(version: ScoringVersion, pk: int, *, seen: str, by: User, at: datetime) -> None:
    """Delete a group with its rules. Raises Changed where one of them is not what was seen, NoDraft."""
    draft = hold(version)
    row = draft.groups.filter(pk=pk).first()
    rules = [rule for rule in rules_of(draft) if rule.group_id == pk]
    if row is None or seen_group(row, rules) != seen:
        raise Changed("this group or a rule in it", gone=row is None)
    row.delete()
    note(f"deleted group={pk} with rules={len(rules)}", draft, by, at)


@transaction.atomic
def add_persona(version: ScoringVersion, persona: PersonaSpec, *, by: User, at: datetime) -> Persona:
    """Add a persona as the last one. Raises NoDraft, or Invalid by field."""
    draft = hold(version)
    spec = spec_of(draft)
    _refuse_part("personas", persona, spec.personas, spec)
    row = Persona(version=draft, position=_next(Persona, version=draft))
    return _write_persona(row, persona, draft, by, at)


@transaction.atomic
def change_persona(
    version: ScoringVersion, pk: int, persona: PersonaSpec, *, seen: str, by: User, at: datetime
) -> Persona:
    """Raises Changed, NoDraft, or Invalid by field."""
    draft = hold(version)
    row = _persona(draft, pk, seen)
    spec = spec_of(draft)
    others = [other for other in spec.personas if other.name != row.name]
    _refuse_part("personas", persona, others, spec)
    return _write_persona(row, persona, draft, by, at)


@transaction.atomic
def delete_persona(version: ScoringVersion, pk: int, *, seen: str, by: User, at: datetime) -> None:
    """Raises Changed where it is not what was seen, NoDraft."""
    draft = hold(version)
    _persona(draft, pk, seen).delete()
    note(f"deleted persona={pk}", draft, by, at)


def free_name(name: str, taken: Iterable[str], longest: int) -> str:
    """A name for a copy: “Pricing page viewed (copy)”, or with a number where that is taken too."""
    known = {other.casefold() for other in taken}
    for number in range(1, len(known) + 2):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        candidate = name[: longest - len(ending)] + ending
        if candidate.casefold() not in known:
            return candidate
    raise AssertionError("more names than are taken cannot all be taken")


def _rule(draft: ScoringVersion, pk: int, seen: str) -> Rule:
    row = Rule.objects.select_related("group").filter(group__version=draft, pk=pk).first()
    if row is None or seen_rule(row) != seen:
        raise Changed("this rule", gone=row is None)
    return row


def _persona(draft: ScoringVersion, pk: int, seen: str) -> Persona:
    row = draft.personas.filter(pk=pk).first()
    if row is None or seen_persona(row) != seen:
        raise Changed("this persona", gone=row is None)
    return row


def _next(model: type[Model], **place: Any) -> int:
    last = model._default_manager.filter(**place).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _write_rule(row: Rule, rule: RuleSpec, draft: ScoringVersion, by: User, at: datetime) -> Rule:
    row = _write(row, rule_columns(rule), also=("group", "position"))
    write_conditions([(row, rule)])
    note(f"wrote rule={row.pk}", draft, by, at)
    return row


def _write_group(row: Group, group: GroupSpec, draft: ScoringVersion, by: User, at: datetime) -> Group:
    row = _write(row, group_columns(group))
    note(f"wrote group={row.pk}", draft, by, at)
    return row


def _write_persona(
    row: Persona, persona: PersonaSpec, draft: ScoringVersion, by: User, at: datetime
) -> Persona:
    row = _write(row, persona_columns(persona))
    note(f"wrote persona={row.pk}", draft, by, at)
    return row


def _write(row: Row, columns: dict[str, Any], also: tuple[str, ...] = ()) -> Row:
    """Insert `row`, or update those columns of it."""
    for column, value in columns.items():
        setattr(row, column, value)
    if row.pk:
        row.save(update_fields=[*columns, *also])
    else:
        row.save(force_insert=True)
    return row


def _refuse_part(kind: str, part: Any, others: Iterable[Any], spec: ModelSpec) -> None:
    """Raise Invalid with the faults of `part` among `others` of its kind: its own, and that it is one too many."""
    parts = (*others, part)
    replaced: dict[str, Any] = {kind: parts}
    whole = replace(spec, **replaced)
    place = (kind, len(parts) - 1)
    found = [fault for fault in faults_of(whole) if fault.path[:2] == place or fault.path == (kind,)]
    _refuse(replace(fault, path=fault.path[2:]) for fault in found)


def _refuse(faults: Iterable[Fault]) -> None:
    errors = [FieldError(".".join(map(str, fault.path)), fault.problem, fault.mend) for fault in faults]
    if errors:
        raise Invalid(*errors)


def note(done: str, draft: ScoringVersion, by: User, at: datetime) -> None:
    """One line in the log for one edit."""
    logger.info("%s version=%s by=%s at=%s", done, draft.pk, by.pk, at.isoformat())
