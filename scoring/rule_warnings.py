"""What looks wrong about the rules of a sound model: a rule that can match nobody, that takes back what another gives,
that gives nothing under the maxima, a threshold that nobody reaches.

Nothing here is refused: `scoring.model_check` says what is. Rules that are off are not looked at. `warnings_of` needs
the model alone; what only counting tells comes from `warnings_from_matches`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scoring.implications import exclude_each_other, follows
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.predicates import number
from scoring.reach import most_of_dimension, most_of_group
from scoring.rule_matches import RuleMatches
from scoring.spec import GroupSpec, ModelSpec, RuleSpec
from scoring.words import condition_words, days_words, points_words


@dataclass(frozen=True, slots=True)
class RuleWarning:
    """What looks wrong and what would mend it, each a sentence. `rule` and `group` name what it is about: both are ""
    where it is about the model, `rule` alone where it is about a group.
    """

    rule: str
    group: str
    problem: str
    mend: str


def warnings_of(spec: ModelSpec) -> list[RuleWarning]:
    """What looks wrong about `spec`: first the model, then its groups, then its rules in order."""
    spec = spec.in_force()
    found = [*_model_warnings(spec)]
    for group in spec.groups:
        found += _group_warnings(group, spec)
    impossible = set()
    for rule in spec.rules:
        alone = [*_alone(rule, spec)]
        impossible |= {one.rule for one in alone if one.problem.startswith(NEVER)}
        found += alone
    for one, other in _on_the_same_fields([rule for rule in spec.rules if rule.name not in impossible]):
        found += _same_conditions(one, other, spec)
        found += _swallowed(one, other, spec)
        found += _swallowed(other, one, spec)
    order = {rule.name: index for index, rule in enumerate(spec.rules)}
    return sorted(found, key=lambda warning: order.get(warning.rule, -1))


def warnings_from_matches(spec: ModelSpec, matches: Mapping[str, RuleMatches]) -> list[RuleWarning]:
    """What counting says of the rules of `spec`: some match nobody, some everybody."""
    found = []
    for rule in spec.in_force().rules:
        counted = matches.get(rule.name)
        if counted is None or not counted.of:
            continue
        if counted.contacts == 0:
            mend = "Check its values against those that there are, or switch it off until somebody matches."
            found.append(RuleWarning(rule.name, rule.group, _matches_nobody(counted), mend))
        elif counted.contacts >= counted.of:
            problem = f"Matches {_everybody(counted)}, and so tells nobody apart."
            mend = "Ask for something that only some have, or lower the threshold instead."
            found.append(RuleWarning(rule.name, rule.group, problem, mend))
    return found


def _matches_nobody(counted: RuleMatches) -> str:
    if counted.estimated:
        return f"Matches none of the {counted.looked_at:,} contacts that were looked at."
    return f"Matches nobody: none of {counted.of:,} contacts."


def _everybody(counted: RuleMatches) -> str:
    if counted.estimated:
        return f"all of the {counted.looked_at:,} contacts that were looked at"
    return f"all {counted.of:,} contacts"


NEVER = "Can never match"


def _model_warnings(spec: ModelSpec) -> Iterator[RuleWarning]:
    most = {dimension: most_of_dimension(dimension, spec) for dimension in Dimension}
    fast = any(rule.effect == Effect.FAST_TRACK for rule in spec.rules)
    but = " but those who are fast-tracked" if fast else ""
    if spec.threshold > sum(most.values()):
        comes_to = " and ".join(
            f"{dimension} comes to {_at_most(most[dimension])}" for dimension in Dimension
        )
        yield RuleWarning(
            "",
            "",
            f"Nobody{but} can reach the threshold of {number(spec.threshold)}: {comes_to}.",
            "Lower the threshold, or raise the points or the maxima that hold them.",
        )
    for dimension in Dimension:
        least = spec.min_fit if dimension == Dimension.FIT else spec.min_engagement
        if least > most[dimension]:
            yield RuleWarning(
                "",
                "",
                f"Nobody{but} can reach the least {dimension.value} of {number(least)}: "
                f"it comes to {_at_most(most[dimension])}.",
                f"Lower the least {dimension.value}, or raise the points or the maxima that hold them.",
            )
        yield from _grade_warnings(dimension, most[dimension], spec)
    if spec.threshold <= 0 and spec.min_fit <= 0 and spec.min_engagement <= 0:
        yield RuleWarning(
            "",
            "",
            f"The threshold of {number(spec.threshold)} is reached without any points: everybody qualifies.",
            "Raise the threshold above 0.",
        )


def _at_most(points: float) -> str:
    return f"at most {number(points)}"


def _grade_warnings(dimension: Dimension, most: float, spec: ModelSpec) -> Iterator[RuleWarning]:
    fit = dimension == Dimension.FIT
    cuts = dict(zip("ABC" if fit else "123", spec.fit_grades if fit else spec.engagement_grades, strict=True))
    missed = [grade for grade, cut in cuts.items() if cut > most]
    # A model that has nothing of a dimension does not mean its grades.
    if missed and any(rule.effect == Effect.POINTS for rule in spec.rules_of(dimension)):
        begins = f"{missed[-1]} begins at {number(cuts[missed[-1]])}"
        yield RuleWarning(
            "",
            "",
            f"Nobody can have the {dimension.value} grade {' or '.join(missed)}: {begins}, and {dimension.value} "
            f"comes to {_at_most(most)}.",
            f"Lower the cut points of {dimension.value}, or raise the maxima.",
        )


def _group_warnings(group: GroupSpec, spec: ModelSpec) -> Iterator[RuleWarning]:
    points = [rule.points for rule in spec.rules if rule.group == group.name and rule.effect == Effect.POINTS]
    if not any(points):
        return
    fills = most_of_group(group, spec) <= (group.min_points or 0)
    if max(points) > 0 and group.max_points is not None and group.max_points <= 0 and fills:
        yield RuleWarning(
            "",
            group.name,
            f"Its rules give points, and the group is held to at most {number(group.max_points)}.",
            "Raise the group’s maximum, or leave it out.",
        )
    if max(points) <= 0 and group.min_points is not None and group.min_points >= 0:
        yield RuleWarning(
            "",
            group.name,
            f"Its rules take points, and the group never falls below {number(group.min_points)}.",
            "Lower the group’s minimum below 0, or leave it out.",
        )


def _alone(rule: RuleSpec, spec: ModelSpec) -> Iterator[RuleWarning]:
    """What is wrong about a rule whatever the others are."""
    dimension = spec.dimension_of(rule)
    for one, other in combinations(rule.when, 2):
        if exclude_each_other(one, other):
            yield RuleWarning(
                rule.name,
                rule.group,
                f"{NEVER}: {condition_words(one, dimension)}, and {condition_words(other, dimension)}.",
                "Remove one of the two conditions, or make a rule of each.",
            )
            break
    if rule.effect != Effect.POINTS:
        return
    if rule.points == 0:
        yield RuleWarning(
            rule.name, rule.group, "Gives 0 points.", "Give it points, switch it off, or remove it."
        )
    if rule.max_points is not None and abs(rule.points) > rule.max_points and rule.per != Per.ABSENCE:
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Gives {points_words(rule.points)} and is held to {number(rule.max_points)}: one match is more than all.",
            "Raise its maximum, or lower its points.",
        )
    yield from _fades_within_its_window(rule, spec)


def _fades_within_its_window(rule: RuleSpec, spec: ModelSpec) -> Iterator[RuleWarning]:
    decay = rule.decay or spec.decay
    counts_old_ones = rule.per == Per.ABSENCE or rule.at_least > 1
    if spec.dimension_of(rule) == Dimension.FIT or rule.window_days is None or counts_old_ones:
        return
    if decay.kind == DecayKind.LINEAR and decay.days is not None and rule.window_days > decay.days:
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Looks back {days_words(rule.window_days)}, and its points are gone after {days_words(decay.days)}.",
            "Shorten its window to that, leave it out, or let the points fade more slowly.",
        )


def _on_the_same_fields(rules: Sequence[RuleSpec]) -> Iterator[tuple[RuleSpec, RuleSpec]]:
    """Pairs of which one asks for no field that the other does not: of no others can one say something of the other."""
    fields = [frozenset(condition.field for condition in rule.when) for rule in rules]
    for one, other in combinations(range(len(rules)), 2):
        if fields[one] <= fields[other] or fields[other] <= fields[one]:
            yield rules[one], rules[other]


def _same_conditions(one: RuleSpec, other: RuleSpec, spec: ModelSpec) -> Iterator[RuleWarning]:
    """Two rules of points that match the very same: one takes back what the other gives, or they are written twice."""
    if one.effect != Effect.POINTS or other.effect != Effect.POINTS or not one.points or not other.points:
        return
    if not _matches_within(one, other, spec) or not _matches_within(other, one, spec):
        return
    if (one.points > 0) != (other.points > 0):
        against = f"which gives {points_words(one.points)}: the two work against each other"
        problem = f"Asks for the same as “{one.name}”, {against}."
        mend = "Remove one of the two, or make them ask for different things."
    elif one.per != other.per:
        # Once for being there at all and again each time is a way to say that the first counts more.
        return
    else:
        problem = f"Asks for the same as “{one.name}”: whoever matches gets the points of both."
        mend = "Remove one of the two, or make them ask for different things."
    yield RuleWarning(other.name, other.group, problem, mend)


def _swallowed(rule: RuleSpec, by: RuleSpec, spec: ModelSpec) -> Iterator[RuleWarning]:
    """`rule` changes nothing, since wherever it matches, `by` matches and decides."""
    if not _matches_within(rule, by, spec):
        return
    if by.effect == Effect.DISQUALIFY and rule.effect == Effect.FAST_TRACK:
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Never fast-tracks anybody: “{by.name}” disqualifies everyone it matches, and that decides.",
            f"Narrow “{by.name}”, or remove one of the two.",
        )
    elif by.effect == Effect.DISQUALIFY and rule.effect == Effect.POINTS and rule.points > 0:
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Gives points only to people whom “{by.name}” keeps from ever being an MQL.",
            f"Narrow “{by.name}”, or remove this rule.",
        )
    elif by.effect == rule.effect != Effect.POINTS and _comes_later(rule, by, spec):
        does = "disqualified" if rule.effect == Effect.DISQUALIFY else "fast-tracked"
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Adds nothing: whoever it matches is {does} by “{by.name}” already.",
            f"Remove it, or narrow “{by.name}”.",
        )
    elif _fills_the_group(by, rule, spec) and _comes_later(rule, by, spec):
        yield RuleWarning(
            rule.name,
            rule.group,
            f"Adds nothing: whoever it matches has all that “{rule.group}” gives by “{by.name}” already.",
            f"Raise the maximum of “{rule.group}”, or lower the points of “{by.name}”.",
        )


def _comes_later(rule: RuleSpec, by: RuleSpec, spec: ModelSpec) -> bool:
    """Of two that swallow each other, only the later is told: removing both would be one too many."""
    return not _matches_within(by, rule, spec) or spec.rules.index(by) < spec.rules.index(rule)


def _fills_the_group(by: RuleSpec, rule: RuleSpec, spec: ModelSpec) -> bool:
    """Whether `by` alone brings the group of both to its maximum for good, so that `rule` can give nothing more."""
    if by.group != rule.group or spec.dimension_of(by) != Dimension.FIT or rule.points <= 0:
        return False
    group = next(group for group in spec.groups if group.name == rule.group)
    members = [one for one in spec.rules if one.group == group.name]
    nothing_taken = all(one.points >= 0 for one in members)
    return nothing_taken and group.max_points is not None and by.points >= group.max_points


def _matches_within(rule: RuleSpec, wider: RuleSpec, spec: ModelSpec) -> bool:
    """Whether `wider` matches wherever `rule` does."""
    dimension = spec.dimension_of(rule)
    if dimension != spec.dimension_of(wider):
        return False
    if dimension == Dimension.FIT:
        return follows(wider.when, rule.when)
    if rule.per == Per.ABSENCE or wider.per == Per.ABSENCE:
        # Who did nothing of much for long did nothing of less for a shorter time.
        both = rule.per == wider.per == Per.ABSENCE
        return both and follows(rule.when, wider.when) and (rule.window_days or 0) >= (wider.window_days or 0)
    if rule.asks_for_automated != wider.asks_for_automated:
        return False
    as_long = (wider.window_days or math.inf) >= (rule.window_days or math.inf)
    return as_long and wider.at_least <= rule.at_least and follows(wider.when, rule.when)
