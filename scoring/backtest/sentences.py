"""A backtest's headline in sentences, for its page and the shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import pluralize


@dataclass(frozen=True, slots=True)
class Interval:
    """A share as it is written, with the bounds between which the true one lies, in per cent."""

    share: int | None
    low: int
    high: int
    hits: int
    of: int
    enough: bool


def headline(result: Mapping[str, Any]) -> list[str]:
    """What came of it, the most important first."""
    draft, really = result["draft"], result["really"]
    said = [_of_opened(draft, really), _of_precision(interval(draft["precision"]))]
    said += [_of_recall(interval(draft["recall"])), _of_lead_time(result["lead_time"])]
    if in_hand := result["in_hand"]:
        said.append(
            f"{_number(in_hand, 'more contact')} became SQL whom sales had in hand before: they count for nobody."
        )
    return [sentence for sentence in said if sentence]


def interval(share: Mapping[str, Any]) -> Interval:
    percent = None if share["share"] is None else round(100 * share["share"])
    low, high = round(100 * share["low"]), round(100 * share["high"])
    return Interval(percent, low, high, share["hits"], share["of"], share["enough"])


def _number(number: int, noun: str) -> str:
    return f"{intcomma(number)} {noun}{pluralize(number)}"


def _of_opened(draft: Mapping[str, Any], really: Mapping[str, Any]) -> str:
    at_start = draft["at_start"]
    said = f"It would have opened {_number(draft['opened'], 'MQL')}"
    if at_start:
        said += f", {intcomma(at_start)} of them at once on the first day"
    return (
        f"{said}. Really, {intcomma(really['opened'])} {'was' if really['opened'] == 1 else 'were'} opened."
    )


def _of_precision(share: Interval) -> str:
    if not share.of:
        return "Sales has spoken on none of them: nothing can be said of how good they were."
    said = f"Sales has spoken on {intcomma(share.of)}; {intcomma(share.hits)} became SQL"
    if not share.enough:
        return f"{said}. Too few verdicts to tell: the true share may be anything from {share.low} % to {share.high} %."
    return f"{said}: {share.share} %, and with 95 % confidence between {share.low} % and {share.high} %."


def _of_recall(share: Interval) -> str:
    if not share.of:
        return "Nobody became SQL in that time whom it could have found."
    said = f"Of {_number(share.of, 'contact')} who became SQL it would have handed over {intcomma(share.hits)} before"
    if not share.enough:
        return (
            f"{said}. Too few to tell: the true share may be anything from {share.low} % to {share.high} %."
        )
    return f"{said}: {share.share} %, and with 95 % confidence between {share.low} % and {share.high} %."


def _of_lead_time(lead: Mapping[str, Any]) -> str:
    if not lead["pairs"]:
        return ""
    median = lead["median"]
    typical = "on the same day" if not median else f"{_days(median)} {'earlier' if median > 0 else 'later'}"
    low, high = _earlier_or_later(lead["lower"]), _earlier_or_later(lead["upper"])
    spread = "" if low == high else f"; half of them between {low} and {high}"
    return f"The {_number(lead['pairs'], 'MQL')} on both sides would typically have come {typical}{spread}."


def _earlier_or_later(days: float) -> str:
    if not days:
        return "the same day"
    return f"{_days(days)} {'earlier' if days > 0 else 'later'}"


def _days(days: float) -> str:
    written = f"{abs(days):.1f}".removesuffix(".0")
    return f"{written} day{'' if written == '1' else 's'}"
