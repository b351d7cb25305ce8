"""What a score is, said once more in plain Python: slow, obvious, and sharing no code with the SQL evaluator.

The property test compares the two, so nothing here may be imported by the product, and nothing here
imports it. A model is the dict of its YAML file. A contact is a dict of its columns as they stood at the
moment `t`, with `company` (a dict or None) and `properties`; `recycled_at` later than `t` has not
happened yet. An activity is a dict of its columns. Times are aware datetimes.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, TypedDict

Facts = dict[str, Any]

NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\s*\Z", re.ASCII)
LONGEST_NUMBER = 200
CENT = Decimal("0.01")


class Outcome(NamedTuple):
    """What one rule came to: its points before its own cap, the matches it counted, the newest of them."""

    points: float
    matches: int
    newest: datetime | None


class Score(TypedDict):
    """`crosses`: the score alone would open an MQL; stage, opt-out and cool-off are not asked.

    `rules` has every rule of the model, also those that gave nothing. `caps` are (where, points) in the order
    in which they were applied, `where` being "rule NAME", "group NAME" or "dimension NAME".
    """

    fit: Decimal
    engagement: Decimal
    total: Decimal
    grade: str
    disqualified: bool
    fast_tracked: bool
    crosses: bool
    rules: dict[str, Outcome]
    caps: list[tuple[str, float]]


def score(
    model: Facts,
    contact: Facts,
    activities: list[Facts],
    domain_lists: dict[str, list[str]],
    t: datetime,
    known_at: datetime | None = None,
) -> Score:
    """The score of `contact` at `t`; with `known_at`, from activities that were recorded by then alone."""
    seen = [
        a for a in activities if a["occurred_at"] <= t and (known_at is None or a["recorded_at"] <= known_at)
    ]
    dimension_of = {group["name"]: group["dimension"] for group in model["groups"]}
    rules: dict[str, Outcome] = {}
    effects: set[str] = set()

    for rule in model["rules"]:
        if dimension_of[rule["group"]] == "fit":
            matched, outcome = fit_rule(rule, contact, domain_lists)
        else:
            matched, outcome = engagement_rule(rule, model, contact, seen, domain_lists, t)
        rules[rule["name"]] = outcome
        if matched:
            effects.add(rule["effect"])

    fit, engagement, caps = sums(model, rules)
    reached = (
        fit + engagement >= exact(model["threshold"])
        and fit >= exact(model["min_fit"])
        and engagement >= exact(model["min_engagement"])
    )
    disqualified, fast_tracked = "disqualify" in effects, "fast_track" in effects
    cuts = model["grades"]
    return Score(
        fit=fit,
        engagement=engagement,
        total=fit + engagement,
        grade=grade("ABCD", fit, cuts["fit"]) + grade("1234", engagement, cuts["engagement"]),
        disqualified=disqualified,
        fast_tracked=fast_tracked,
        crosses=(reached or fast_tracked) and not disqualified,
        rules=rules,
        caps=caps,
    )


def sums(model: Facts, rules: dict[str, Outcome]) -> tuple[Decimal, Decimal, list[tuple[str, float]]]:
    """Fit and engagement, held rule by rule, group by group, whole, then rounded; and what the caps took."""
    caps: list[tuple[str, float]] = []
    in_group = {group["name"]: 0.0 for group in model["groups"]}
    for rule in model["rules"]:
        most = rule.get("max_points")
        least = None if most is None else -most
        in_group[rule["group"]] += held(rules[rule["name"]].points, least, most, f"rule {rule['name']}", caps)

    in_dimension = {"fit": 0.0, "engagement": 0.0}
    for group in model["groups"]:
        least, most = group.get("min_points"), group.get("max_points")
        points = held(in_group[group["name"]], least, most, f"group {group['name']}", caps)
        in_dimension[group["dimension"]] += points

    fit = held(in_dimension["fit"], None, model.get("max_fit"), "dimension fit", caps)
    most = model.get("max_engagement")
    engagement = held(in_dimension["engagement"], None, most, "dimension engagement", caps)
    return rounded(fit), rounded(engagement), caps


def held(
    points: float, least: float | None, most: float | None, where: str, caps: list[tuple[str, float]]
) -> float:
    """`points` within [least, most]; what that took or gave becomes a line of `caps`."""
    inside = points
    if most is not None:
        inside = min(inside, float(most))
    if least is not None:
        inside = max(inside, float(least))
    if inside != points:
        caps.append((where, inside - points))
    return inside


def rounded(points: float) -> Decimal:
    """To the cent, half away from zero, as PostgreSQL's round(float8::numeric, 2) does: by 15 digits."""
    return Decimal(f"{points:.15g}").quantize(CENT, ROUND_HALF_UP) + 0  # + 0: no negative zero


def grade(names: str, points: Decimal, cuts: list[float]) -> str:
    for name, cut in zip(names, cuts, strict=False):
        if points >= exact(cut):
            return name
    return names[-1]


# --- rules


def fit_rule(rule: Facts, contact: Facts, domain_lists: dict[str, list[str]]) -> tuple[bool, Outcome]:
    matched = all(
        holds(condition, fit_value(contact, condition["field"]), domain_lists) for condition in rule["when"]
    )
    points = rule["points"] if matched and rule["effect"] == "points" else 0
    return matched, Outcome(float(points), int(matched), None)


def engagement_rule(
    rule: Facts,
    model: Facts,
    contact: Facts,
    seen: list[Facts],
    domain_lists: dict[str, list[str]],
    t: datetime,
) -> tuple[bool, Outcome]:
    """Whether the rule matched, and what it came to. `seen`: the contact's activities up to `t`."""
    matching = [a for a in seen if activity_matches(rule, a, domain_lists)]
    if rule.get("window_days") is not None:
        window_start = t - timedelta(days=rule["window_days"])
        matching = [a for a in matching if a["occurred_at"] >= window_start]

    if rule.get("per") == "absence":
        matched = not matching and contact["created_at"] <= window_start
        points = rule["points"] if matched and rule["effect"] == "points" else 0
        return matched, Outcome(float(points), 0, None)

    recycled_at = contact["recycled_at"]
    if model["restart_engagement_on_recycle"] and recycled_at is not None and recycled_at <= t:
        matching = [a for a in matching if a["occurred_at"] > recycled_at]
    moments = sorted(a["occurred_at"] for a in matching)
    matched = len(moments) >= rule.get("at_least", 1)

    points = 0.0
    if matched and rule["effect"] == "points":
        decay = rule.get("decay") or model["decay"]
        for occurred_at in moments[-1:] if rule.get("per") == "once" else moments:
            points += rule["points"] * left_after((t - occurred_at) / timedelta(days=1), decay)
    return matched, Outcome(points, len(moments), moments[-1] if moments else None)


def activity_matches(rule: Facts, activity: Facts, domain_lists: dict[str, list[str]]) -> bool:
    names_automated = any(condition["field"] == "automated" for condition in rule["when"])
    if activity["automated"] and not names_automated:
        return False
    return all(
        holds(condition, activity_value(activity, condition["field"]), domain_lists)
        for condition in rule["when"]
    )


def left_after(days: float, decay: Facts) -> float:
    """The share of its points that an activity still has at this age."""
    kind, period = decay["kind"], float(decay.get("days", 0))
    if kind == "none":
        return 1.0
    if kind == "half_life":
        return math.pow(0.5, days / period)
    if kind == "linear":
        return max(0.0, 1 - days / period)
    kept: float = 1 - decay["percent"] / 100
    return math.pow(kept, days // period)


# --- conditions


def fit_value(contact: Facts, field: str) -> Any:
    if field.startswith("company."):
        company = contact["company"]
        return None if company is None else fit_value(company, field.removeprefix("company."))
    if field.startswith("properties."):
        return contact["properties"].get(field.removeprefix("properties."))
    return contact[field]


def activity_value(activity: Facts, field: str) -> Any:
    if field.startswith("properties."):
        return activity["properties"].get(field.removeprefix("properties."))
    return activity[field]


def holds(condition: Facts, stored: Any, domain_lists: dict[str, list[str]]) -> bool:
    """Whether `stored` (a column, or a property of any JSON type) meets the condition."""
    op, value, texts = condition["op"], condition.get("value"), known_texts(stored)
    if op == "known":
        return bool(texts)
    if op in NEGATIVES:
        return not holds(condition | {"op": NEGATIVES[op]}, stored, domain_lists)
    if op in NUMBER_TESTS:
        return any(
            NUMBER_TESTS[op](number, value) for text in texts if (number := as_number(text)) is not None
        )
    if op == "in_domain_list" and isinstance(value, str):
        value = domain_lists[value]
    return any(TEXT_TESTS[op](text, value) for text in texts)


def known_texts(stored: Any) -> list[str]:
    """What is known of a value, as lower-cased texts: none, one, or one for each known element of a list."""
    if isinstance(stored, list):
        return [text for element in stored for text in known_texts(element)]
    if stored is None or stored == "":
        return []
    return [as_text(stored)]


def as_text(value: Any) -> str:
    """Lower-cased; JSON's text of a number or a boolean."""
    if isinstance(value, str):
        return value.lower()
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def as_number(text: str) -> Decimal | None:
    return Decimal(text) if NUMBER.match(text) and len(text) <= LONGEST_NUMBER else None


def exact(number: float | Decimal) -> Decimal:
    """The number as it is written: 0.1 is a tenth."""
    return Decimal(str(number))


def same(text: str, value: Any) -> bool:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = as_number(text)
        if number is not None:
            return number == exact(value)
    return text == as_text(value)


def has_word(text: str, word: str) -> bool:
    for start in range(len(text) - len(word) + 1):
        end = start + len(word)
        before, after = text[start - 1 : start] if start else "", text[end : end + 1]
        if text[start:end] == word and not goes_on(before) and not goes_on(after):
            return True
    return False


def goes_on(neighbour: str) -> bool:
    return neighbour == "_" or neighbour.isalnum()


def lies_under(domain: str, entry: str) -> bool:
    return domain == entry or domain.endswith(f".{entry}")


NEGATIVES = {"unknown": "known", "not_equals": "equals", "not_in": "in"}
TEXT_TESTS: dict[str, Callable[[str, Any], bool]] = {
    "equals": same,
    "in": lambda text, values: any(same(text, value) for value in values),
    "contains": lambda text, part: as_text(part) in text,
    "has_word": lambda text, word: has_word(text, as_text(word)),
    "starts_with": lambda text, start: text.startswith(as_text(start)),
    "in_domain_list": lambda text, domains: any(lies_under(text, domain.lower()) for domain in domains),
}
NUMBER_TESTS: dict[str, Callable[[Decimal, Any], bool]] = {
    "gt": lambda number, bound: number > exact(bound),
    "gte": lambda number, bound: number >= exact(bound),
    "lt": lambda number, bound: number < exact(bound),
    "lte": lambda number, bound: number <= exact(bound),
    "between": lambda number, ends: exact(ends[0]) <= number <= exact(ends[1]),
}
