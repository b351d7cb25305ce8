"""The page on which a user chooses what they are told of."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertRedirects

from crm.models import User
from leads.models import Notification, NotificationPreference, NotificationSettings
from leads.notify.ways import DEFAULTS, Kind, all_ways_of
from tests.factories import make_user
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db

ADDRESS = "/notifications/settings/"


@pytest.fixture
def user() -> User:
    return make_user("ada")


@pytest.fixture
def page(user: User) -> Client:
    return signed_in(user)


def filled_in(**changes: str) -> dict[str, str]:
    """The form as it is sent where everything is ticked off and mail is never wanted."""
    return {"digest_at": "07:15", "slack_url": "", **{f"{kind}-mail": "off" for kind in Kind}, **changes}


def test_every_kind_has_its_default(user: User, page: Client) -> None:
    assert set(DEFAULTS) == set(Kind)
    assert all_ways_of(user) == DEFAULTS
    assert all(kind.label in text_of(page.get(ADDRESS)) for kind in Kind)


def test_what_was_chosen_is_kept_and_shown(user: User, page: Client) -> None:
    response = page.post(
        ADDRESS, filled_in(**{"replied-mail": "digest", "replied-in_app": "on", "outside_hours": "on"})
    )

    assertRedirects(response, ADDRESS)
    kept = NotificationPreference.objects.get(user=user, kind=Kind.REPLIED)
    assert (kept.in_app, kept.mail, kept.slack) == (True, "digest", False)
    wanted = NotificationSettings.objects.get(user=user)
    assert (str(wanted.digest_at), wanted.outside_hours) == ("07:15:00", True)
    assert 'value="07:15"' in page.get(ADDRESS).content.decode()


def test_saving_twice_keeps_one_row_for_each_kind(user: User, page: Client) -> None:
    page.post(ADDRESS, filled_in())
    page.post(ADDRESS, filled_in(**{"replied-mail": "at_once"}))

    assert user.notification_preferences.count() == len(Kind)
    assert all_ways_of(user)[Kind.REPLIED].mail == "at_once"


def test_a_webhook_inside_our_network_is_refused_by_its_field(user: User, page: Client) -> None:
    response = page.post(ADDRESS, filled_in(slack_url="https://169.254.169.254/"))

    assert response.status_code == 422
    assert "inside a private network" in text_of(response)
    assert not NotificationSettings.objects.exists()


def test_a_test_says_what_came_of_it(user: User, page: Client) -> None:
    without = page.post(f"{ADDRESS}test/", follow=True)
    NotificationSettings.objects.create(user=user, slack_url="https://127.0.0.1/")
    refused = page.post(f"{ADDRESS}test/", follow=True)

    assert "No webhook is saved" in text_of(without)
    assert "The webhook did not take it" in text_of(refused)


def test_the_page_asks_little(page: Client) -> None:
    page.get(ADDRESS)
    with CaptureQueriesContext(connection) as asked:
        page.get(ADDRESS)

    assert len(asked) <= 6


def test_the_bell_alone_carries_what_was_said_last(user: User, page: Client) -> None:
    Notification.objects.create(user=user, kind=Kind.REPLIED, key="1", text="Vera answered your mail")

    assert 'data-newest="Vera answered your mail"' in page.get("/notifications/bell/").content.decode()
