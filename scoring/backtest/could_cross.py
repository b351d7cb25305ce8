"""Who could have crossed at all: those who reach the threshold if everything that lowers a score is thought away.

The same evaluator answers, once, for a model that is never below the real one: then most people need never be asked
about again, day by day. Whoever is left in wrongly costs time and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import connection

from scoring.backtest.period import Period
from scoring.evaluate import Evaluator
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import DecaySpec, ModelSpec, RuleSpec

SLACK = 0.02
"""Two roundings of half a cent, and what sums of doubles may differ by in another order."""

FOR_EVER = DecaySpec(DecayKind.NONE)

CHANGED = """
    SELECT contact_id FROM crm_contactversion WHERE recorded_at > %(start)s AND recorded_at <= %(end)s
    UNION
    SELECT person.contact_id
    FROM crm_companyversion company JOIN crm_contactversion person USING (company_id)
    WHERE company.recorded_at > %(start)s AND company.recorded_at <= %(end)s
"""


def could_cross(spec: ModelSpec, period: Period) -> set[int]:
    """Ids of everyone who may have crossed at a moment of `period`, and of some who did not."""
    changed = _changed(period)
    as_they_are, whoever_they_were = at_best(spec), at_best(spec, any_fit=True)
    found = _crossing(as_they_are, period) if as_they_are else None
    if found is None:
        return _everyone(period)
    if whoever_they_were is None:
        return found | changed
    return found | _crossing(whoever_they_were, period, sorted(changed))


def _changed(period: Period) -> set[int]:
    """Those who were not the same all the time, whose fit at the end says nothing of before."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"start": period.start, "end": period.end})
        return {pk for (pk,) in cursor.fetchall()}


def _everyone(period: Period) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT contact_id FROM crm_contactversion WHERE recorded_at <= %s", [period.end]
        )
        return {pk for (pk,) in cursor.fetchall()}


def _crossing(spec: ModelSpec, period: Period, contact_ids: list[int] | None = None) -> set[int]:
    rows = Evaluator(spec).score(at=period.end, contact_ids=contact_ids, past=True, known_at=period.end)
    return {row.contact_id for row in rows if row.crosses}


def at_best(spec: ModelSpec, *, any_fit: bool = False) -> ModelSpec | None:
    """A model under which nobody scores less at the end of a time than under `spec` at any moment of it.

    Nothing fades, leaves a window, is taken away or disqualifies; what is given for silence is given to all. With
    `any_fit`, everybody fits as well as anybody can. None where it would let everyone cross.
    """
    spec = spec.in_force()
    dimensions = {group.name: group.dimension for group in spec.groups}
    silent = 0.0
    rules: list[RuleSpec] = []
    for rule in spec.rules:
        if rule.effect == Effect.DISQUALIFY or (rule.effect == Effect.POINTS and rule.points <= 0):
            continue
        is_fit = dimensions[rule.group] == Dimension.FIT
        for_all = (is_fit and any_fit) or rule.per == Per.ABSENCE
        if rule.effect == Effect.FAST_TRACK and for_all:
            return None
        if rule.per == Per.ABSENCE:
            silent += rule.points
        elif not (is_fit and any_fit):
            rules.append(replace(rule, window_days=None, decay=FOR_EVER))
    if any_fit:
        # No rule and no group of fit is left, so that everybody has 0 of it.
        groups = tuple(group for group in spec.groups if group.dimension != Dimension.FIT)
        most = _most_fit(spec)
        spec = replace(spec, groups=groups, max_fit=None, min_fit=0.0, threshold=spec.threshold - most)
    return replace(
        spec,
        threshold=spec.threshold - silent - SLACK,
        min_fit=spec.min_fit - SLACK,
        min_engagement=spec.min_engagement - silent - SLACK,
        decay=FOR_EVER,
        restart_engagement_on_recycle=False,
        rules=tuple(rules),
        personas=(),
    )


def _most_fit(spec: ModelSpec) -> float:
    """The most points of fit that `spec` can give."""
    most = 0.0
    for group in spec.groups:
        if group.dimension == Dimension.FIT:
            points = [rule.points for rule in spec.rules if rule.group == group.name and rule.points > 0]
            given = max(sum(points), group.min_points or 0.0)
            most += given if group.max_points is None else min(given, group.max_points)
    return most if spec.max_fit is None else min(most, spec.max_fit)
