"""Why a score is what it is: for the page, the API and the shell alike.

Reasons are what rules gave before any cap, caps are lines of their own, and those of a dimension sum to it.
Points carry four decimals; where rounding the lines would leave the sum a cent off, the largest line takes
the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm.models import Contact
from scoring.evaluate import Evaluator, evaluator_of
from scoring.models import Dimension, Effect, ScoringVersion
from scoring.spec import ModelSpec
from scoring.standing import blocked_by

LINE = Decimal("0.0001")
CENT = Decimal("0.01")


@dataclass(slots=True)
class Reason:
    """What one rule gave before any cap, from how many matches, the newest of them at `newest` (None for fit)."""

    rule: str
    group: str
    dimension: str
    effect: str
    points: Decimal
    matches: int
    newest: datetime | None


@dataclass(slots=True)
class Cap:
    """What a cap took (or a floor gave). `where` names it: "rule NAME", "group NAME" or "dimension NAME"."""

    where: str
    dimension: str
    points: Decimal


@dataclass(slots=True)
class Explanation:
    """One contact's score at one moment under one version, with everything that made it."""

    contact_id: int
    email: str
    as_of: datetime
    version: int | None
    fit: Decimal
    engagement: Decimal
    grade: str
    disqualified: bool
    fast_tracked: bool
    crosses: bool
    reasons: list[Reason] = field(default_factory=list)
    caps: list[Cap] = field(default_factory=list)
    blocked_by: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.fit + self.engagement

    @property
    def qualifies(self) -> bool:
        return self.crosses and not self.blocked_by

    def as_json(self) -> dict[str, Any]:
        """The shape that the API and `explain --json` give: points as numbers, times in ISO 8601 UTC."""
        return {
            "email": self.email,
            "as_of": _iso(self.as_of),
            "version": self.version,
            "fit": float(self.fit),
            "engagement": float(self.engagement),
            "total": float(self.total),
            "grade": self.grade,
            "disqualified": self.disqualified,
            "fast_tracked": self.fast_tracked,
            "qualifies": self.qualifies,
            "blocked_by": self.blocked_by,
            "reasons": [
                {
                    "rule": reason.rule,
                    "group": reason.group,
                    "dimension": reason.dimension,
                    "effect": reason.effect,
                    "points": float(reason.points),
                    "matches": reason.matches,
                    "newest": _iso(reason.newest) if reason.newest else None,
                }
                for reason in self.reasons
            ],
            "caps": [{"where": cap.where, "points": float(cap.points)} for cap in self.caps],
        }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def explain(
    contact_ids: Sequence[int], *, at: datetime, version: ScoringVersion | None = None, past: bool = False
) -> dict[int, Explanation]:
    """Explain contacts' scores at `at` under `version` (None: the published one; without one there is no score).

    `past` takes attributes from their history. Contacts that do not exist are left out.
    """
    version = version or ScoringVersion.objects.live()
    if version is None:
        return {}
    evaluator = evaluator_of(version)
    explanations = explain_with(evaluator, contact_ids, at=at, past=past)
    blocks = blocked_by(contact_ids, evaluator.spec, at=at, past=past)
    for pk, explanation in explanations.items():
        explanation.version = version.number
        explanation.blocked_by = blocks.get(pk, [])
    return explanations


def explain_with(
    evaluator: Evaluator, contact_ids: Sequence[int], *, at: datetime, past: bool = False
) -> dict[int, Explanation]:
    """As `explain`, under a model that need not be recorded, and without asking what else stands in the way."""
    emails = dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "email"))
    rows = evaluator.details(at=at, contact_ids=contact_ids, past=past)
    return {
        row["contact_id"]: _explained(row, evaluator.spec, emails.get(row["contact_id"], ""), at)
        for row in rows
    }


def _explained(row: dict[str, Any], spec: ModelSpec, email: str, at: datetime) -> Explanation:
    explanation = Explanation(
        contact_id=row["contact_id"],
        email=email,
        as_of=at,
        version=None,
        fit=row["fit"],
        engagement=row["engagement"],
        grade=row["grade"],
        disqualified=row["disqualified"],
        fast_tracked=row["fast_tracked"],
        crosses=row["crosses"],
        reasons=_reasons(row, spec),
        caps=_caps(row, spec),
    )
    for dimension in Dimension:
        everything: list[Reason | Cap] = [*explanation.reasons, *explanation.caps]
        lines = [line for line in everything if line.dimension == dimension]
        settle(lines, row[str(dimension.value)])
    return explanation


def _line(points: float) -> Decimal:
    return Decimal(f"{points:.15g}").quantize(LINE, ROUND_HALF_UP)


def _reasons(row: dict[str, Any], spec: ModelSpec) -> list[Reason]:
    reasons = []
    for index, rule in enumerate(spec.rules):
        given = row[f"r{index}"]
        points = _line(given) if rule.effect == Effect.POINTS else Decimal(0)
        if points or (rule.effect != Effect.POINTS and given):
            dimension = str(spec.dimension_of(rule).value)
            matches, newest = row[f"n{index}"], row[f"m{index}"]
            reasons.append(
                Reason(rule.name, rule.group, dimension, str(rule.effect.value), points, matches, newest)
            )
    return reasons


def _caps(row: dict[str, Any], spec: ModelSpec) -> list[Cap]:
    held: list[tuple[str, str, float]] = []
    for index, rule in enumerate(spec.rules):
        if rule.effect == Effect.POINTS:
            taken = row[f"c{index}"] - row[f"r{index}"]
            held.append((f"rule {rule.name}", str(spec.dimension_of(rule).value), taken))
    for number, group in enumerate(spec.groups):
        held.append(
            (f"group {group.name}", str(group.dimension.value), row[f"b{number}"] - row[f"a{number}"])
        )
    for dimension, most in (("fit", spec.max_fit), ("engagement", spec.max_engagement)):
        raw = row[f"raw_{dimension}"]
        if most is not None and raw > most:
            held.append((f"dimension {dimension}", dimension, most - raw))
    return [Cap(where, dimension, _line(points)) for where, dimension, points in held if _line(points)]


def settle(lines: Sequence[Reason | Cap], score: Decimal) -> None:
    """Make `lines` sum to `score` once the sum is rounded to the cent: the largest line takes what is over."""
    if not lines:
        return
    largest = max(lines, key=lambda line: abs(line.points))
    others = sum((line.points for line in lines), Decimal(0)) - largest.points
    while (rounded := (others + largest.points).quantize(CENT, ROUND_HALF_UP)) != score:
        largest.points += LINE if rounded < score else -LINE
