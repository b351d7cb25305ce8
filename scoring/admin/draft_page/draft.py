"""A version as its page shows it: groups with their rules as sentences, and personas, with what each looked like."""

from __future__ import annotations

from dataclasses import dataclass, field

from scoring.edit import seen_group, seen_persona, seen_rule, seen_settings
from scoring.models import Dimension, Group, Persona, Rule, ScoringVersion
from scoring.order import Order
from scoring.persona_differences import activity_words
from scoring.predicates import number
from scoring.spec import GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import group_spec, persona_spec, rule_spec, rules_of, spec_of_rows
from scoring.words import decay_words, rule_sentence


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the page. `up` and `down`: whether there is a place to move it to."""

    pk: int
    group: int
    spec: RuleSpec
    sentence: str
    seen: str
    up: bool
    down: bool

    @property
    def place(self) -> str:
        return f"rule-{self.pk}"


@dataclass(frozen=True, slots=True)
class GroupPart:
    """One group of the page. `seen_whole` is what somebody saw who deletes it with its rules."""

    pk: int
    spec: GroupSpec
    rules: list[RuleLine]
    seen: str
    seen_whole: str
    first: bool
    last: bool

    @property
    def place(self) -> str:
        return f"group-{self.pk}"

    @property
    def dimension(self) -> Dimension:
        return self.spec.dimension

    @property
    def bounds(self) -> str:
        """What its rules may come to together: "at most 40 points"."""
        low, high = self.spec.min_points, self.spec.max_points
        if low is None:
            return "no limit" if high is None else f"at most {number(high)} points"
        if high is None:
            return f"at least {number(low)} points"
        return f"{number(low)} to {number(high)} points"


@dataclass(frozen=True, slots=True)
class PersonaLine:
    pk: int
    spec: PersonaSpec
    seen: str

    @property
    def place(self) -> str:
        return f"persona-{self.pk}"

    @property
    def who(self) -> str:
        """Who they are and what they did, in a line: "VP Sales, Acme; page view /pricing, 3 times, just now"."""
        contact, company = self.spec.contact, self.spec.contact.get("company", {})
        they = [
            contact.get("job_title"),
            company.get("name") or company.get("industry"),
            contact.get("country"),
        ]
        did = [activity_words(activity) for activity in self.spec.activities]
        return "; ".join(filter(None, [", ".join(filter(None, they)), *did]))


@dataclass(frozen=True, slots=True)
class Draft:
    """All of a version's page. `spec` is the model that the parts make up."""

    version: ScoringVersion
    spec: ModelSpec
    groups: list[GroupPart]
    personas: list[PersonaLine]
    seen: str
    order: Order
    lines: dict[int, RuleLine] = field(default_factory=dict)

    @property
    def fading(self) -> str:
        return decay_words(self.spec.decay) or "does not fade"

    @property
    def fit_grades(self) -> str:
        """From how many points each is given: "A 55, B 40, C 20"."""
        return _grades("ABC", self.spec.fit_grades)

    @property
    def engagement_grades(self) -> str:
        return _grades("123", self.spec.engagement_grades)

    def group(self, pk: int) -> GroupPart | None:
        return next((group for group in self.groups if group.pk == pk), None)

    def persona(self, pk: int) -> PersonaLine | None:
        return next((persona for persona in self.personas if persona.pk == pk), None)

    def groups_of(self, dimension: Dimension) -> list[GroupPart]:
        return [group for group in self.groups if group.dimension == dimension]


def _grades(grades: str, cuts: tuple[float, ...]) -> str:
    return ", ".join(f"{grade} {number(cut)}" for grade, cut in zip(grades, cuts, strict=True))


def read_draft(version: ScoringVersion) -> Draft:
    """The page of `version`, in four queries whatever its size."""
    found = rules_of(version)
    groups = list(version.groups.order_by("position", "pk"))
    personas = list(version.personas.order_by("position", "pk"))
    known = {group.pk for group in groups}
    # Somebody may delete a group between the two queries.
    rules = [rule for rule in found if rule.group_id in known]
    spec = spec_of_rows(version, groups, rules, personas)
    inside = {pk: [rule for rule in rules if rule.group_id == pk] for pk in known}
    order = Order(
        tuple(group.pk for group in groups),
        {pk: tuple(rule.pk for rule in members) for pk, members in inside.items()},
        {group.pk: group.dimension for group in groups},
    )
    parts = [_part(group, inside[group.pk], order, spec) for group in groups]
    return Draft(
        version,
        spec,
        parts,
        [_persona(persona) for persona in personas],
        seen_settings(version),
        order,
        {line.pk: line for part in parts for line in part.rules},
    )


def _part(group: Group, rules: list[Rule], order: Order, spec: ModelSpec) -> GroupPart:
    alike = order.alike(group.pk)
    lines = []
    for index, rule in enumerate(rules):
        said = rule_spec(rule)
        up = index > 0 or group.pk != alike[0]
        down = index < len(rules) - 1 or group.pk != alike[-1]
        lines.append(RuleLine(rule.pk, group.pk, said, rule_sentence(said, spec), seen_rule(rule), up, down))
    first, last = group.pk == order.groups[0], group.pk == order.groups[-1]
    return GroupPart(
        group.pk, group_spec(group), lines, seen_group(group), seen_group(group, rules), first, last
    )


def _persona(persona: Persona) -> PersonaLine:
    return PersonaLine(persona.pk, persona_spec(persona), seen_persona(persona))
