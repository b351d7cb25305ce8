"""Beside each rule of a draft: whom it matches now, what it gave lately, and a few of them by name.

Asked of the one evaluator's own statement, in which each rule stands twice: as what it matches, and as what it gives.
It works for rules that are not saved. Where there are many contacts, some of them stand for all, which takes a fraction
of a second, and the answer says so; one rule that matches next to none of those is counted among everybody, as long as
that takes little time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from crm.models import Contact
from scoring.evaluate import Evaluator, everyone_in_order
from scoring.gather import Shape
from scoring.markers import Run
from scoring.models import Dimension, Effect, Per
from scoring.spec import GroupSpec, ModelSpec, RuleSpec

LATELY = 30
"""Days that `points_30_days` looks back."""
SAMPLED = 20_000
"""Contacts among whom is counted where everybody would take too long."""
WORK = 400_000
"""Contacts times rules that one answer looks at; beyond it fewer contacts stand for all."""
FEWEST = 2_000
"""Contacts that are looked at however many rules there are."""
ENOUGH = 100
"""So many matches among those say how many there are in all to about a fifth: 1.96 / √100."""
EXACT_MS = 2_000
"""As long as one rule may be counted among everybody."""
EXAMPLES = 3
AT_ONCE = 100
"""Rules that one statement counts: each is eight of the 1,664 columns that a query may have."""


@dataclass(frozen=True, slots=True)
class RuleMatches:
    """What a rule does now. `contacts` of all `of` contacts match it; up to three `examples` are the newest of them,
    each with id and name.

    `points_30_days`: the points that activities of the last 30 days give everybody by this rule now, as if nothing had
    happened before: faded, held to the rule's own maximum, and before those of group and dimension. Of an absence,
    what it gives now; of a fit rule, what it gives contacts who were created in the last 30 days. 0 where a rule gives
    no points.

    `estimated`: counted among `looked_at` contacts and projected to all; rare matches may have escaped.
    """

    contacts: int
    of: int
    points_30_days: float
    examples: tuple[tuple[int, str], ...] = ()
    estimated: bool = False
    looked_at: int = 0


def matches_of(
    spec: ModelSpec, *, at: datetime, rules: Sequence[str] | None = None
) -> dict[str, RuleMatches]:
    """What the `rules` of `spec` (None: all) match as of `at`, by name, whether they are on or off.

    `spec` must be sound: `scoring.model_check` says so. Names that are no rule's are left out.
    """
    asked = [rule for rule in spec.rules if rules is None or rule.name in rules]
    if not asked:
        return {}
    of = Contact.objects.count()
    most = min(SAMPLED, max(FEWEST, WORK // len(asked)))
    if of <= most:
        return _counted(asked, spec, of, at=at, among=None)
    found = _counted(asked, spec, of, at=at, among=_sample(of, most))
    if len(asked) == 1 and _in_sample(found[asked[0].name]) < ENOUGH:
        with suppress(TakesTooLong), _within(EXACT_MS):
            return _counted(asked, spec, of, at=at, among=None)
    return found


def _in_sample(found: RuleMatches) -> float:
    return found.contacts * found.looked_at / found.of


def probing(spec: ModelSpec, asked: Sequence[RuleSpec]) -> ModelSpec:
    """A model in which rule 2i matches whom the `asked` rule i of `spec` does, and rule 2i + 1 gives what it gives."""
    dimensions = {dimension: GroupSpec(dimension.value, dimension) for dimension in Dimension}
    rules = []
    for index, rule in enumerate(asked):
        dimension = spec.dimension_of(rule)
        same = replace(rule, group=dimension.value, enabled=True)
        matching = replace(same, name=f"{index} matches", effect=Effect.DISQUALIFY)
        rules += [matching, replace(_lately(same, dimension), name=f"{index} gives")]
    return ModelSpec(
        name="Probe",
        threshold=0,
        restart_engagement_on_recycle=spec.restart_engagement_on_recycle,
        decay=spec.decay,
        groups=tuple(dimensions.values()),
        rules=tuple(rules),
    )


def _lately(rule: RuleSpec, dimension: Dimension) -> RuleSpec:
    """The rule held to what happened lately; one that gives no points gives none here either."""
    points = rule.points if rule.effect == Effect.POINTS else 0.0
    rule = replace(rule, effect=Effect.POINTS, points=points)
    if dimension == Dimension.FIT or rule.per == Per.ABSENCE:
        return rule
    return replace(rule, window_days=min(LATELY, rule.window_days or LATELY))


def _sample(of: int, most: int) -> list[int]:
    """About `most` of all contacts, the same ones each time: a count must not flicker while somebody types."""
    with connection.cursor() as cursor:
        # Hashed, since whoever imported contacts may have written them in turns: every tenth might be of one kind.
        cursor.execute(
            "SELECT id FROM crm_contact WHERE abs(hashint8(id)::bigint) %% %s = 0", [max(of // most, 1)]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _counted(
    asked: Sequence[RuleSpec], spec: ModelSpec, of: int, *, at: datetime, among: list[int] | None
) -> dict[str, RuleMatches]:
    found: dict[str, RuleMatches] = {}
    for first in range(0, len(asked), AT_ONCE):
        found |= _counted_at_once(asked[first : first + AT_ONCE], spec, of, at=at, among=among)
    return found


def _counted_at_once(
    asked: Sequence[RuleSpec], spec: ModelSpec, of: int, *, at: datetime, among: list[int] | None
) -> dict[str, RuleMatches]:
    shape = Shape(everyone=among is None, detail=True)
    sql, params = Evaluator(probing(spec, asked)).statement(shape, Run(at, among))
    fit = [spec.dimension_of(rule) == Dimension.FIT for rule in asked]
    held = [at - timedelta(days=LATELY)] * sum(fit)
    columns = ", ".join(_columns(index, fit=of_fit) for index, of_fit in enumerate(fit))
    when_created = " JOIN crm_contact AS who ON who.id = contact_id" if any(fit) else ""
    # Whoever matches no rule is left out before anything is joined, sorted and counted.
    matching = " OR ".join(f"r{2 * index}" for index in range(len(asked)))
    query = f"SELECT {columns} FROM (SELECT * FROM ({sql}) AS probed WHERE {matching}) AS found{when_created}"
    row = _first_row(query, [*held, *params], everyone=among is None)
    found = [tuple(row[3 * index : 3 * index + 3]) for index in range(len(asked))]
    names = _names({pk for _, _, some in found for pk in some or ()})
    share = 1.0 if among is None else of / max(len(among), 1)
    return {
        rule.name: RuleMatches(
            contacts=round(contacts * share),
            of=of,
            points_30_days=round((points or 0.0) * share, 2),
            examples=tuple((pk, names[pk]) for pk in some or () if pk in names),
            estimated=among is not None,
            looked_at=of if among is None else len(among),
        )
        for rule, (contacts, points, some) in zip(asked, found, strict=True)
    }


def _columns(index: int, *, fit: bool) -> str:
    """How many a rule matches, what it gave lately, and the newest of them."""
    matching, given = f"r{2 * index}", f"c{2 * index + 1}"
    lately = " FILTER (WHERE who.created_at >= %s)" if fit else ""
    return (
        f"count(*) FILTER (WHERE {matching}), sum({given}){lately}, "
        f"(array_agg(contact_id ORDER BY contact_id DESC) FILTER (WHERE {matching}))[:{EXAMPLES}]"
    )


def _first_row(query: str, params: list[Any], *, everyone: bool) -> Sequence[Any]:
    if everyone:
        with everyone_in_order(), connection.cursor() as cursor:
            cursor.execute(query, params)
            return cursor.fetchone() or ()
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone() or ()


class TakesTooLong(Exception):
    """The database gave up a statement, as it was asked to."""


@contextmanager
def _within(milliseconds: int) -> Iterator[None]:
    """Have the database give up what takes longer. Raises TakesTooLong."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TakesTooLong from error
        raise


def _names(ids: set[int]) -> dict[int, str]:
    contacts = Contact.objects.filter(pk__in=ids).only("first_name", "last_name", "email")
    return {contact.pk: str(contact) for contact in contacts}
