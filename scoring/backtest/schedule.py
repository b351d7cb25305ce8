"""On which days whose score is worth asking for: on those when something made it possible that they cross.

A score rises when a fact is recorded, or one that was recorded ahead becomes due. By itself it only falls, save under
rules that give back what they took: points below zero that fade, or leave their window, a disqualification that leaves
it, and what is given when nothing was done for a time. And whoever was recycled may qualify when the wait is over.
Everybody else would be told again that they do not cross. Days too many cost time and change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, F, Max, Min, Q, QuerySet

from crm.models import Activity, Contact
from scoring.backtest.period import Period
from scoring.conditions import engagement_condition
from scoring.decay import EVER_DAYS, horizon_days
from scoring.markers import Run, fill
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import ModelSpec, RuleSpec

Sql = tuple[str, list[Any]]
MICROSECOND = timedelta(microseconds=1)

RECORDED = """
    SELECT contact_id, GREATEST(recorded_at, occurred_at) AS moment FROM crm_activity
    WHERE GREATEST(recorded_at, occurred_at) > %s AND recorded_at <= %s
    UNION ALL
    SELECT contact_id, recorded_at FROM crm_contactversion WHERE recorded_at > %s AND recorded_at <= %s
    UNION ALL
    SELECT person.contact_id, company.recorded_at
    FROM crm_companyversion company JOIN crm_contactversion person USING (company_id)
    WHERE company.recorded_at > %s AND company.recorded_at <= %s
"""
WAIT_OVER = """
    SELECT contact_id, recycled_at + %s FROM crm_contactversion
    WHERE recycled_at + %s > %s AND recycled_at + %s <= %s
"""
# A moment counts on the first day that ends at it or later.
ON_DAYS = """
    SELECT day, array_agg(DISTINCT contact_id ORDER BY contact_id) FROM (
        SELECT contact_id, width_bucket(moment - interval '1 microsecond', %s::timestamptz[]) AS day
        FROM ({moments}) happened (contact_id, moment)
        WHERE moment > %s AND moment <= %s
        {spans}
    ) due
    WHERE contact_id = ANY(%s::bigint[]) GROUP BY day
"""
# Every day from the first match until the last has nothing left to give back.
EVERY_DAY = """
        UNION ALL
        SELECT contact_id, generate_series(
            GREATEST(width_bucket(first, moments), 1),
            LEAST(width_bucket(last, moments) + 1, cardinality(moments) - 1)
        ) FROM ({spans}) rising (contact_id, first, last), (SELECT %s::timestamptz[] AS moments) days
"""


def schedule(spec: ModelSpec, period: Period, contact_ids: Collection[int]) -> dict[int, list[int]]:
    """Whom to ask about on which day: ids of `contact_ids` by the index of the moment, from 1 on.

    At moment 0 everyone is asked about.
    """
    bounds = [period.start, period.end]
    moments: list[Sql] = [(RECORDED, bounds * 3), *_waits(spec, period), *_rising(spec)]
    spans = [_compiled(query) for query in _fading(spec)]
    sql = ON_DAYS.format(
        moments=" UNION ALL ".join(part for part, _ in moments),
        spans="".join(EVERY_DAY.format(spans=part) for part, _ in spans),
    )
    params: list[Any] = [list(period.moments), *(param for _, held in moments for param in held), *bounds]
    for _, held in spans:
        params += [*held, list(period.moments)]
    due: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, fill([*params, list(contact_ids)], Run(period.end)))
        due.update(dict(cursor.fetchall()))
    return due


def _waits(spec: ModelSpec, period: Period) -> list[Sql]:
    """When the wait of those who were recycled is over."""
    if not 0 < spec.requalify_after_days < EVER_DAYS:
        return []
    wait = timedelta(days=spec.requalify_after_days)
    return [(WAIT_OVER, [wait, wait, period.start, wait, period.end])]


def _rising(spec: ModelSpec) -> Iterator[Sql]:
    """When a match leaves a window outside which the score is higher, or somebody has been silent for its length."""
    silent = set()
    for rule in _of_engagement(spec):
        window = rule.window_days
        if window is None or window >= EVER_DAYS or not _rises(rule):
            continue
        # What is exactly as old as the window still counts.
        outside = timedelta(days=window) + MICROSECOND
        yield _compiled(_matches(rule).values_list("contact_id", _later("occurred_at", outside)))
        if rule.per == Per.ABSENCE:
            silent.add(timedelta(days=window))
    for length in sorted(silent):
        yield _compiled(Contact.objects.order_by().values_list("pk", _later("created_at", length)))


def _fading(spec: ModelSpec) -> Iterator[QuerySet[Any, Any]]:
    """From when to when somebody's score rises day by day, because points below zero fade."""
    for rule in _of_engagement(spec):
        decay = rule.decay or spec.decay
        below_zero = rule.effect == Effect.POINTS and rule.points < 0 and rule.per != Per.ABSENCE
        if not below_zero or decay.kind == DecayKind.NONE:
            continue
        left = [days for days in (horizon_days(decay), rule.window_days) if days is not None]
        ends = timedelta(days=min([*left, EVER_DAYS])) + MICROSECOND
        yield (
            _matches(rule)
            .values("contact_id")
            .annotate(first=Min("occurred_at"), last=_later(Max("occurred_at"), ends))
        )


def _of_engagement(spec: ModelSpec) -> list[RuleSpec]:
    return spec.in_force().rules_of(Dimension.ENGAGEMENT)


def _rises(rule: RuleSpec) -> bool:
    """Whether a contact's standing is better once nothing matches any more."""
    if rule.per == Per.ABSENCE:
        return rule.effect == Effect.FAST_TRACK or (rule.effect == Effect.POINTS and rule.points > 0)
    return rule.effect == Effect.DISQUALIFY or (rule.effect == Effect.POINTS and rule.points < 0)


def _matches(rule: RuleSpec) -> QuerySet[Any, Any]:
    conditions = Q()
    for condition in rule.when:
        conditions &= engagement_condition(condition)
    return Activity.objects.filter(conditions).order_by()


def _later(moment: Any, by: timedelta) -> Any:
    of = F(moment) if isinstance(moment, str) else moment
    return ExpressionWrapper(of + by, output_field=DateTimeField())


def _compiled(queryset: QuerySet[Any, Any]) -> Sql:
    sql, params = queryset.query.sql_with_params()
    return sql, list(params)
