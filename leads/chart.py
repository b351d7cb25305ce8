"""A contact's score over time, as the points of a small drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Max
from django.db.models.functions import TruncDate

from crm.models import Contact
from scoring.models import ScoreChange

DAYS = 180
WIDTH, HEIGHT = 600, 120
MARGIN = 6


@dataclass(frozen=True, slots=True)
class Chart:
    """A line through the scores of the last days, in the coordinates of a WIDTH × HEIGHT drawing.

    `line` and `area` are SVG path data; `threshold_y` is where the live version's threshold lies.
    """

    line: str
    area: str
    threshold_y: float
    threshold: Decimal
    first: Decimal
    last: Decimal
    highest: Decimal
    since: datetime
    width: int = WIDTH
    height: int = HEIGHT
    days: int = DAYS


def chart(contact: Contact, *, threshold: Decimal, now: Decimal, at: datetime) -> Chart | None:
    """The score of `contact` up to `at`, at each day's end, where it is `now`. None when it never changed."""
    since = at - timedelta(days=DAYS)
    moved = _last_of_each_day(contact, since)
    if not moved:
        return None
    before, scores = moved[0][1], [(moment, after) for moment, _, after in moved]
    steps = [(since, before), *scores, (at, now)]
    low = min(Decimal(0), *(score for _, score in steps))
    high = max(threshold, *(score for _, score in steps))
    span = float(high - low) or 1.0

    def x(moment: datetime) -> float:
        return round(WIDTH * (moment - since) / timedelta(days=DAYS), 1)

    def y(score: Decimal) -> float:
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * float(score - low) / span, 1)

    line = f"M0 {y(before)}" + "".join(f"H{x(moment)}V{y(score)}" for moment, score in steps[1:])
    return Chart(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        threshold_y=y(threshold),
        threshold=threshold,
        first=before,
        last=now,
        highest=max(score for _, score in steps),
        since=since,
    )


def _last_of_each_day(contact: Contact, since: datetime) -> list[tuple[datetime, Decimal, Decimal]]:
    """(moment, score before, score after) of each day's last change, oldest first: at most one a day."""
    changes = ScoreChange.objects.filter(contact=contact, at__gt=since)
    last = changes.order_by().values(day=TruncDate("at")).annotate(last=Max("pk")).values("last")
    scores = ScoreChange.objects.filter(pk__in=last).annotate(
        before=F("fit_from") + F("engagement_from"), after=F("fit_to") + F("engagement_to")
    )
    return list(scores.order_by("at", "pk").values_list("at", "before", "after"))
