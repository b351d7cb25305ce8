"""The bell, and the page behind it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertRedirects

from crm.models import User
from leads.models import Notification
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import NOW, make_mql, make_qualifying_people, make_rep
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def test_the_bell_counts_what_is_unread(page: Client) -> None:
    make_mql()
    make_mql()

    assert "Notifications, 2 unread" in text_of(page.get("/tasks/"))


def test_the_bell_counts_no_further_than_it_has_room_for(page: Client) -> None:
    make_qualifying_people(101)
    drain(at=NOW)

    assert "Notifications, 99+ unread" in text_of(page.get("/tasks/"))


def test_the_page_tells_what_was_said_and_leads_to_it(page: Client) -> None:
    mql = make_mql(first_name="Ada")

    response = page.get("/notifications/")

    assert "Ada is yours" in text_of(response)
    assert f'href="/inbox/{mql.pk}/"' in response.content.decode()


def test_everything_is_marked_read_at_once(page: Client, sdr: User) -> None:
    make_mql()
    make_mql()

    response = page.post("/notifications/read/", follow=True)

    assertRedirects(response, "/notifications/")
    assert not sdr.notifications.unread().exists()
    assert "Notifications, none unread" in text_of(response)


def test_what_others_were_told_stays_theirs(page: Client, sdr: User) -> None:
    make_mql(first_name="Ada")
    mate = make_rep("mate").user

    seen = text_of(signed_in(mate).get("/notifications/"))
    signed_in(mate).post("/notifications/read/")

    assert "Nothing to tell you yet" in seen
    assert Notification.objects.filter(user=sdr).unread().exists()


def test_the_page_asks_as_often_for_many_as_for_few(page: Client) -> None:
    def queries(number: int) -> int:
        make_qualifying_people(number)
        drain(at=NOW)
        with CaptureQueriesContext(connection) as captured:
            page.get("/notifications/")
        return len(captured)

    assert queries(3) == queries(27) <= 12
