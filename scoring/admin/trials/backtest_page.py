"""What the page of a backtest shows: its result as sentences, a drawing, and the people it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, F, Value, When

from scoring.backtest.measure import ENOUGH
from scoring.backtest.sales import Outcome
from scoring.backtest.sentences import Interval, headline, interval
from scoring.models import Trial, TrialContact

WIDTH, HEIGHT = 760, 150
GAP = 6
NAMED = 10
"""People of each list on the page: the others are one click away."""
SHARES = (
    ("precision", "Became SQL, of those on whom sales has spoken"),
    ("recall", "Of all who became SQL, had been handed over before"),
    ("customers", "Of all who became customers, had been handed over before"),
)
COUNTS = (
    ("opened", "MQLs opened"),
    ("sql", "… became SQL"),
    ("recycled", "… sent back to nurture"),
    ("disqualified", "… disqualified"),
    ("unknown", "… sales has not spoken yet"),
)
Change = TrialContact.Change
SPOKEN_FIRST = Case(
    When(outcome=Outcome.SQL, then=Value(0)), When(outcome=Outcome.UNKNOWN, then=Value(2)), default=Value(1)
)


@dataclass(frozen=True, slots=True)
class Week:
    """What one week brought: a column of three parts, from the ground up, and what was really opened beside it."""

    begins: datetime
    would: Mapping[str, int]
    really: Mapping[str, int]
    x: float
    width: float
    parts: list[tuple[str, float, float]]
    really_y: float

    @property
    def would_be(self) -> int:
        return sum(self.would.values())

    @property
    def were(self) -> int:
        return sum(self.really.values())

    @property
    def end_x(self) -> float:
        return round(self.x + self.width, 1)


class BacktestPage:
    """A backtest that came to its end."""

    width, height, few = WIDTH, HEIGHT, ENOUGH

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.result: dict[str, Any] = trial.result

    @property
    def begins(self) -> datetime:
        return datetime.fromisoformat(self.result["from"])

    @property
    def ends(self) -> datetime:
        """The last day: the midnight that ended it belongs to the next."""
        return datetime.fromisoformat(self.result["to"]) - timedelta(microseconds=1)

    @property
    def sides(self) -> list[tuple[str, dict[str, Any]]]:
        """The columns: this version, the one it is held against, and what really happened."""
        sides = [("This version", self.result["draft"])]
        if self.result["against"]:
            sides.append(("The live version, replayed", self.result["against"]))
        return [*sides, ("As it really was", self.result["really"])]

    @property
    def counts(self) -> list[tuple[str, list[int]]]:
        return [(label, [side[name] for _, side in self.sides]) for name, label in COUNTS]

    @property
    def shares(self) -> list[tuple[str, list[Interval]]]:
        return [(label, [interval(side[name]) for _, side in self.sides]) for name, label in SHARES]

    @property
    def sentences(self) -> list[str]:
        return headline(self.result)

    @cached_property
    def weeks(self) -> list[Week]:
        draft, really = self.result["draft"]["weeks"], self.result["really"]["weeks"]
        most = max([sum(week.values()) for week in (*draft, *really)], default=0)
        if not most:
            return []
        step = WIDTH / len(draft)
        return [
            _week(self.begins + timedelta(weeks=index), would, were, index * step, step, HEIGHT / most)
            for index, (would, were) in enumerate(zip(draft, really, strict=True))
        ]

    @property
    def most(self) -> int:
        return max(max(week.would_be, week.were) for week in self.weeks)

    @property
    def lists(self) -> list[tuple[str, str, int]]:
        """The lists of people that are whole elsewhere, with how many there are of each."""
        order = (Change.GAINED, Change.LOST, Change.EARLIER, Change.SAME, Change.LATER)
        return [(change.value, change.label, self.result["changes"].get(change.value, 0)) for change in order]

    @property
    def named(self) -> list[tuple[str, str, str, list[TrialContact]]]:
        """Who is gained and who is lost, those first of whom sales has said something."""
        return [
            ("gained", "Gained", "Nobody: it opens nothing that was not opened.", self._named(Change.GAINED)),
            ("lost", "Lost", "Nobody: it opens all that was opened.", self._named(Change.LOST)),
        ]

    def _named(self, change: TrialContact.Change) -> list[TrialContact]:
        people = self.trial.contacts.filter(change=change).select_related("contact__company")
        moment = F("at") if change == Change.GAINED else F("really_at")
        in_order = people.order_by(SPOKEN_FIRST, moment.desc(), "pk")
        return list(in_order[:NAMED])


def _week(
    begins: datetime, would: Mapping[str, int], really: Mapping[str, int], x: float, step: float, scale: float
) -> Week:
    parts, top = [], float(HEIGHT)
    for kind in ("sql", "turned_down", "unknown"):
        high = would[kind] * scale
        top -= high
        parts.append((kind.replace("_", "-"), round(top, 1), round(high, 1)))
    really_y = round(HEIGHT - sum(really.values()) * scale, 1)
    return Week(begins, would, really, round(x + GAP / 2, 1), round(step - GAP, 1), parts, really_y)
