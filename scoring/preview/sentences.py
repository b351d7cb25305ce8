"""A preview's headline: what would change, in sentences that one can say aloud."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma


def headline(result: dict[str, Any]) -> list[str]:
    """The sentences of a preview's `result`, the one that matters most first."""
    said = [_opens(result), _expected(result["weeks"])]
    if result["open_mqls"]:
        said.append(_no_more(result))
    return [*said, _grades(result)]


def _opens(result: dict[str, Any]) -> str:
    opens, usual = result["opens"], result["weeks"]["usual"]
    if not opens:
        return "Nobody would become an MQL at once."
    said = f"{_people(opens)} would become {'an MQL' if opens == 1 else 'MQLs'} at once"
    if not usual:
        return f"{said}; in the last four weeks nobody did."
    return f"{said}, {_compared(opens / usual)} ({_number(usual)} MQL{'' if usual == 1 else 's'})."


def _compared(times: float) -> str:
    if times >= 2.5:
        return f"{times:.0f} times the usual week"
    if times >= 1.75:
        return "twice the usual week"
    if times >= 1.25:
        return "half as much again as in the usual week"
    return "about as many as in the usual week" if times >= 0.75 else "fewer than in the usual week"


def _expected(weeks: dict[str, Any]) -> str:
    after, before = weeks["expected_after"], weeks["expected_before"]
    roughly = "roughly " if weeks["asked"] < weeks["of"] else ""
    said = f"After that, {roughly}{_number(after)} new MQLs a week are to be expected"
    return f"{said}; the live version would bring {_number(before)}."


def _no_more(result: dict[str, Any]) -> str:
    no_more, already, mqls = result["no_more"], result["no_more_before"], result["open_mqls"]
    of = f"of the {intcomma(mqls)} open MQLs" if mqls > 1 else "of the one open MQL"
    if not no_more:
        return f"None {of} would stop qualifying."
    if already == no_more:
        return f"{intcomma(no_more)} {of} would not qualify, as by the live version."
    said = f"{intcomma(no_more)} {of} would no longer qualify"
    return (
        f"{said}, {intcomma(already)} of which do not by the live version either." if already else f"{said}."
    )


def _grades(result: dict[str, Any]) -> str:
    up, down = result["up"], result["down"]
    if not up and not down:
        return "Nobody’s grade moves."
    return f"{_people(up)} would get a better grade, {_people(down)} a worse one."


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{intcomma(number)} people" if number else "nobody"


def _number(number: float) -> str:
    """Whole, save where that would say nothing."""
    return f"{number:.1f}" if 0 < number < 10 and number != int(number) else intcomma(round(number))
