"""Scoring models as YAML files, reviewed in git: text → `ModelSpec` and back, exactly.

Reading names every fault by line, key and mend. What keys there are is said here; whether what they say makes a sound
model, by `scoring.model_check`, which judges a version's rows by the same rules. `docs/scoring.md` explains the format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.errors import Invalid
from crm.strict_yaml import Block, Document, Part, dump, load
from scoring.fields import canonical
from scoring.model_check import faults_of, fit_rule_has
from scoring.model_lists import list_faults, with_domains
from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.persona_check import PERSONA_ACTIVITY, PERSONA_CONTACT, shape_faults
from scoring.personas import persona_faults
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ListSpec, ModelSpec, PersonaSpec, RuleSpec

MODEL_KEYS = (
    "name", "threshold", "min_fit", "min_engagement", "max_fit", "max_engagement", "requalify_after_days",
    "restart_engagement_on_recycle", "decay", "grades", "groups", "rules", "personas", "lists",
)  # fmt: skip
GROUP_KEYS = ("name", "dimension", "min_points", "max_points")
ENGAGEMENT_KEYS = ("per", "at_least", "max_points", "window_days", "decay")
RULE_KEYS = ("name", "group", "enabled", "effect", "points", *ENGAGEMENT_KEYS, "when")
CONDITION_KEYS = ("field", "op", "value")
DECAY_KEYS = ("kind", "percent", "days")
LIST_KEYS = ("name", "description", "domains")
PERSONA_KEYS = ("name", "qualifies", "contact", "activities")
PERSON_KEYS = ("contact", "activities")
GRADES = 3
WORDS = frozenset({Op.CONTAINS, Op.HAS_WORD, Op.STARTS_WITH, Op.IN_DOMAIN_LIST})
"""Operators whose values are text even where they look like a number: the part of a path, of a title."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a file holds: a model, and the domain lists that come with it."""

    model: ModelSpec
    lists: tuple[ListSpec, ...] = ()


def read_file(text: str) -> ModelFile:
    """What a file's `text` holds. Raises Invalid with every fault, each by line, key and mend."""
    file, document = _read(text)
    _refuse_faults(document)
    return file


def read_model(text: str) -> ModelSpec:
    """The model alone of a file that `read_file` takes."""
    return read_file(text).model


def read_person(text: str) -> PersonaSpec:
    """Somebody made up, written as a persona without a name: `contact: {…}` and `activities: […]`. Raises Invalid."""
    top = load(text)
    persona = _persona(top, required=())
    top.document.faults += shape_faults(persona, ())
    _refuse_faults(top.document)
    return persona


def write_person(persona: PersonaSpec) -> str:
    """A persona as `read_person` takes it: without its name, and without what must come of it."""
    written = _persona_written(persona)
    return dump(Block({key: written[key] for key in PERSON_KEYS if key in written}))


def check_file(text: str, *, at: datetime) -> ModelFile:
    """As `read_file`, and raises Invalid too where a persona does not come out as it says, by the lists of the file."""
    file, document = _read(text)
    _refuse_faults(document)
    document.faults += persona_faults(with_domains(file.model, file.lists), at=at)
    _refuse_faults(document)
    return file


def check_model(text: str, *, at: datetime) -> ModelSpec:
    """The model alone of a file that `check_file` takes."""
    return check_file(text, at=at).model


def _read(text: str) -> tuple[ModelFile, Document]:
    top = load(text)
    file, document = _file(top), top.document
    spec = file.model
    groups_are_clear = not any(fault.path[0:1] in ((), ("groups",)) for fault in document.faults)
    if groups_are_clear:
        _refuse_engagement_keys(spec, document)
    faults = [*faults_of(spec, lists=[one.name for one in file.lists]), *list_faults(file.lists, spec)]
    # What a rule may say depends on its group: where the groups have faults, the rules wait for their mending.
    document.faults += [fault for fault in faults if groups_are_clear or fault.path[0] != "rules"]
    return file, document


def _refuse_faults(document: Document) -> None:
    if document.faults:
        raise Invalid(*document.errors())


def _refuse_engagement_keys(spec: ModelSpec, document: Document) -> None:
    """A fit rule does not even say the defaults of what counts activities: whoever writes them means another rule."""
    fit = {group.name for group in spec.groups if group.dimension == Dimension.FIT}
    for index, rule in enumerate(spec.rules):
        for key in ENGAGEMENT_KEYS:
            if rule.group in fit and ("rules", index, key) in document.lines:
                document.faults.append(fit_rule_has(key, ("rules", index)))


def _file(top: Part) -> ModelFile:
    keys = top.mapping(MODEL_KEYS, required=("name", "threshold", "groups", "rules"))
    lists = tuple(_list(part) for part in keys["lists"].sequence()) if "lists" in keys else ()
    return ModelFile(_model(keys), lists)


def _list(part: Part) -> ListSpec:
    keys = part.mapping(LIST_KEYS, required=("name", "domains"))
    domains = {one.text().lower() for one in keys["domains"].sequence()} if "domains" in keys else set()
    return ListSpec(
        name=keys["name"].text() if "name" in keys else "",
        description=keys["description"].text() if "description" in keys else "",
        domains=tuple(sorted(domains)),
    )


def _model(keys: dict[str, Part]) -> ModelSpec:
    given: dict[str, Any] = {}
    for key in ("threshold", "min_fit", "min_engagement", "max_fit", "max_engagement"):
        if key in keys:
            given[key] = float(keys[key].number())
    if "requalify_after_days" in keys:
        given["requalify_after_days"] = keys["requalify_after_days"].whole_number()
    if "restart_engagement_on_recycle" in keys:
        given["restart_engagement_on_recycle"] = keys["restart_engagement_on_recycle"].boolean()
    if "decay" in keys:
        given["decay"] = _decay(keys["decay"])
    if "grades" in keys:
        grades = keys["grades"].mapping(("fit", "engagement"), required=("fit", "engagement"))
        given |= {f"{dimension}_grades": _cuts(part) for dimension, part in grades.items()}
    groups = tuple(_group(part) for part in keys["groups"].sequence()) if "groups" in keys else ()
    return ModelSpec(
        name=keys["name"].text() if "name" in keys else "",
        threshold=given.pop("threshold", 0.0),
        groups=groups,
        rules=tuple(_rule(part) for part in keys["rules"].sequence()) if "rules" in keys else (),
        personas=tuple(_persona(part) for part in keys["personas"].sequence()) if "personas" in keys else (),
        **given,
    )


def _decay(part: Part) -> DecaySpec:
    """`{kind: …}` with what that kind needs, or the bare word `none`."""
    if part.is_word(DecayKind.NONE):
        return DecaySpec()
    keys = part.mapping(DECAY_KEYS, required=("kind",))
    return DecaySpec(
        kind=keys["kind"].choice(DecayKind) if "kind" in keys else DecayKind.NONE,
        days=_number(keys, "days"),
        percent=_number(keys, "percent"),
    )


def _number(keys: dict[str, Part], key: str) -> float | None:
    return float(keys[key].number()) if key in keys else None


def _cuts(part: Part) -> tuple[float, float, float]:
    cuts = [float(cut.number()) for cut in part.sequence()]
    if len(cuts) == GRADES:
        return cuts[0], cuts[1], cuts[2]
    part.fault("does not hold three numbers", "write three cut points, best first, as in [75, 50, 25]")
    return 2.0, 1.0, 0.0


def _group(part: Part) -> GroupSpec:
    keys = part.mapping(GROUP_KEYS, required=("name", "dimension"))
    return GroupSpec(
        name=keys["name"].text() if "name" in keys else "",
        dimension=keys["dimension"].choice(Dimension) if "dimension" in keys else Dimension.FIT,
        min_points=_number(keys, "min_points"),
        max_points=_number(keys, "max_points"),
    )


def _rule(part: Part) -> RuleSpec:
    keys = part.mapping(RULE_KEYS, required=("name", "group", "when"))
    effect = keys["effect"].choice(Effect) if "effect" in keys else Effect.POINTS
    if effect == Effect.POINTS and "points" not in keys:
        part.fault("is missing", "add `points: …`", "points")
    return RuleSpec(
        name=keys["name"].text() if "name" in keys else "",
        group=keys["group"].text() if "group" in keys else "",
        when=tuple(_condition(one) for one in keys["when"].sequence()) if "when" in keys else (),
        effect=effect,
        points=_number(keys, "points") or 0.0,
        per=keys["per"].choice(Per) if "per" in keys else Per.OCCURRENCE,
        at_least=keys["at_least"].whole_number() if "at_least" in keys else 1,
        max_points=_number(keys, "max_points"),
        window_days=_number(keys, "window_days"),
        decay=_decay(keys["decay"]) if "decay" in keys else None,
        enabled=keys["enabled"].boolean() if "enabled" in keys else True,
    )


def _condition(part: Part) -> ConditionSpec:
    keys = part.mapping(CONDITION_KEYS, required=("field", "op"))
    field = canonical(keys["field"].text()) if "field" in keys else ""
    op = keys["op"].choice(Op) if "op" in keys else Op.KNOWN
    value = None
    if "value" in keys:
        value = keys["value"].text() if op in WORDS and keys["value"].is_scalar() else keys["value"].value()
        if op in (Op.KNOWN, Op.UNKNOWN):
            part.fault(f"is not wanted: `{op}` takes no value", "remove it", "value")
    return ConditionSpec(field, op, value)


def _persona(part: Part, required: tuple[str, ...] = ("name", "qualifies")) -> PersonaSpec:
    keys = part.mapping(PERSONA_KEYS if required else PERSON_KEYS, required=required)
    return PersonaSpec(
        name=keys["name"].text() if "name" in keys else "",
        qualifies=keys["qualifies"].boolean() if "qualifies" in keys else False,
        contact=keys["contact"].value(PERSONA_CONTACT) if "contact" in keys else {},
        activities=tuple(one.value(PERSONA_ACTIVITY) for one in keys["activities"].sequence())
        if "activities" in keys
        else (),
    )


def write_model(spec: ModelSpec, lists: Sequence[ListSpec] = ()) -> str:
    """`spec` as the text of a file, with the domain lists that go with it: `model_lists.lists_of` has those that its
    rules ask for. What a group, rule or persona leaves at its default is left out.
    """
    model: dict[str, Any] = {
        "name": spec.name,
        "threshold": spec.threshold,
        "min_fit": spec.min_fit,
        "min_engagement": spec.min_engagement,
        **_set(max_fit=spec.max_fit, max_engagement=spec.max_engagement),
        "requalify_after_days": spec.requalify_after_days,
        "restart_engagement_on_recycle": spec.restart_engagement_on_recycle,
        "decay": _decay_written(spec.decay),
        "grades": {"fit": spec.fit_grades, "engagement": spec.engagement_grades},
        "groups": Block([_group_written(group) for group in spec.groups]),
        "rules": Block([Block(_rule_written(rule)) for rule in spec.rules]),
    }
    if spec.personas:
        model["personas"] = Block([Block(_persona_written(persona)) for persona in spec.personas])
    if lists:
        model["lists"] = Block([Block(_list_written(one)) for one in lists])
    return dump(Block(model))


def _list_written(one: ListSpec) -> dict[str, Any]:
    domains = list(one.domains)
    return {
        "name": one.name,
        **_set(description=one.description or None),
        "domains": Block(domains) if len(domains) > 1 else domains,
    }


def _set(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _decay_written(decay: DecaySpec) -> Any:
    if decay.kind == DecayKind.NONE:
        return decay.kind.value
    return {"kind": decay.kind.value, **_set(percent=decay.percent, days=decay.days)}


def _group_written(group: GroupSpec) -> dict[str, Any]:
    bounds = _set(min_points=group.min_points, max_points=group.max_points)
    return {"name": group.name, "dimension": group.dimension.value, **bounds}


def _rule_written(rule: RuleSpec) -> dict[str, Any]:
    gives_points = rule.effect == Effect.POINTS
    return {
        "name": rule.name,
        "group": rule.group,
        **_set(
            enabled=None if rule.enabled else False,
            effect=None if gives_points else rule.effect.value,
            points=rule.points if gives_points else None,
            per=None if rule.per == Per.OCCURRENCE else rule.per.value,
            at_least=None if rule.at_least == 1 else rule.at_least,
            max_points=rule.max_points,
            window_days=rule.window_days,
            decay=_decay_written(rule.decay) if rule.decay else None,
        ),
        "when": _listed(
            [{"field": one.field, "op": one.op.value, **_set(value=one.value)} for one in rule.when]
        ),
    }


def _persona_written(persona: PersonaSpec) -> dict[str, Any]:
    written: dict[str, Any] = {"name": persona.name, "qualifies": persona.qualifies}
    if persona.contact:
        written["contact"] = _in_order(persona.contact, PERSONA_CONTACT)
    if persona.activities:
        written["activities"] = _listed([_in_order(one, PERSONA_ACTIVITY) for one in persona.activities])
    return written


def _listed(items: list[dict[str, Any]]) -> Block | list[dict[str, Any]]:
    """One thing on its key's line, several on a line each."""
    return Block(items) if len(items) > 1 else items


def _in_order(part: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """A persona's part in the format's order of keys: the database keeps none."""
    ordered = {}
    for key in [*(key for key in keys if key in part), *sorted(key for key in part if key not in keys)]:
        value, inner = part[key], keys.get(key)
        if isinstance(value, dict):
            value = _in_order(value, inner if isinstance(inner, dict) else {})
        ordered[key] = value
    return ordered
