"""Figures of trials as templates write them."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

from scoring.models import Trial
from scoring.preview.sentences import headline

register = template.Library()

CENT = Decimal("0.01")


@register.filter
def sentences(trial: Trial) -> list[str]:
    """The headline of a preview that came to its end."""
    return headline(trial.result)


@register.filter
def signed(number: float) -> str:
    """`+1,200`, `−3`, and nothing for 0."""
    return f"{'+' if number > 0 else '−'}{intcomma(abs(number))}" if number else ""


@register.filter
def points_signed(points: Decimal) -> str:
    """Points of a line, to the cent and no longer than need be: `+12.5`, `−3`."""
    cents = points.quantize(CENT, ROUND_HALF_UP)
    written = f"{abs(cents):f}".rstrip("0").rstrip(".")
    return f"{'−' if cents < 0 else '+'}{written}"


@register.filter
def about(number: float) -> str:
    """A number that is an estimate: whole, with one decimal where it is small."""
    return f"{number:.1f}" if 0 < number < 10 and number != int(number) else intcomma(round(number))


@register.filter
def soon(left: timedelta | None) -> str:
    """How long something still takes, as one says it."""
    if left is None:
        return ""
    seconds = int(left.total_seconds())
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} seconds left"
    return f"about {round(seconds / 60)} minutes left"
