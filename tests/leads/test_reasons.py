"""Explanations in words and lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.reasons import Breakdown, breakdown, cents, day_in_words, sentence

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def reason(rule: str, points: float, dimension: str = "engagement", **columns: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "group": "Intent" if dimension == "engagement" else "ICP",
        "dimension": dimension,
        "effect": "points",
        "points": points,
        "matches": 1,
        "newest": "2026-03-01T09:00:00Z" if dimension == "engagement" else None,
        **columns,
    }


def explanation(
    *reasons: dict[str, Any], caps: tuple[tuple[str, float], ...] = (), **columns: Any
) -> dict[str, Any]:
    sums = {"fit": 0.0, "engagement": 0.0}
    for each in reasons:
        sums[each["dimension"]] += each["points"]
    return {
        **{name: float(cents(points)) for name, points in sums.items()},
        "total": float(cents(sums["fit"]) + cents(sums["engagement"])),
        "version": 3,
        "as_of": "2026-03-02T09:00:00Z",
        "grade": "C3",
        "disqualified": False,
        "fast_tracked": False,
        "blocked_by": [],
        "reasons": list(reasons),
        "caps": [{"where": where, "points": points} for where, points in caps],
        **columns,
    }


def lines(table: Breakdown, part: int) -> list[tuple[str, Decimal | None]]:
    groups = [(line.label, line.points) for group in table.parts[part].groups for line in group.lines]
    return groups + [(line.label, line.points) for line in table.parts[part].lines]


def test_the_sentence_names_what_weighs_most() -> None:
    told = explanation(
        reason("Pricing page viewed", 27.5, matches=4, newest="2026-03-02T08:00:00Z"),
        reason("Webinar attended", 10),
        reason("Paper downloaded", 2),
        reason("Quiet", -10),
        reason("Vice president", 30, "fit"),
        reason("Large company", 20, "fit"),
    )

    assert sentence(told, at=AT) == (
        "Pricing page viewed 4 times, newest today; Webinar attended yesterday; Vice president"
    )


def test_a_fast_track_comes_first_in_the_sentence() -> None:
    told = explanation(reason("Webinar attended", 10), reason("Demo requested", 0, effect="fast_track"))

    assert sentence(told, at=AT) == "Demo requested yesterday; Webinar attended yesterday"


def test_without_a_reason_the_sentence_says_so() -> None:
    assert sentence(explanation(), at=AT) == "Nothing in particular: see the points below"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 2), "today"),
        (date(2026, 3, 1), "yesterday"),
        (date(2026, 2, 17), "13 days ago"),
        (date(2026, 2, 16), "on 16 Feb"),
        (date(2025, 12, 31), "on 31 Dec 2025"),
        (date(2026, 3, 3), "on 3 Mar"),
    ],
)
def test_a_day_is_told_as_one_says_it(day: date, words: str) -> None:
    assert day_in_words(day, date(2026, 3, 2)) == words


def test_caps_stand_below_what_they_hold() -> None:
    told = explanation(
        reason("Pricing page viewed", 27.5),
        reason("Webinar attended", 40),
        caps=(("rule Pricing page viewed", -2.5), ("group Intent", -5), ("dimension engagement", -10)),
        engagement=50.0,
        total=50.0,
    )

    assert lines(breakdown(told), part=1) == [
        ("Pricing page viewed", Decimal("27.50")),
        ("Pricing page viewed: held to the rule’s limit", Decimal("-2.50")),
        ("Webinar attended", Decimal("40.00")),
        ("Intent: held to the group’s limit", Decimal("-5.00")),
        ("Engagement: held to the most that it may give", Decimal("-10.00")),
    ]


def test_the_floor_of_a_group_without_reasons_is_a_line_where_it_counts() -> None:
    told = explanation(
        reason("Vice president", 30, "fit"), caps=(("group Learning", 5),), engagement=5.0, total=35.0
    )

    assert lines(breakdown(told), part=1) == [("Learning: held to the group’s limit", Decimal("5.00"))]


def test_a_cent_lost_by_rounding_is_a_line_of_its_own() -> None:
    told = explanation(
        reason("A", 1.3333), reason("B", 1.3333), reason("C", 1.3333), engagement=4.0, total=4.0
    )

    assert lines(breakdown(told), part=1)[-1] == ("Rounding", Decimal("0.01"))


def test_a_rule_that_decides_gives_no_points() -> None:
    told = explanation(reason("Demo requested", 0, effect="fast_track"), fast_tracked=True)
    [group] = breakdown(told).parts[1].groups

    assert group.lines[0].points is None
    assert group.lines[0].effect == "Fast-tracks"


POINTS = st.decimals(-50, 50, places=4, allow_nan=False).map(float)


@given(fit=st.lists(POINTS, max_size=6), engagement=st.lists(POINTS, max_size=6))
def test_whatever_the_points_the_lines_add_up_to_the_cent(fit: list[float], engagement: list[float]) -> None:
    told = explanation(
        *(reason(f"F{number}", given, "fit") for number, given in enumerate(fit)),
        *(reason(f"E{number}", given) for number, given in enumerate(engagement)),
    )

    table = breakdown(told)

    assert [part.over for part in table.parts] == [0, 0]
    assert sum(part.points for part in table.parts) == table.total
