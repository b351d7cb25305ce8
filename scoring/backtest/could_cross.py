"""Who could have crossed at all: those who reach the threshold if everything that lowers a score is thought away.

The same evaluator answers, once, for a model that is never below the real one: then most people need never be asked
about again, day by day. Whoever is left in wrongly costs time and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db import connection

from scoring.backtest.period import Period
from scoring.backtest.quietly import quietly
from scoring.evaluate import Evaluator
from scoring.models import DecayKind, Dimension, Effect, Per
from scoring.spec import DecaySpec, ModelSpec, RuleSpec

SLACK = 0.02
"""Two roundings of half a cent, and what sums of doubles may differ by in another order."""

FOR_EVER = DecaySpec(DecayKind.NONE)

BATCH = 20_000
"""Contacts a statement: few enough that it tells of itself every second or two."""

EVERYONE = "SELECT DISTINCT contact_id FROM crm_contactversion WHERE recorded_at <= %(end)s"
# Those who were not the same all the time, whose fit at the end says nothing of before.
CHANGED = """
    SELECT contact_id FROM crm_contactversion WHERE recorded_at > %(start)s AND recorded_at <= %(end)s
    UNION
    SELECT person.contact_id
    FROM crm_companyversion company JOIN crm_contactversion person USING (company_id)
    WHERE company.recorded_at > %(start)s AND company.recorded_at <= %(end)s
"""


def could_cross(
    spec: ModelSpec, period: Period, *, report: Callable[[float], None] = lambda share: None
) -> set[int]:
    """Ids of everyone who may have crossed at a moment of `period`, and of some who did not.

    `report` is told how much is done, from 0 to 1.
    """
    everyone = _ids(EVERYONE, period)
    as_they_are, whoever_they_were = at_best(spec), at_best(spec, any_fit=True)
    if as_they_are is None:
        return set(everyone)
    found = _crossing(as_they_are, period, everyone, report)
    changed = _ids(CHANGED, period)
    if whoever_they_were is None:
        return found | set(changed)
    return found | _crossing(whoever_they_were, period, changed, report)


def _ids(sql: str, period: Period) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": period.start, "end": period.end})
        return sorted(pk for (pk,) in cursor.fetchall())


def _crossing(
    spec: ModelSpec, period: Period, contact_ids: list[int], report: Callable[[float], None]
) -> set[int]:
    evaluator, found = Evaluator(spec), set[int]()
    for first in range(0, len(contact_ids), BATCH):
        report(first / len(contact_ids))
        some = contact_ids[first : first + BATCH]
        with quietly():
            rows = evaluator.score(at=period.end, contact_ids=some, past=True, known_at=period.end)
            found.update(row.contact_id for row in rows if row.crosses)
    return found


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
