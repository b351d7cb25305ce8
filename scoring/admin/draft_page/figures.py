"""What counting says beside the rules, loaded once the page is there: matches, points given lately, warnings.

And the same of one rule while somebody types it, before it is saved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpResponse

from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.condition_rows import sent
from scoring.admin.draft_page.draft import GroupPart, RuleLine
from scoring.admin.draft_page.rule_form import RuleForm
from scoring.admin.draft_page.rules import dimension_of, group_of, line_of
from scoring.model_check import faults_of
from scoring.models import Effect
from scoring.rule_matches import RuleMatches, matches_of
from scoring.rule_warnings import RuleWarning, warnings_from_matches, warnings_of
from scoring.spec import ModelSpec, RuleSpec
from scoring.words import rule_sentence

UNSAVED = "this rule"
"""The name of a rule while it is typed, which may have none yet."""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    line: RuleLine
    matches: RuleMatches | None
    lately: str
    warnings: list[RuleWarning]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    group: GroupPart
    warnings: list[RuleWarning]


def figures(asked: Asked) -> HttpResponse:
    """The figures of the rules that the page shows, each into its place there."""
    draft = asked.draft
    shown = {int(pk) for pk in asked.request.GET.getlist("shown") if pk.isdecimal()}
    faults = _faults(draft.spec)
    sound = replace(draft.spec, rules=tuple(r for r in draft.spec.rules if r.name not in faults), personas=())
    matches = matches_of(sound, at=asked.at)
    warnings = [*warnings_of(sound), *warnings_from_matches(sound, matches)]
    by_rule = [
        RuleFigures(
            line,
            matches.get(line.spec.name),
            _lately(line.spec, matches.get(line.spec.name)),
            faults.get(line.spec.name, []) + [one for one in warnings if one.rule == line.spec.name],
        )
        for line in draft.lines.values()
        if line.pk in shown
    ]
    by_group = [
        GroupFigures(group, [one for one in warnings if not one.rule and one.group == group.spec.name])
        for group in draft.groups
        if f"group-{group.pk}" in asked.request.GET.getlist("shown")
    ]
    of_model = [one for one in warnings if not one.rule and not one.group]
    return answer.part(asked, "_figures.html", {"rules": by_rule, "groups": by_group, "warnings": of_model})


def _lately(rule: RuleSpec, matches: RuleMatches | None) -> str:
    """What a rule gave in the last 30 days; "" for one that gives no points."""
    if matches is None or rule.effect != Effect.POINTS:
        return ""
    points = round(matches.points_30_days)
    sign = "−" if points < 0 else "+" if points else ""
    return f"{sign}{abs(points):,} points"


def _faults(spec: ModelSpec) -> dict[str, list[RuleWarning]]:
    """What keeps rules from being published, by their names. No such rule can be counted."""
    found: dict[str, list[RuleWarning]] = {}
    for fault in faults_of(spec):
        if fault.path[0] == "rules" and len(fault.path) > 1:
            rule = spec.rules[int(fault.path[1])]
            place = " ".join(str(step) for step in fault.path[2:] if isinstance(step, str)).replace("_", " ")
            problem = f"Cannot be published: {place} {fault.problem}.".replace("`", "")
            mend = f"{fault.mend[:1].upper()}{fault.mend[1:]}.".replace("`", "")
            found.setdefault(rule.name, []).append(RuleWarning(rule.name, rule.group, problem, mend))
    return found


def of_unsaved(asked: Asked, kind: str, pk: int) -> HttpResponse:
    """The sentence and the matches of a rule as its form stands. `pk` is the rule's, or the group's of a new one."""
    line = line_of(asked, pk) if kind == "rule" else None
    dimension = dimension_of(asked, line) if line else group_of(asked, pk).dimension
    form = RuleForm(asked.request.POST, draft=asked.draft, dimension=dimension)
    rows = sent(asked.request.POST, dimension)
    form.fields["name"].required = False
    context = {}
    if form.is_valid() & rows.is_valid() and (conditions := rows.conditions()):
        rule = replace(form.rule(conditions), name=UNSAVED)
        context = _counted(asked, rule, instead_of=line.spec.name if line else "")
    return answer.part(asked, "_unsaved.html", context)


def _counted(asked: Asked, rule: RuleSpec, *, instead_of: str) -> dict[str, object]:
    alone = replace(asked.draft.spec, rules=(rule,), personas=())
    if any(fault.path[0] == "rules" for fault in faults_of(alone)):
        return {}
    matches = matches_of(alone, at=asked.at)
    # What another rule gives already, or takes back, is seen among all of them.
    among = replace(alone, rules=_with(asked.draft.spec.rules, rule, instead_of))
    warnings = [*warnings_of(among), *warnings_from_matches(alone, matches)]
    return {
        "sentence": rule_sentence(rule, alone),
        "matches": matches[UNSAVED],
        "lately": _lately(rule, matches[UNSAVED]),
        "warnings": [one for one in warnings if one.rule == UNSAVED],
    }


def _with(rules: tuple[RuleSpec, ...], rule: RuleSpec, instead_of: str) -> tuple[RuleSpec, ...]:
    """`rules` with one in the place of the one that was called so, or behind them all."""
    if not instead_of:
        return (*rules, rule)
    return tuple(rule if each.name == instead_of else each for each in rules)
