"""A model → one SQL statement that scores any set of contacts.

The statement stands on two queries that Django builds from the rules' `Q` objects: `people` (one row a contact, a
column a fit rule) and `engaged` (one row a contact with activities, aggregates of conditional sums a column). Around
them go the steps that every model shares, each a query of its own so that nothing is computed twice:

    given     points of every rule, before any cap
    grouped   held to the rules' caps and summed by group
    summed    groups held to their bounds, summed to fit and engagement, held to their maxima and rounded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Expression,
    F,
    FilteredRelation,
    FloatField,
    Func,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from crm.models import Activity, Contact, ContactVersion
from scoring.conditions import engagement_condition, fit_condition
from scoring.decay import EVER_DAYS, Fade, faded, horizon_days
from scoring.markers import ContactIds, EndOfSpan, KnownAt, Moment, Open
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import DecaySpec, ModelSpec, RuleSpec

Sql = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of run a statement is for: some contacts or everyone, today's attributes or those of the moment,
    all facts or only those known then, and whether matches and newest are wanted beside the points. Everyone can be
    taken part by part, each a `span` of ids, in the order of the indexes."""

    everyone: bool = False
    span: bool = False
    past: bool = False
    known: bool = False
    detail: bool = False


class Among(Func):
    """Whether an id is one of the run's contacts."""

    def __init__(self, path: str) -> None:
        super().__init__(F(path), Open(ContactIds(), "bigint[]", BooleanField()), output_field=BooleanField())

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, held = compiler.compile(self.get_source_expressions()[0])
        ids, more = compiler.compile(self.get_source_expressions()[1])
        return f"{column} = ANY({ids})", [*held, *more]


def _whom(path: str, shape: Shape) -> Q:
    """Of rows with a contact's id at `path`: those of the run."""
    if shape.span:
        first, last = (Open(EndOfSpan(last), "bigint", BigIntegerField()) for last in (False, True))
        return Q(**{f"{path}__gte": first, f"{path}__lte": last})
    return Q() if shape.everyone else Q(Among(path))


def moment(days_ago: float = 0.0) -> Expression:
    """The run's moment, less some days."""
    return Open(Moment(days_ago), "timestamptz", DateTimeField())


def at_moment(at: datetime | Expression, prefix: str = "") -> Q:
    """Of attribute versions: the one that held at `at`."""
    began = Q(**{f"{prefix}valid_from": None}) | Q(**{f"{prefix}valid_from__lte": at})
    return began & (Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gt": at}))


def then(prefix: str = "") -> Q:
    return at_moment(moment(), prefix)


def _conditions(rule: RuleSpec, **paths: str) -> Q:
    held = Q()
    for condition in rule.when:
        held &= fit_condition(condition, **paths)
    return held


def people(spec: ModelSpec, shape: Shape) -> QuerySet[Any, Any]:
    """One row a contact: id, created, and whether each fit rule matches, as `f0`, `f1`, …"""
    queryset: QuerySet[Any, Any]
    if shape.past:
        queryset = ContactVersion.objects.filter(then()).annotate(
            company_then=FilteredRelation("company__versions", condition=then("company__versions__"))
        )
        ids, company, created = "contact_id", "company_then", F("contact__created_at")
        if shape.known:
            queryset = queryset.filter(recorded_at__lte=Open(KnownAt(), "timestamptz", DateTimeField()))
    else:
        queryset, ids, company, created = Contact.objects.all(), "id", "company", F("created_at")
    queryset = queryset.filter(_whom(ids, shape))
    matches = {
        f"f{index}": Case(
            When(_conditions(rule, company=company), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for index, rule in enumerate(spec.rules)
        if spec.dimension_of(rule) == Dimension.FIT
    }
    return queryset.order_by().values(person=F(ids), created=created).annotate(**matches)


def engaged(spec: ModelSpec, shape: Shape) -> QuerySet[Any, Any] | None:
    """One row a contact with activities: `n0` matches of rule 0, `s0` their faded sum, `m0` the newest."""
    rules = [
        (index, rule) for index, rule in enumerate(spec.rules) if rule in spec.rules_of(Dimension.ENGAGEMENT)
    ]
    if not rules:
        return None
    queryset = Activity.objects.filter(_counted([rule for _, rule in rules], shape)).order_by()
    # What holds for every rule alike is asked once a row, not once a rule.
    since_recycle = Q(SinceRecycle()) if spec.restart_engagement_on_recycle else Q()
    if not any(rule.per == Per.ABSENCE for _, rule in rules):
        queryset, since_recycle = queryset.filter(since_recycle), Q()
    by_people = Q(automated=False)
    if not any(rule.asks_for_automated for _, rule in rules):
        queryset, by_people = queryset.filter(by_people), Q()
    aggregates: dict[str, Any] = {}
    for index, rule in rules:
        counted = Q() if rule.per == Per.ABSENCE else since_recycle
        counted = counted if rule.asks_for_automated else counted & by_people
        aggregates |= _aggregates(index, rule, counted, rule.decay or spec.decay, shape)
    return queryset.values("contact_id").annotate(**aggregates)


def _counted(rules: list[RuleSpec], shape: Shape) -> Q:
    """What no rule could count need not be read."""
    counted = Q(occurred_at__lte=moment()) & _whom("contact_id", shape)
    if shape.known:
        counted &= Q(recorded_at__lte=Open(KnownAt(), "timestamptz", DateTimeField()))
    windows = [rule.window_days for rule in rules]
    if all(windows):
        counted &= Q(occurred_at__gte=moment(max(window for window in windows if window)))
    return counted


JOIN_RECYCLED = (
    'FROM "crm_activity"',
    'FROM "crm_activity" LEFT JOIN recycled ON recycled.person = "crm_activity"."contact_id"',
)
"""The one join that Django cannot say: of a derived table, from the outside, and in the index's order."""


class SinceRecycle(Func):
    """Of activities: later than the contact's last recycle, which the statement joins as `recycled`."""

    def __init__(self) -> None:
        super().__init__(F("occurred_at"), output_field=BooleanField())

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, list[Any]]:
        occurred_at, params = compiler.compile(self.get_source_expressions()[0])
        return f"(recycled.recycled_at IS NULL OR {occurred_at} > recycled.recycled_at)", list(params)


def recycled(shape: Shape) -> QuerySet[Any, Any]:
    """The few contacts that were ever recycled, with when last: joining everyone would take twice as long."""
    queryset: QuerySet[Any, Any]
    if shape.past:
        queryset, ids = ContactVersion.objects.filter(then()), "contact_id"
    else:
        queryset, ids = Contact.objects.all(), "id"
    queryset = queryset.filter(_whom(ids, shape), recycled_at__isnull=False, recycled_at__lte=moment())
    return queryset.order_by().values("recycled_at", person=F(ids))


def _aggregates(index: int, rule: RuleSpec, counted: Q, decay: DecaySpec, shape: Shape) -> dict[str, Any]:
    conditions = Q()
    for condition in rule.when:
        conditions &= engagement_condition(condition)
    conditions &= counted
    matching = _no_older(rule.window_days) & conditions
    # Of a column that the index has: nothing else need be read.
    count = Count("contact_id", filter=matching)
    newest = Max("occurred_at", filter=matching)
    wanted: dict[str, Any] = {}
    if _needs_count(rule, decay) or shape.detail:
        wanted[f"n{index}"] = count
    if _needs_newest(rule, decay) or shape.detail:
        wanted[f"m{index}"] = newest
    if _fades(rule, decay) and rule.per == Per.OCCURRENCE:
        left = _within_horizon(rule.window_days, horizon_days(decay), conditions)
        wanted[f"s{index}"] = Sum(Fade("occurred_at", decay), filter=left, output_field=FloatField())
    return wanted


def _no_older(days: float | None) -> Q:
    return Q() if days is None else Q(occurred_at__gte=moment(days))


def _within_horizon(window: float | None, horizon: float | None, conditions: Q) -> Q:
    """What matches and has points left. A window comes first, since times are compared sooner than texts; a horizon
    that leaves out next to nothing comes last.
    """
    if window is not None and horizon is not None and horizon <= window:
        return _no_older(horizon) & conditions
    return _no_older(window) & conditions & _no_older(horizon)


def _fades(rule: RuleSpec, decay: DecaySpec) -> bool:
    return rule.effect == Effect.POINTS and rule.per != Per.ABSENCE and decay.kind != DecayKind.NONE


def _needs_count(rule: RuleSpec, decay: DecaySpec) -> bool:
    return not _fades(rule, decay) or rule.at_least > 1


def _needs_newest(rule: RuleSpec, decay: DecaySpec) -> bool:
    return _fades(rule, decay) and rule.per == Per.ONCE


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
            f"COALESCE(e.s{index}, 0)" if _fades(rule, decay) else f"COALESCE(e.n{index}, 0)"
        )
    elif _fades(rule, decay):
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
