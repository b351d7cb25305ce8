"""What changed in one rule, aspect by aspect: "points 10 → 15", "also when the country is “Germany”"."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.deeds import activity_field
from scoring.models import Dimension, Effect, Op, Per
from scoring.predicates import MOST_SAID, listed, number, plain
from scoring.spec import ConditionSpec, DecaySpec, RuleSpec
from scoring.words import condition_words, days_words, decay_words, field_words, points_words

NO_LIMIT = "no limit"
COUNTED = {Per.OCCURRENCE: "each time", Per.ONCE: "once", Per.ABSENCE: "when it did not happen"}
EFFECTS = {Effect.DISQUALIFY: "never an MQL", Effect.FAST_TRACK: "an MQL at once"}


def arrow(name: str, before: str, after: str) -> str:
    """ "points 10 → 15"."""
    return f"{name} {before} → {after}"


def limit(points: float | None) -> str:
    return NO_LIMIT if points is None else number(points)


def rule_changes(before: RuleSpec, after: RuleSpec, dimension: Dimension) -> list[str]:
    """What `after`, of a group of `dimension`, says otherwise than `before`, save its name. Empty where nothing."""
    return list(_changes(before, after, dimension))


def _changes(before: RuleSpec, after: RuleSpec, dimension: Dimension) -> Iterator[str]:
    if before.enabled != after.enabled:
        yield "switched on" if after.enabled else "switched off"
    if before.group != after.group:
        yield f"moved from {before.group} to {after.group}"
    if before.effect != after.effect:
        yield arrow("effect", _gives(before), _gives(after))
    elif before.points != after.points:
        yield arrow("points", number(before.points), number(after.points))
    yield from _counting_changes(before, after)
    yield from condition_changes(before.when, after.when, dimension)


def _counting_changes(before: RuleSpec, after: RuleSpec) -> Iterator[str]:
    """What an engagement rule counts, and for how much of it it gives points."""
    if before.per != after.per:
        yield arrow("counted", COUNTED[before.per], COUNTED[after.per])
    if before.at_least != after.at_least:
        yield arrow("at least", f"{before.at_least}", f"{after.at_least} times")
    if before.max_points != after.max_points:
        yield arrow("at most", limit(before.max_points), limit(after.max_points))
    if before.window_days != after.window_days:
        yield arrow("counting", _window(before.window_days), _window(after.window_days))
    if before.decay != after.decay:
        yield arrow("points fade", _own_decay(before.decay), _own_decay(after.decay))


def _gives(rule: RuleSpec) -> str:
    return EFFECTS.get(rule.effect) or f"{points_words(rule.points)} points"


def _window(days: float | None) -> str:
    return "all time" if days is None else f"the last {days_words(days)}"


def _own_decay(decay: DecaySpec | None) -> str:
    return "as the model says" if decay is None else decay_words(decay) or "not at all"


def condition_changes(
    before: tuple[ConditionSpec, ...], after: tuple[ConditionSpec, ...], dimension: Dimension
) -> Iterator[str]:
    """Conditions that came, went or changed; one that changed is told by what it asked for before."""
    gone, come = list(before), []
    for condition in after:
        if condition in gone:
            gone.remove(condition)
        else:
            come.append(condition)
    if not gone and not come and before != after:
        yield "conditions in another order"
    for condition in come:
        former = next((one for one in gone if one.field == condition.field), None)
        if former is None:
            yield f"now only when {condition_words(condition, dimension)}"
        else:
            gone.remove(former)
            yield _changed(former, condition, dimension)
    for condition in gone:
        yield f"no longer only when {condition_words(condition, dimension)}"


def _changed(former: ConditionSpec, condition: ConditionSpec, dimension: Dimension) -> str:
    if former.op == condition.op and (said := _values_changed(former, condition)):
        named = (
            field_words(condition.field) if dimension == Dimension.FIT else activity_field(condition.field)
        )
        return f"{named} {condition.op.label}: {said}"
    words = condition_words(former, dimension), condition_words(condition, dimension)
    if words[0] == words[1]:
        words = _exactly(former), _exactly(condition)
    return f"{words[0]} → {words[1]}"


def _values_changed(former: ConditionSpec, condition: ConditionSpec) -> str:
    """Which values of a list too long to be said came and which went; "" where none did, or it is short."""
    if (
        condition.op == Op.BETWEEN
        or not isinstance(former.value, list)
        or not isinstance(condition.value, list)
    ):
        return ""
    if max(len(former.value), len(condition.value)) <= MOST_SAID:
        return ""
    before, after = [plain(one) for one in former.value], [plain(one) for one in condition.value]
    come, gone = [one for one in after if one not in before], [one for one in before if one not in after]
    changed = [(come, "added"), (gone, "removed")]
    return ", ".join(f"{listed(values, 'and')} {what}" for values, what in changed if values)


def _exactly(condition: ConditionSpec) -> str:
    """A condition as a file would say it, where its words are too round to tell the difference."""
    return f"{condition.field} {condition.op} {condition.value!r}"
