"""What a statement gathers from the facts: two queries that Django builds from the rules' `Q` objects.

`people` gives one row a contact with a column a fit rule, `engaged` one row a contact with activities and conditional
sums for each engagement rule, `recycled` the few whose engagement began anew. `Shape` says for what kind of run.
"""

from __future__ import annotations

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
from scoring.decay import Fade, horizon_days
from scoring.markers import ContactIds, EndOfSpan, KnownAt, Moment, Open
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import DecaySpec, ModelSpec, RuleSpec


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of run a statement is for: some contacts or everyone, today's attributes or those of the moment,
    all facts or only those known then, and whether matches and newest are wanted beside the points. Everyone can be
    taken part by part, each a `span` of ids, in the order of the indexes.
    """

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
    if fades(rule, decay) and rule.per == Per.OCCURRENCE:
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


def fades(rule: RuleSpec, decay: DecaySpec) -> bool:
    """Whether the points of a match become less with its age."""
    return rule.effect == Effect.POINTS and rule.per != Per.ABSENCE and decay.kind != DecayKind.NONE


def _needs_count(rule: RuleSpec, decay: DecaySpec) -> bool:
    return not fades(rule, decay) or rule.at_least > 1


def _needs_newest(rule: RuleSpec, decay: DecaySpec) -> bool:
    return fades(rule, decay) and rule.per == Per.ONCE
