"""What the page of a preview shows: its result as sentences, drawings and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from scoring.models import Trial, TrialContact
from scoring.preview.sentences import headline

WIDTH, HEIGHT = 640, 150
GAP = 3
NAMES = {"total": "Score", "fit": "Fit", "engagement": "Engagement"}
LETTERS, NUMBERS = "ABCD", "1234"
MOST_MOVES = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """Contacts with scores from `low` to below `high`, before and after, drawn beside each other."""

    low: float
    high: float
    before: int
    after: int
    x: float
    width: float
    heights: tuple[float, float]

    @property
    def after_x(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def tops(self) -> tuple[float, float]:
        before, after = self.heights
        return round(HEIGHT - before, 1), round(HEIGHT - after, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A distribution as bars in a WIDTH × HEIGHT drawing. `line_x` is where the new threshold lies, if it is in it."""

    name: str
    bars: list[Bar]
    line: float | None
    line_x: float | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def first(self) -> float:
        return self.bars[0].low

    @property
    def last(self) -> float:
        return self.bars[-1].high


def chart(name: str, distribution: dict[str, Any], *, line: float | None = None) -> Chart | None:
    """Draw what `scoring.preview.distribution` counted; None where there is nobody."""
    before, after = distribution["before"], distribution["after"]
    most = max([*before, *after], default=0)
    if not most:
        return None
    first, points = distribution["first"], distribution["width"]
    step = WIDTH / len(before)
    bars = [
        Bar(
            first + index * points,
            first + (index + 1) * points,
            was,
            becomes,
            round(index * step + GAP / 2, 1),
            round((step - GAP) / 2, 1),
            (round(HEIGHT * was / most, 1), round(HEIGHT * becomes / most, 1)),
        )
        for index, (was, becomes) in enumerate(zip(before, after, strict=True))
    ]
    within = line is not None and first <= line <= bars[-1].high
    x = round(WIDTH * (line - first) / (points * len(bars)), 1) if within and line is not None else None
    return Chart(name, bars, line if within else None, x)


class PreviewPage:
    """A preview that came to its end."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.result: dict[str, Any] = trial.result

    @property
    def sentences(self) -> list[str]:
        return headline(self.result)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.result["at"])

    @cached_property
    def charts(self) -> list[Chart]:
        scores, line = self.result["scores"], self.result["threshold"]["after"]
        drawn = [chart(NAMES[name], scores[name], line=line if name == "total" else None) for name in NAMES]
        return [each for each in drawn if each]

    @property
    def grades(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Rows of the grid of grades: the letter, and by number how many before, after, and the difference."""
        cells = {cell["grade"]: cell for cell in self.result["grades"]}
        return [
            (letter, [_with_difference(cells[f"{letter}{number}"]) for number in NUMBERS])
            for letter in LETTERS
        ]

    @property
    def moves(self) -> list[dict[str, Any]]:
        moves: list[dict[str, Any]] = self.result["moves"]
        return moves[:MOST_MOVES]

    @property
    def weeks(self) -> list[dict[str, Any]]:
        """The four weeks, the oldest first, with what each version would have brought and what came."""
        weeks = self.result["weeks"]
        rows = zip(weeks["before"], weeks["after"], weeks["really"], strict=True)
        return [
            {"ago": len(weeks["really"]) - index, "before": before, "after": after, "really": really}
            for index, (before, after, really) in enumerate(rows)
        ]

    @property
    def is_sample(self) -> bool:
        return bool(self.result["weeks"]["asked"] < self.result["weeks"]["of"])

    @property
    def shares(self) -> list[dict[str, Any]]:
        """Who would get how many; where only the best were shared out, scaled up to all."""
        sharing = self.result["sharing"]
        scale = sharing["of"] / sharing["asked"] if sharing["asked"] else 1
        return [{**share, "given": round(share["given"] * scale)} for share in sharing["shares"]]

    @property
    def lists(self) -> list[tuple[str, str, int]]:
        """The lists of people, with how many there are of each."""
        numbers = {
            "opens": self.result["opens"],
            "no_more": self.result["no_more"],
            "up": self.result["up"],
            "down": self.result["down"],
        }
        return [(change, TrialContact.Change(change).label, number) for change, number in numbers.items()]


def _with_difference(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "difference": cell["after"] - cell["before"]}
