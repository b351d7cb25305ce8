"""The work's pages in the admin open, whatever they hold, and do what their buttons say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from crm.models import User
from leads.models import Delivery, Mql, Notification, Rep, Task, Team, VerdictReason
from leads.qualify import qualify
from leads.roles import MARKETERS, ensure_groups
from scoring.drain import drain
from tests.factories import NOW, make_activity, make_contact, make_rep, make_team, make_user
from tests.leads.page_client import signed_in
from tests.leads.worlds import kept_for_a_while
from tests.scoring.conftest import WORKED_EXAMPLE, publish_as_is

pytestmark = pytest.mark.django_db

MODELS = (Delivery, Mql, Notification, Rep, Task, Team, VerdictReason)
READ_ONLY = (Delivery, Mql, Notification, Task)


def open_mqls(number: int) -> None:
    for _ in range(number):
        contact = make_contact(job_title="VP Sales")
        for _ in range(3):
            make_activity(contact, subject="/pricing")
        make_activity(contact, "webinar_attended")
        make_rep(team=make_team(f"Team of {contact.pk}"))
    drain(at=NOW)
    assert not qualify(list(Mql.objects.values_list("contact", flat=True)), at=NOW)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """An administrator, and three of everything."""
    with kept_for_a_while(django_db_blocker):
        publish_as_is(WORKED_EXAMPLE)
        ensure_groups()
        make_user("boss", is_staff=True, is_superuser=True)
        open_mqls(3)
        yield


@pytest.fixture
def administrator(world: None, db: None, client: Client) -> User:
    user = User.objects.get(username="boss")
    client.force_login(user)
    return user


def page(model: type[Any], name: str, *args: Any) -> str:
    return reverse(f"admin:leads_{model._meta.model_name}_{name}", args=args)


@pytest.fixture(scope="module")
def queries(world: None, django_db_blocker: DjangoDbBlocker) -> dict[type[Any], tuple[int, int]]:
    """How many queries each list takes with three rows, and how many with fifteen."""
    with django_db_blocker.unblock(), transaction.atomic():
        client = signed_in(User.objects.get(username="boss"))

        def count(model: type[Any]) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page(model, "changelist")).status_code == 200
            return len(captured)

        for model in MODELS:
            count(model)
        few = {model: count(model) for model in MODELS}
        open_mqls(12)
        assert Mql.objects.count() == 15
        found = {model: (few[model], count(model)) for model in MODELS}
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_the_same_queries_for_few_rows_and_for_many(
    queries: dict[type[Any], tuple[int, int]], model: type[Any]
) -> None:
    few, many = queries[model]

    # A filter that lists owners shows once there are two; beyond that nothing may grow.
    assert many <= few + 1


@pytest.mark.parametrize("model", MODELS)
def test_a_row_opens(client: Client, administrator: User, model: type[Any]) -> None:
    row = model.objects.first()

    assert client.get(page(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_happened_is_not_changed_by_hand(client: Client, administrator: User, model: type[Any]) -> None:
    row = model.objects.first()

    assert client.get(page(model, "add")).status_code == 403
    assert client.post(page(model, "change", row.pk), {"total": 1}).status_code == 403
    assert client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Rep, Team, VerdictReason])
def test_what_administrators_keep_has_a_form(client: Client, administrator: User, model: type[Any]) -> None:
    assert client.get(page(model, "add")).status_code == 200


def test_dead_letters_are_tried_again_from_the_list(client: Client, administrator: User) -> None:
    delivery = Delivery.objects.all()[0]
    Delivery.objects.update(state=Delivery.State.DEAD, attempts=8, last_error="refused")

    client.post(page(Delivery, "changelist"), {"action": "replay", "_selected_action": [delivery.pk]})

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.WAITING, 0)


def test_an_absent_rep_is_marked_in_the_list(client: Client, administrator: User) -> None:
    rep = make_rep()

    client.post(
        page(Rep, "changelist"),
        {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": rep.pk, "_save": "Save"},
    )

    rep.refresh_from_db()
    assert not rep.available


def test_marketers_read_the_work_and_replay_nothing(world: None, client: Client) -> None:
    marketer = make_user("mary", is_staff=True)
    marketer.groups.add(Group.objects.get(name=MARKETERS))
    client.force_login(marketer)

    listed = client.get(page(Delivery, "changelist"))

    assert listed.status_code == 200
    assert "Try the dead letters" not in listed.content.decode()
    assert client.get(page(Mql, "change", Mql.objects.all()[0].pk)).status_code == 200
