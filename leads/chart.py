"""A contact's score over time, as the points of a small drawing, with the days that moved it most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from crm.models import Contact
from scoring.models import ScoreChange

DAYS = 180
WIDTH, HEIGHT = 600, 120
MARGIN = 8
EVENTS = 12
"""How many days are marked: those that moved the score most."""

LEAST = Decimal(1)
"""A day that moved the score by less is fading, and no event."""

CHANGES_READ = 500
RULES_NAMED = 3


@dataclass(frozen=True, slots=True)
class Event:
    """A day that moved the score from `before` to `after`, drawn at (`x`, `y`), and the rules that did most of it."""

    at: datetime
    x: float
    y: float
    before: Decimal
    after: Decimal
    rules: list[str]

    @property
    def moved(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Chart:
    """A line through the scores of the last days, in the coordinates of a WIDTH × HEIGHT drawing.

    `line` and `area` are SVG path data; `threshold_y` is where the live version's threshold lies. Events are in the
    order of time.
    """

    line: str
    area: str
    threshold_y: float
    threshold: Decimal
    first: Decimal
    last: Decimal
    highest: Decimal
    since: datetime
    events: list[Event]
    width: int = WIDTH
    height: int = HEIGHT
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class _Day:
    """The score before a day that changed it, and after the day's last change, at `at`."""

    at: datetime
    before: Decimal
    after: Decimal


def chart(contact: Contact, *, threshold: Decimal, now: Decimal, at: datetime) -> Chart | None:
    """The score of `contact` up to `at`, at each day's end, where it is `now`. None when it never changed.

    Three queries, whatever happened.
    """
    since = at - timedelta(days=DAYS)
    moved = _days(contact, since)
    if not moved:
        return None
    scores = [(day.at, day.after) for day in moved]
    steps = [(since, moved[0].before), *scores, (at, now)]
    low = min(Decimal(0), *(score for _, score in steps))
    high = max(threshold, *(score for _, score in steps))
    span = float(high - low) or 1.0

    def x(moment: datetime) -> float:
        return round(WIDTH * (moment - since) / timedelta(days=DAYS), 1)

    def y(score: Decimal) -> float:
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * float(score - low) / span, 1)

    line = f"M0 {y(moved[0].before)}" + "".join(f"H{x(moment)}V{y(score)}" for moment, score in steps[1:])
    marked = _most_moved(moved)
    rules = _rules(contact, marked)
    return Chart(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        threshold_y=y(threshold),
        threshold=threshold,
        first=moved[0].before,
        last=now,
        highest=max(score for _, score in steps),
        since=since,
        events=[
            Event(day.at, x(day.at), y(day.after), day.before, day.after, rules.get(_date(day.at), []))
            for day in marked
        ],
    )


def _days(contact: Contact, since: datetime) -> list[_Day]:
    """Each day that changed the score, oldest first."""
    changes = ScoreChange.objects.filter(contact=contact, at__gt=since)
    last = changes.order_by().values(day=TruncDate("at")).annotate(last=Max("pk")).values("last")
    in_order = ScoreChange.objects.filter(pk__in=last).order_by("at", "pk")
    days: list[_Day] = []
    # A day began where the one before it ended: its last change began where its others led.
    before = changes.order_by("at", "pk").values_list(F("fit_from") + F("engagement_from"), flat=True).first()
    for moment, after in in_order.values_list("at", F("fit_to") + F("engagement_to")):
        days.append(_Day(moment, before if before is not None else after, after))
        before = after
    return days


def _most_moved(days: list[_Day]) -> list[_Day]:
    """Those that moved the score most, oldest first."""
    events = [day for day in days if abs(day.after - day.before) >= LEAST]
    events.sort(key=lambda day: abs(day.after - day.before), reverse=True)
    return sorted(events[:EVENTS], key=lambda day: day.at)


def _rules(contact: Contact, days: list[_Day]) -> dict[date, list[str]]:
    """By day: the rules whose points moved most, in words."""
    if not days:
        return {}
    changes = ScoreChange.objects.filter(contact=contact, at__gt=days[0].at - timedelta(days=1))
    on_days = changes.annotate(day=TruncDate("at")).filter(day__in=[_date(day.at) for day in days])
    moves: dict[date, dict[str, list[Any]]] = {}
    for day, because in on_days.order_by("at", "pk").values_list("day", "because")[:CHANGES_READ]:
        for move in because:
            span = moves.setdefault(day, {}).setdefault(move["rule"], [move["from"], move["to"]])
            span[1] = move["to"]
    return {day: _in_words(rules) for day, rules in moves.items()}


def _in_words(rules: Mapping[str, Iterable[Any]]) -> list[str]:
    """`rules` gives what each had before and after, in points, or in words where it decides instead."""
    weighed = []
    for rule, (before, after) in rules.items():
        points = (_points(after) - _points(before)) if before != after else 0.0
        decides = isinstance(before, str) or isinstance(after, str)
        if decides or abs(points) >= LEAST:
            weighed.append((decides, abs(points), rule if decides else f"{rule} {_signed(points)}"))
    weighed.sort(key=lambda each: each[:2], reverse=True)
    return [words for _, _, words in weighed[:RULES_NAMED]]


def _points(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _signed(points: float) -> str:
    return f"{points:+.0f}".replace("-", "−")


def _date(moment: datetime) -> date:
    return timezone.localdate(moment)
