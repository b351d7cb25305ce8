"""The calendar feed: what is in it, who reads it, and how its address is made and ended."""

from __future__ import annotations

import re
from datetime import timedelta

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Contact, User
from crm.record import erase_contacts
from leads.calendar import make_feed
from leads.models import CalendarFeed, Task
from leads.tasks import add_task, complete
from tests.factories import make_company, make_contact, make_rep
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def rep(db: None) -> User:
    return make_rep("sdr", first_name="Sam").user


@pytest.fixture
def address(rep: User) -> str:
    return f"/calendar/{make_feed(rep, at=timezone.now())}.ics"


def make_task(rep: User, title: str = "Call back", *, days: float = 1) -> Task:
    now = timezone.now().replace(microsecond=0)
    contact = make_contact(
        first_name="Zoë",
        last_name="Ferrante",
        phone="+33 1 23 45",
        company_id=make_company(name="Acme; Söhne").pk,
    )
    return add_task(contact, title, due_at=now + days * DAY, by=rep, at=now)


def events(client: Client, address: str) -> list[icalendar.Event]:
    read = icalendar.Calendar.from_ical(client.get(address).content)
    return [part for part in read.walk() if part.name == "VEVENT"]


def test_a_task_is_an_event_with_an_alarm(client: Client, rep: User, address: str) -> None:
    task = make_task(rep)

    [event] = events(client, address)

    assert (str(event["SUMMARY"]), event.decoded("DTSTART")) == ("Call back", task.due_at)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=15)
    assert str(event["UID"]).startswith(f"task-{task.pk}@")
    assert event.decoded("DTSTAMP") == task.created_at
    assert str(event["DESCRIPTION"]).startswith("Zoë Ferrante\nAcme; Söhne\n+33 1 23 45\nhttp")
    assert [part.name for part in event.subcomponents] == ["VALARM"]


def test_what_is_overdue_or_due_within_60_days_is_in_it(client: Client, rep: User, address: str) -> None:
    make_task(rep, "Overdue", days=-3)
    make_task(rep, "Soon", days=59)
    make_task(rep, "Far", days=61)
    complete(make_task(rep, "Done"), by=rep, at=timezone.now())
    make_task(make_rep("mate", team=rep.rep.team).user, "Of a mate")

    assert [str(event["SUMMARY"]) for event in events(client, address)] == ["Overdue", "Soon"]


def test_whoever_is_erased_is_in_it_no_more(client: Client, rep: User, address: str) -> None:
    make_task(rep)
    erase_contacts(list(Contact.objects.values_list("pk", flat=True)))

    assert events(client, address) == []


def test_what_did_not_change_is_not_sent_again(client: Client, rep: User, address: str) -> None:
    make_task(rep)
    etag = client.get(address)["ETag"]

    same = client.get(address, headers={"If-None-Match": etag})
    make_task(rep, "Another")
    changed = client.get(address, headers={"If-None-Match": etag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


def test_the_feed_is_for_calendars_and_not_for_search_engines(client: Client, address: str) -> None:
    response = client.get(address)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert (response["X-Robots-Tag"], response["Cache-Control"]) == ("noindex", "private, no-cache")


def test_it_is_noted_when_a_feed_was_read(client: Client, rep: User, address: str) -> None:
    client.get(address)
    first = CalendarFeed.objects.get().read_at
    client.get(address)

    assert first is not None
    assert CalendarFeed.objects.get().read_at == first


def test_a_wrong_address_opens_nothing(client: Client, address: str) -> None:
    assert client.get("/calendar/wrong.ics").status_code == 404


def test_whoever_left_has_no_calendar(client: Client, rep: User, address: str) -> None:
    rep.is_active = False
    rep.save(update_fields=["is_active"])

    assert client.get(address).status_code == 404


def test_an_address_is_shown_once_and_ends_the_one_before(client: Client, rep: User, address: str) -> None:
    page = signed_in(rep)

    made = page.post("/tasks/calendar/new/")

    [token] = re.findall(r"/calendar/([\w-]{43})\.ics", made.content.decode())
    assert made["Cache-Control"] == "no-store"
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    assert client.get(address).status_code == 404
    assert token not in page.get("/tasks/calendar/").content.decode()
    assert not CalendarFeed.objects.filter(token_hash__contains=token).exists()


def test_an_address_can_be_ended(client: Client, rep: User, address: str) -> None:
    response = signed_in(rep).post("/tasks/calendar/end/", follow=True)

    assert client.get(address).status_code == 404
    assert "You have no address yet" in text_of(response)


def test_a_long_calendar_is_read_in_as_many_queries_as_a_short_one(
    client: Client, rep: User, address: str
) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            make_task(rep)
        CalendarFeed.objects.update(read_at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    assert queries(2) == queries(20) <= 4
