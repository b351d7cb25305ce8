"""What machines did is marked, what people did is not, however and in whatever order it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from crm import record
from crm.facts import ActivityFacts
from crm.models import Activity, Contact
from tests.factories import NOW, make_contact

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def said(contact: Contact, kind: str, seconds: float = 0, **columns: Any) -> ActivityFacts:
    moment = NOW + timedelta(seconds=seconds)
    return ActivityFacts(contact=contact.pk, kind=kind, occurred_at=moment, source="mail", **columns)


def clicks(contact: Contact, seconds: Sequence[float], *, mail: str = "m-1") -> list[ActivityFacts]:
    """A click on a link of its own in one mail at each of `seconds` after NOW."""
    return [
        said(contact, "email_click", second, subject=f"/{number}", properties={"message_id": mail})
        for number, second in enumerate(seconds)
    ]


def append(*rows: ActivityFacts) -> None:
    outcomes = record.append_activities(rows, at=NOW + timedelta(days=1))
    assert not [outcome.errors for outcome in outcomes if outcome.errors]


def marked() -> int:
    return Activity.objects.filter(automated=True).count()


# --- link scanners


def test_many_links_of_one_mail_within_seconds_of_its_delivery_are_a_scanner() -> None:
    contact = make_contact()
    delivered = said(contact, "email_delivered", properties={"message_id": "m-1"})

    append(delivered, *clicks(contact, [2, 3, 4, 5]))

    assert marked() == 4
    assert not Activity.objects.get(kind="email_delivered").automated


def test_a_burst_reported_click_by_click_is_marked_whole() -> None:
    contact = make_contact()

    for click in clicks(contact, [2, 3, 4]):
        append(click)

    assert marked() == 3


def test_a_burst_reported_backwards_is_marked_whole() -> None:
    contact = make_contact()

    for click in reversed(clicks(contact, [2, 3, 4])):
        append(click)

    assert marked() == 3


@pytest.mark.parametrize(
    "apart", [pytest.param(0.001, id="all within seconds"), pytest.param(60, id="over days")]
)
def test_thousands_of_clicks_of_one_contact_are_looked_through_once(apart: float) -> None:
    contact = make_contact()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '3s'")

    append(*clicks(contact, [number * apart for number in range(8000)]))

    assert marked() == (8000 if apart < 1 else 0)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param([2, 3], id="two links"),
        pytest.param([2, 40, 80, 120], id="one after the other"),
    ],
)
def test_what_a_reader_may_do_is_not_marked(seconds: list[float]) -> None:
    append(*clicks(make_contact(), seconds))

    assert marked() == 0


def test_many_links_long_after_the_delivery_are_a_reader_who_opens_tabs() -> None:
    contact = make_contact()

    append(
        said(contact, "email_delivered", properties={"message_id": "m-1"}),
        *clicks(contact, [3600, 3602, 3604]),
    )

    assert marked() == 0


def test_one_link_clicked_again_and_again_is_no_scanner() -> None:
    contact = make_contact()
    rows = [
        said(contact, "email_click", second, subject="/offer", properties={"message_id": "m-1"})
        for second in (1, 2, 3, 4)
    ]

    append(*rows)

    assert marked() == 0


def test_links_of_several_mails_are_not_added_up() -> None:
    contact = make_contact()

    append(*clicks(contact, [2, 3], mail="m-1"), *clicks(contact, [2, 3], mail="m-2"))

    assert marked() == 0


def test_links_that_several_people_clicked_are_not_added_up() -> None:
    append(*[row for _ in range(3) for row in clicks(make_contact(), [2])])

    assert marked() == 0


def test_a_mail_without_an_id_is_known_by_its_campaign() -> None:
    contact = make_contact()
    rows = [
        said(contact, "email_click", second, subject=f"/{second}", campaign="Autumn") for second in (1, 2, 3)
    ]

    append(*rows)

    assert marked() == 3


def test_a_click_of_the_reader_a_day_later_is_left_alone() -> None:
    contact = make_contact()

    append(*clicks(contact, [1, 2, 3, 4 * 3600]))

    assert list(Activity.objects.filter(automated=False).values_list("subject", flat=True)) == ["/3"]


# --- agents


@pytest.mark.parametrize(
    "kind", ["page_view", "content_downloaded", "form_submitted", "email_open", "email_click"]
)
def test_a_robot_is_known_by_its_agent_whatever_it_does(kind: str) -> None:
    append(said(make_contact(), kind, properties={"user_agent": GOOGLEBOT}))

    assert marked() == 1


@pytest.mark.parametrize(
    "agent",
    [
        "curl/8.5.0",
        "python-requests/2.32",
        "Barracuda Sentinel (EE)",
        "GoogleImageProxy",
        "bingbot/2.0",
        "MIMECAST",
    ],
)
def test_known_agents_are_marked_in_any_case(agent: str) -> None:
    append(said(make_contact(), "page_view", properties={"user_agent": agent}))

    assert marked() == 1


@pytest.mark.parametrize(
    "properties", [{}, {"user_agent": BROWSER}, {"user_agent": ""}, {"user_agent": None}]
)
def test_a_browser_is_a_person(properties: dict[str, Any]) -> None:
    append(said(make_contact(), "page_view", properties=properties))

    assert marked() == 0


def test_what_the_reporter_calls_automated_is_so() -> None:
    append(said(make_contact(), "call", automated=True))

    assert marked() == 1
