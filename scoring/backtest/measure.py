"""What a replay is worth, held against what sales said: shares with their uncertainty, and days earlier or later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import quantiles
from typing import Any

from django.utils import timezone

from scoring.backtest.period import Period
from scoring.backtest.replay import WouldBe
from scoring.backtest.sales import Outcome, PastMql, Spell, Spells
from scoring.models import TrialContact

ENOUGH = 30
"""Fewer verdicts than this, and a share says next to nothing."""

Z = 1.959964
"""Of the normal distribution, 95 % lies within this many standard deviations."""

Change = TrialContact.Change


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The bounds between which the true share lies with 95 % confidence, when `hits` of `of` were counted.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209–212. It stays within 0 and 1, and is honest with
    few and with none. Of nothing, anything may be true.
    """
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    def as_json(self) -> dict[str, Any]:
        """Shares from 0 to 1, to four decimals; `share` is None of nothing. `enough`: whether they say anything."""
        low, high = wilson(self.hits, self.of)
        return {
            "hits": self.hits,
            "of": self.of,
            "share": round(self.hits / self.of, 4) if self.of else None,
            "low": round(low, 4),
            "high": round(high, 4),
            "enough": self.of >= ENOUGH,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """One spell of one contact: what the version would have opened, what really was, and what sales said."""

    spell: Spell
    would: WouldBe | None
    really: PastMql | None

    @property
    def days_earlier(self) -> int | None:
        """How many days sooner the would-be MQL came, below 0 for later. None without one of the two."""
        if self.would is None or self.really is None:
            return None
        return (timezone.localdate(self.really.opened_at) - timezone.localdate(self.would.on)).days

    @property
    def change(self) -> Change:
        if self.days_earlier is None:
            return Change.GAINED if self.would else Change.LOST
        if self.days_earlier:
            return Change.EARLIER if self.days_earlier > 0 else Change.LATER
        return Change.SAME


def compare(
    openings: Sequence[WouldBe], really: Sequence[PastMql], spells: Spells, period: Period
) -> list[Compared]:
    """Openings beside the MQLs that were really opened in `period` or since, spell by spell, in order of time.

    One that was really opened only after the period is no loss; it is named beside the opening it came later than.
    """
    would = {id(spell): (spell, opening) for opening in reversed(openings)
             for spell in [spells.at(opening.contact_id, opening.at)]}  # fmt: skip
    compared = []
    for mql in really:
        if mql.opened_at <= period.start:
            continue
        spell = spells.at(mql.contact_id, mql.opened_at)
        _, opening = would.pop(id(spell), (spell, None))
        if opening or mql.opened_at <= period.end:
            compared.append(Compared(spell, opening, mql))
    compared += [Compared(spell, opening, None) for spell, opening in would.values()]
    return sorted(compared, key=lambda each: (_first(each), each.spell.contact_id))


def _first(each: Compared) -> datetime:
    moments = [each.would.at if each.would else None, each.really.opened_at if each.really else None]
    return min(moment for moment in moments if moment)


@dataclass(frozen=True, slots=True)
class Opened:
    """An MQL of either kind, with what sales made of it."""

    spell: Spell
    at: datetime
    at_start: bool = False


def figures(opened: Sequence[Opened], wanted: Sequence[Spell], period: Period) -> dict[str, Any]:
    """The headline figures of `opened`; `wanted` are the spells that ended as SQL without its doing.

    `precision`: of those on whom sales has spoken, the share that became SQL. `recall`: of `wanted`, the share for
    whom an MQL was opened before. `customers`: the same of those who went on to buy.
    """
    outcomes = Counter(each.spell.outcome for each in opened)
    caught = {id(each.spell) for each in opened}
    buyers = [spell for spell in wanted if spell.customer]
    spoken = len(opened) - outcomes[Outcome.UNKNOWN]
    return {
        "opened": len(opened),
        "at_start": sum(each.at_start for each in opened),
        "sql": outcomes[Outcome.SQL],
        "recycled": outcomes[Outcome.RECYCLED],
        "disqualified": outcomes[Outcome.DISQUALIFIED],
        "unknown": outcomes[Outcome.UNKNOWN],
        "precision": Share(outcomes[Outcome.SQL], spoken).as_json(),
        "recall": Share(sum(id(spell) in caught for spell in wanted), len(wanted)).as_json(),
        "customers": Share(sum(id(spell) in caught for spell in buyers), len(buyers)).as_json(),
        "weeks": by_week(opened, period),
    }


def by_week(opened: Iterable[Opened], period: Period) -> list[dict[str, int]]:
    """What was opened in each week, by what became of it. What a version opens as it goes live is of no week."""
    count = -(-period.days // 7)
    weeks: list[Counter[str]] = [Counter() for _ in range(count)]
    first = timezone.localdate(period.start)
    for each in opened:
        week = (timezone.localdate(each.at) - first).days // 7
        if not each.at_start and 0 <= week < count:
            weeks[week][_kind(each.spell.outcome)] += 1
    return [{kind: week[kind] for kind in ("sql", "turned_down", "unknown")} for week in weeks]


def _kind(outcome: Outcome) -> str:
    if outcome in (Outcome.RECYCLED, Outcome.DISQUALIFIED):
        return "turned_down"
    return "sql" if outcome == Outcome.SQL else "unknown"


def lead_time(compared: Iterable[Compared]) -> dict[str, Any]:
    """Days earlier (below 0: later) of the MQLs that are on both sides: the median, and the middle half's bounds."""
    days = sorted(each.days_earlier for each in compared if each.days_earlier is not None)
    if not days:
        return {"pairs": 0, "median": None, "lower": None, "upper": None}
    lower, middle, upper = quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
    return {"pairs": len(days), "median": middle, "lower": lower, "upper": upper}
