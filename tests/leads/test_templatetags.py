"""How pages put values into words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.models import Activity, Contact, User
from leads.templatetags import leads as words


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("30", "+30.00"), ("-2.5", "−2.50"), ("0", "0.00"), ("-0.00", "0.00"), ("0.01", "+0.01")],
)
def test_points_carry_their_sign(amount: str, shown: str) -> None:
    assert words.points(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("total", "shown"),
    [("65.00", "65"), ("57.50", "57.5"), ("-3.10", "−3.1"), ("0.00", "0"), ("100.00", "100")],
)
def test_a_score_has_no_zeros_that_say_nothing(total: str, shown: str) -> None:
    assert words.score(Decimal(total)) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, ""),
        ("950", "950"),
        ("125000", "125,000"),
        ("12500000", "12.5 million"),
        ("2000000000", "2 billion"),
    ],
)
def test_revenue_is_told_in_round_figures(amount: str | None, shown: str) -> None:
    assert words.money(Decimal(amount) if amount else None) == shown


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=24), "yesterday"),
        (timedelta(days=13), "13 days ago"),
    ],
)
def test_how_long_ago_is_told_in_words(passed: timedelta, shown: str) -> None:
    assert f">{shown}</time>" in words.ago(timezone.now() - passed)


def test_a_time_tells_machines_and_pointers_exactly() -> None:
    told = words.day(datetime(2020, 3, 2, 9, 0, tzinfo=UTC))

    assert told == (
        '<time datetime="2020-03-02T09:00:00+00:00" title="Monday 2 March 2020, 09:00 UTC">2 Mar 2020</time>'
    )


@pytest.mark.parametrize(
    ("kind", "label", "icon"),
    [
        ("page_view", "Page view", "eye"),
        ("email_click", "E-mail link clicked", "mail"),
        ("sales_kickoff", "Sales kickoff", "dot"),
        ("email_forwarded", "Email forwarded", "mail"),
    ],
)
def test_kinds_have_words_and_a_drawing_whether_known_or_not(kind: str, label: str, icon: str) -> None:
    assert (words.kind_label(kind), words.kind_icon(kind)) == (label, icon)


@pytest.mark.parametrize(
    ("user", "letters"),
    [
        (User(first_name="Sam", last_name="van den Reyes"), "SR"),
        (User(first_name="Élodie"), "É"),
        (User(username="sdr"), "S"),
    ],
)
def test_a_user_is_known_by_their_initials(user: User, letters: str) -> None:
    assert words.initials(user) == letters


def test_a_telephone_link_holds_what_is_dialled() -> None:
    assert words.phone_link("+33 (0)1 44-55") == "+3314455"
    assert words.phone_link("(0)30 12 34") == "0301234"


def test_where_a_contact_came_by_is_told_as_far_as_known() -> None:
    assert words.came_by(Contact(utm_source="google", utm_medium="cpc")) == "google / cpc"
    assert words.came_by(Contact(utm_medium="cpc")) == "cpc"


@pytest.mark.parametrize(
    ("activity", "told"),
    [
        (Activity(subject="News", campaign="News"), ""),
        (
            Activity(subject="Call", campaign="Spring", properties={"outcome": "Voicemail"}),
            "Voicemail · Spring",
        ),
        (Activity(properties={"by": "Sam Reyes", "text": "…"}), "Sam Reyes"),
        (Activity(properties=["odd"]), ""),
    ],
)
def test_what_is_told_beside_an_activity_repeats_nothing(activity: Activity, told: str) -> None:
    assert words.told_beside(activity) == told
