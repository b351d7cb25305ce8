"""What the page of a backtest shows: what came of the replay in sentences, tables and a drawing of the weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone

from scoring.backtest.measure import ENOUGH
from scoring.models import Trial, TrialContact

WIDTH, HEIGHT, GAP = 640, 150, 3
KINDS = ("sql", "turned_down", "unknown")
COUNTS = (
    ("opened", "MQLs opened"),
    ("at_start", "of which at once, on the first day"),
    ("sql", "became SQLs"),
    ("recycled", "recycled by sales"),
    ("disqualified", "disqualified by sales"),
    ("unknown", "no verdict yet"),
)
SHARES = (
    ("precision", "Of those with a verdict, became SQLs"),
    ("recall", "Of the later SQLs, had an MQL before"),
    ("customers", "Of the later customers, had an MQL before"),
)


@dataclass(frozen=True, slots=True)
class WeekBar:
    """The MQLs that the version would have opened in a week, by what became of them: a stack of rectangles."""

    first_day: datetime
    numbers: dict[str, int]
    x: float
    width: float
    parts: list[tuple[str, float, float]]
    """Kind, top and height of each."""

    @property
    def opened(self) -> int:
        return sum(self.numbers.values())


class BacktestPage:
    """A backtest that came to its end."""

    width, height = WIDTH, HEIGHT

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.result: dict[str, Any] = trial.result
        self.draft: dict[str, Any] = trial.result["draft"]
        self.live: dict[str, Any] | None = trial.result["against"]
        self.really: dict[str, Any] = trial.result["really"]

    @property
    def first_day(self) -> datetime:
        return timezone.localtime(datetime.fromisoformat(self.result["from"]))

    @property
    def last_day(self) -> datetime:
        # Midnight ends a day.
        return timezone.localtime(datetime.fromisoformat(self.result["to"])) - timedelta(seconds=1)

    @property
    def too_little(self) -> str:
        """What is missing to judge by, in words; empty where there is enough."""
        spoken = self.draft["precision"]["of"]
        if self.draft["precision"]["enough"]:
            return ""
        on = f"{intcomma(spoken)} of these MQLs" if spoken else "none of these MQLs"
        return f"Too little to judge by: sales has spoken on {on}. Below {ENOUGH} verdicts, chance decides."

    @property
    def sentences(self) -> list[str]:
        return [self._opened(), self._precision(), self._recall(), *self._days()]

    def _opened(self) -> str:
        said = f"It would have opened {_mqls(self.draft['opened'])} in {self.trial.options['weeks']} weeks"
        if self.live is None:
            return f"{said}; really there were {intcomma(self.really['opened'])}."
        return (
            f"{said}; the live version would have opened {intcomma(self.live['opened'])}, "
            f"and really there were {intcomma(self.really['opened'])}."
        )

    def _precision(self) -> str:
        mine, real = self.draft["precision"], self.really["precision"]
        if not mine["of"]:
            return "Sales has spoken on none of them yet."
        said = f"Of those on whom sales has spoken, {_percent(mine['share'])} became SQLs ({_between(mine)})"
        if not real["of"]:
            return f"{said}."
        chance = ", a difference that may be chance" if _overlap(mine, real) else ""
        return f"{said}; really it was {_percent(real['share'])}{chance}."

    def _recall(self) -> str:
        mine, buyers = self.draft["recall"], self.draft["customers"]
        if not mine["of"]:
            return "Nobody became an SQL in this time, so nobody could be missed."
        said = (
            f"It would have found {intcomma(mine['hits'])} of the {intcomma(mine['of'])} people who became SQLs "
            f"({_between(mine)})"
        )
        if not buyers["of"]:
            return f"{said}."
        return f"{said}, and {intcomma(buyers['hits'])} of the {intcomma(buyers['of'])} who became customers."

    def _days(self) -> list[str]:
        lead = self.result["lead_time"]
        if not lead["pairs"]:
            return []
        days = lead["median"]
        if not days:
            when = "on the same day"
        else:
            when = f"{abs(days):g} day{'s' if abs(days) != 1 else ''} {'earlier' if days > 0 else 'later'}"
        return [f"Whom it would have found and sales really got, it would have found {when} (median)."]

    @property
    def counts(self) -> list[dict[str, Any]]:
        return [self._row(key, label) for key, label in COUNTS]

    @property
    def shares(self) -> list[dict[str, Any]]:
        return [self._row(key, label) for key, label in SHARES]

    def _row(self, key: str, label: str) -> dict[str, Any]:
        live = self.live[key] if self.live else None
        return {"label": label, "draft": self.draft[key], "live": live, "really": self.really[key]}

    @property
    def lists(self) -> list[tuple[str, str, int]]:
        """The lists of people, with how many there are of each."""
        changes = self.result["changes"]
        order = ("gained", "lost", "earlier", "same", "later")
        return [(change, TrialContact.Change(change).label, changes.get(change, 0)) for change in order]

    @cached_property
    def weeks(self) -> list[WeekBar]:
        """A bar for each week, the oldest first."""
        weeks = self.draft["weeks"]
        most = max((sum(week.values()) for week in weeks), default=0)
        step = WIDTH / max(len(weeks), 1)
        bars = []
        for index, week in enumerate(weeks):
            top, parts = float(HEIGHT), []
            for kind in KINDS:
                height = HEIGHT * week[kind] / most if most else 0.0
                top -= height
                parts.append((kind, round(top, 1), round(height, 1)))
            day = self.first_day + timedelta(weeks=index)
            bars.append(WeekBar(day, week, round(index * step + GAP / 2, 1), round(step - GAP, 1), parts))
        return bars


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])


def _mqls(number: int) -> str:
    return f"{intcomma(number)} MQL{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _between(share: dict[str, Any]) -> str:
    """The bounds of the Wilson interval."""
    return f"with 95 % certainty between {100 * share['low']:.0f} and {100 * share['high']:.0f} %"
