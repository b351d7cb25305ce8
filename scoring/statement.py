"""A model → one SQL statement that scores any set of contacts.

The statement stands on the queries of `scoring.gather`, of people and of what they did. Around them go the steps that
every model shares, each a query of its own so that nothing is computed twice:

    given     points of every rule, before any cap
    grouped   held to the rules' caps and summed by group
    summed    groups held to their bounds, summed to fit and engagement, held to their maxima and rounded
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoring.decay import EVER_DAYS, faded, horizon_days
from scoring.gather import JOIN_RECYCLED, Shape, engaged, fades, people, recycled
from scoring.markers import Moment
from scoring.models import Dimension, Effect, Per
from scoring.spec import ModelSpec, RuleSpec

Sql = tuple[str, list[Any]]


def _given(index: int, rule: RuleSpec, spec: ModelSpec) -> Sql:
    """Points of a rule before any cap (`points` rules), or whether it matches (the other effects)."""
    if spec.dimension_of(rule) == Dimension.FIT:
        matches, params = f"p.f{index}", []
    elif rule.per == Per.ABSENCE:
        matches = f"(COALESCE(e.n{index}, 0) = 0 AND p.created <= %s::timestamptz)"
        params = [Moment(rule.window_days or 0.0)]
    else:
        matches, params = f"(COALESCE(e.n{index}, 0) >= {rule.at_least})", []
    if rule.effect != Effect.POINTS:
        return matches, params
    points = f"{float(rule.points)!r}::float8"
    decay = rule.decay or spec.decay
    if spec.dimension_of(rule) == Dimension.FIT or rule.per == Per.ABSENCE:
        return f"CASE WHEN {matches} THEN {points} ELSE 0 END", params
    if rule.per == Per.OCCURRENCE:
        given = f"{points} * " + (
            f"COALESCE(e.s{index}, 0)" if fades(rule, decay) else f"COALESCE(e.n{index}, 0)"
        )
    elif fades(rule, decay):
        factor, params = faded(f"e.m{index}", decay)
        horizon = horizon_days(decay)
        params = [Moment(EVER_DAYS if horizon is None else horizon), *params]
        given = f"CASE WHEN e.m{index} >= %s::timestamptz THEN {points} * {factor} ELSE 0 END"
    else:
        given = f"CASE WHEN e.n{index} > 0 THEN {points} ELSE 0 END"
    return (f"CASE WHEN {matches} THEN {given} ELSE 0 END" if rule.at_least > 1 else given), params


def _held(sql: str, low: float | None, high: float | None) -> str:
    """`sql`, never null, held within bounds. (LEAST and GREATEST pass over null: the bound itself would come out.)"""
    if low is not None:
        sql = f"GREATEST({float(low)!r}::float8, {sql})"
    return f"LEAST({float(high)!r}::float8, {sql})" if high is not None else sql


def _sum(terms: list[str]) -> str:
    return " + ".join(terms) if terms else "0::float8"


def compose(spec: ModelSpec, shape: Shape) -> Sql:
    """The statement of `spec` for runs of `shape`, with its params: values and markers in order.

    Columns: contact_id, fit, engagement, grade, disqualified, fast_tracked, crosses; then with `detail` for every rule
    i its points r{i}, capped c{i}, matches n{i}, newest m{i}, for every group j its raw and held sum a{j}, b{j}, and
    raw_fit, raw_engagement before their maxima.
    """
    params: list[Any] = []
    held: Sequence[Any]
    steps = []
    activities = engaged(spec, shape)
    parts = {"people": people(spec, shape), "recycled": recycled(shape), "engaged": activities}
    for name, queryset in parts.items():
        if queryset is not None:
            sql, held = queryset.query.sql_with_params()
            if name == "engaged":
                sql = sql.replace(*JOIN_RECYCLED, 1)
            steps.append(f"{name} AS {_computed_once(name, shape)}({sql})")
            params += held
    sql, held = _given_step(spec, shape, has_activities=activities is not None)
    params += held
    steps += [
        f"given AS ({sql})",
        f"grouped AS ({_grouped_step(spec, shape)})",
        f"summed AS ({_summed_step(spec)})",
    ]
    return f"WITH {', '.join(steps)} {_final(spec, shape)}", params


def _given_step(spec: ModelSpec, shape: Shape, *, has_activities: bool) -> Sql:
    columns, params = ["p.person AS contact_id"], []
    for index, rule in enumerate(spec.rules):
        sql, held = _given(index, rule, spec)
        columns.append(f"{sql} AS r{index}")
        params += held
        if shape.detail and spec.dimension_of(rule) == Dimension.FIT:
            columns.append(f"p.f{index}::int AS n{index}, NULL::timestamptz AS m{index}")
        elif shape.detail:
            columns.append(f"COALESCE(e.n{index}, 0) AS n{index}, e.m{index}")
    joined = " LEFT JOIN engaged e ON e.contact_id = p.person" if has_activities else ""
    return f"SELECT {', '.join(columns)} FROM people p{joined}{_fence(shape)}", params


def _computed_once(name: str, shape: Shape) -> str:
    """Of a batch in the past, keep the planner from computing everybody's sums anew for each contact.

    It does where it takes the batch for a single contact, as it may until the history's statistics are made.
    """
    return "MATERIALIZED " if name == "engaged" and shape.past and not shape.everyone else ""


def _fence(shape: Shape) -> str:
    """Where details name a step's columns more than once, keep the planner from computing them as often."""
    return " OFFSET 0" if shape.detail else ""


def _capped(index: int, rule: RuleSpec) -> str:
    """A rule's points held within ± its cap. It gives its points some times over, so that one side is enough."""
    cap = rule.max_points
    if cap is None:
        return f"r{index}"
    return _held(f"r{index}", -cap, None) if rule.points < 0 else _held(f"r{index}", None, cap)


def _grouped_step(spec: ModelSpec, shape: Shape) -> str:
    columns = ["given.*"] if shape.detail else ["contact_id"]
    for number, group in enumerate(spec.groups):
        members = [
            _capped(index, rule)
            for index, rule in enumerate(spec.rules)
            if rule.group == group.name and rule.effect == Effect.POINTS
        ]
        columns.append(f"{_sum(members)} AS a{number}")
    for effect, name in ((Effect.DISQUALIFY, "disqualified"), (Effect.FAST_TRACK, "fast_tracked")):
        matching = [f"r{index}" for index, rule in enumerate(spec.rules) if rule.effect == effect]
        columns.append(f"({' OR '.join(matching) or 'FALSE'}) AS {name}")
    return f"SELECT {', '.join(columns)} FROM given{_fence(shape)}"


def _summed_step(spec: ModelSpec) -> str:
    columns = ["grouped.*"]
    for dimension, most in ((Dimension.FIT, spec.max_fit), (Dimension.ENGAGEMENT, spec.max_engagement)):
        total = _sum(
            [
                _held(f"a{number}", group.min_points, group.max_points)
                for number, group in enumerate(spec.groups)
                if group.dimension == dimension
            ]
        )
        # Rounded before any comparison, half away from zero, which is what round(numeric) does.
        columns.append(
            f"ROUND(({_held(total, None, most)})::numeric, 2) AS {dimension}, {total} AS raw_{dimension}"
        )
    return f"SELECT {', '.join(columns)} FROM grouped OFFSET 0"


def _letter(column: str, cuts: tuple[float, float, float], letters: str) -> str:
    cases = " ".join(
        f"WHEN {column} >= {cut!r} THEN '{letter}'" for cut, letter in zip(cuts, letters, strict=False)
    )
    return f"CASE {cases} ELSE '{letters[-1]}' END"


def _final(spec: ModelSpec, shape: Shape) -> str:
    enough = f"fit >= {spec.min_fit!r} AND engagement >= {spec.min_engagement!r}"
    reached = f"fit + engagement >= {spec.threshold!r} AND {enough}"
    grade = f"{_letter('fit', spec.fit_grades, 'ABCD')} || {_letter('engagement', spec.engagement_grades, '1234')}"
    columns = [
        "contact_id",
        "fit",
        "engagement",
        f"{grade} AS grade",
        "disqualified",
        "fast_tracked",
        f"(NOT disqualified AND (fast_tracked OR ({reached}))) AS crosses",
    ]
    if shape.detail:
        columns += ["raw_fit", "raw_engagement"]
        for index, rule in enumerate(spec.rules):
            capped = _capped(index, rule) if rule.effect == Effect.POINTS else f"r{index}"
            columns += [f"r{index}", f"{capped} AS c{index}", f"n{index}", f"m{index}"]
        for number, group in enumerate(spec.groups):
            columns += [
                f"a{number}",
                f"{_held(f'a{number}', group.min_points, group.max_points)} AS b{number}",
            ]
    return f"SELECT {', '.join(columns)} FROM summed"
