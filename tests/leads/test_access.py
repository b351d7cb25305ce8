"""Every address of the pages, as everybody: who gets in, who is told there is nothing, and that nobody changes what is
another's. An address that is added without saying what it is about fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django import DjangoDbBlocker

from crm.api.urls import urlpatterns as facts_api
from crm.models import Activity, Contact, User
from leads import roles, tasks
from leads.api.urls import urlpatterns as work_api
from leads.models import Mql, MqlAction, ProspectMail, SavedView, Task
from leads.urls import urlpatterns
from scoring.api.urls import urlpatterns as scores_api
from tests.factories import NOW, make_company, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.page_client import signed_in

OPEN = {"calendar-feed"}
"""Addresses that ask for no login: whoever knows one of them may read."""

THEIR_OWN = {
    "crm.User",
    "leads.CalendarFeed",
    "leads.Notification",
    "leads.NotificationPreference",
    "leads.NotificationSettings",
    "leads.SavedView",
}
"""What everybody keeps for themselves, be it by reading a page that marks it as read."""

EVERYBODY = ("owner", "colleague", "stranger", "lead", "other_lead", "marketer", "admin", "reader")
MAY_NOT_CHANGE = ("colleague", "stranger", "other_lead", "marketer", "reader")
"""Who may not change the owner's MQL, its tasks or what hangs on them."""


@dataclass(frozen=True, slots=True)
class World:
    """One owner's work, and everybody who might look at it."""

    people: dict[str, User]
    mql: Mql
    task: Task
    view: SavedView
    action: MqlAction
    mail: ProspectMail

    @property
    def contact(self) -> Contact:
        return self.mql.contact


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all tests of this file, since each of them wants it untouched."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    return shared_world


def make_world() -> World:
    publish_small_model()
    roles.ensure_groups()
    lead, other_lead = make_user("lead"), make_user("other_lead")
    north, south = make_team("North", lead=lead), make_team("South", lead=other_lead)
    owner = make_rep("owner", team=north).user
    make_company("vp.example")
    mql = make_mql("ada@vp.example", owner_id=owner.pk)
    colleague, stranger = make_rep("colleague", team=north).user, make_rep("stranger", team=south).user
    people = {
        "owner": owner,
        "colleague": colleague,
        "stranger": stranger,
        "lead": lead,
        "other_lead": other_lead,
        "marketer": make_user("marketer", is_staff=True),
        "admin": make_user("admin", is_staff=True, is_superuser=True),
        "reader": make_user("reader"),
    }
    for name, group in (
        ("owner", roles.SALES_REPS),
        ("colleague", roles.SALES_REPS),
        ("stranger", roles.SALES_REPS),
        ("lead", roles.TEAM_LEADS),
        ("other_lead", roles.TEAM_LEADS),
        ("marketer", roles.MARKETERS),
        ("reader", roles.READ_ONLY),
    ):
        people[name].groups.add(Group.objects.get(name=group))
    task = tasks.add_task(mql.contact, "Send the prices", due_at=NOW, by=owner, at=NOW, mql=mql)
    view = SavedView.objects.create(user=owner, name="Mine", query="queue=mine")
    action = MqlAction.objects.create(mql=mql, kind=MqlAction.Kind.ACCEPTED, by=owner, at=NOW, before={})
    mail = ProspectMail.objects.create(
        contact=mql.contact, mql=mql, sender=owner, subject="Hello", body="Hello", send_at=NOW, created_at=NOW
    )
    return World(people, mql, task, view, action, mail)


def pages() -> Iterator[URLPattern]:
    yield from (pattern for pattern in urlpatterns if isinstance(pattern, URLPattern) and pattern.name)


def address(pattern: URLPattern, world: World) -> str:
    route = str(pattern.pattern)
    given: dict[str, Any] = {}
    for name in pattern.pattern.converters:
        given[name] = subject(route, world)
    return reverse(str(pattern.name), kwargs=given)


def subject(route: str, world: World) -> int | str:
    """What an address with a number in it is about, by how it begins."""
    subjects: dict[str, int | str] = {
        "inbox/views/": world.view.pk,
        "inbox/undo/": world.action.pk,
        "mails/": world.mail.pk,
        "inbox/": world.mql.pk,
        "contacts/": world.contact.pk,
        "companies/": world.contact.company_id or 0,
        "tasks/": world.task.pk,
        "calendar/": "a-token-that-nobody-was-given",
    }
    for start, value in subjects.items():
        if route.startswith(start):
            return value
    raise AssertionError(f"say here what {route} is about")


def ask(client: Client, method: str, url: str) -> HttpResponse:
    return client.generic(method, url)  # type: ignore[return-value]


def what_is_there() -> dict[str, str]:
    """A fingerprint of every table that holds facts or work."""
    tables = [
        model._meta.db_table
        for app in ("crm", "scoring", "leads")
        for model in apps.get_app_config(app).get_models()
        if model._meta.label not in THEIR_OWN
    ]
    prints = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
            prints[table] = cursor.fetchone()[0]
    return prints


def is_somebodys(pattern: URLPattern) -> bool:
    route = str(pattern.pattern)
    return bool(pattern.pattern.converters) and route.startswith(("inbox/", "tasks/", "mails/"))


NAMED = [pytest.param(pattern, id=str(pattern.name)) for pattern in pages()]
OWNED = [pytest.param(pattern, id=str(pattern.name)) for pattern in pages() if is_somebodys(pattern)]
"""Addresses of what somebody owns."""


@pytest.mark.parametrize("pattern", NAMED)
def test_nobody_gets_in_without_signing_in(pattern: URLPattern, world: World) -> None:
    before = what_is_there()

    answers = {method: ask(Client(), method, address(pattern, world)) for method in ("GET", "POST")}

    for answer in answers.values():
        if pattern.name in OPEN:
            assert answer.status_code in (404, 405)
        else:
            assert answer.status_code in (302, 401, 403, 405)
            assert answer.status_code != 302 or answer["Location"].startswith("/login/")
    assert what_is_there() == before


@pytest.mark.parametrize("pattern", NAMED)
def test_reading_changes_nothing_and_never_fails(pattern: URLPattern, world: World) -> None:
    before = what_is_there()

    for name in EVERYBODY:
        answer = ask(signed_in(world.people[name]), "GET", address(pattern, world))

        assert answer.status_code in (200, 204, 302, 403, 404, 405), f"{name}: {answer.status_code}"
    assert what_is_there() == before


@pytest.mark.parametrize("pattern", OWNED)
def test_nobody_changes_what_is_anothers(pattern: URLPattern, world: World) -> None:
    before = what_is_there()

    answers = {
        name: ask(signed_in(world.people[name]), "POST", address(pattern, world)).status_code
        for name in MAY_NOT_CHANGE
    }

    assert what_is_there() == before
    assert answers["stranger"] in (404, 405), "a guessed number must answer as if there were none"
    assert answers["other_lead"] in (404, 405)
    assert set(answers.values()) <= {200, 302, 400, 403, 404, 405, 422}


@pytest.mark.parametrize("pattern", OWNED)
def test_a_stranger_is_told_that_there_is_nothing(pattern: URLPattern, world: World) -> None:
    client = signed_in(world.people["stranger"])

    answers = {method: ask(client, method, address(pattern, world)).status_code for method in ("GET", "POST")}

    assert 404 in answers.values()
    assert set(answers.values()) <= {404, 405}


@pytest.mark.parametrize("pattern", NAMED)
def test_who_only_reads_changes_nothing(pattern: URLPattern, world: World) -> None:
    reader = signed_in(world.people["reader"])
    before = what_is_there()

    answer = ask(reader, "POST", address(pattern, world))

    assert answer.status_code < 500
    assert what_is_there() == before


def test_who_only_reads_sees_the_work_of_everybody(world: World) -> None:
    client = signed_in(world.people["reader"])

    assert ask(client, "GET", reverse("mql", args=[world.mql.pk])).status_code == 200
    assert world.mql.contact.name in ask(client, "GET", f"{reverse('inbox')}?queue=all").content.decode()


API = [pytest.param(pattern, id=str(pattern.name)) for pattern in (*facts_api, *scores_api, *work_api)]
VERBS = ("POST", "PUT", "PATCH", "DELETE")
EXPLAINED = {"api-schema", "api-docs"}
"""What the API can do is no secret."""


def api_address(pattern: URLPattern, world: World) -> str:
    subjects = {
        "activities": Activity.objects.filter(contact=world.contact).values_list("pk", flat=True).first(),
        "companies": world.contact.company_id,
        "contacts": world.contact.pk,
        "mqls": world.mql.pk,
    }
    given = {name: subjects[str(pattern.pattern).split("/")[0]] for name in pattern.pattern.converters}
    return reverse(str(pattern.name), kwargs=given)


@pytest.mark.parametrize("pattern", API)
def test_nobody_uses_the_api_without_a_key_or_signing_in(pattern: URLPattern, world: World) -> None:
    before = what_is_there()

    answers = {method: ask(Client(), method, api_address(pattern, world)) for method in ("GET", *VERBS)}

    if pattern.name not in EXPLAINED:
        assert {answer.status_code for answer in answers.values()} <= {401, 403, 405}
    assert what_is_there() == before


@pytest.mark.parametrize("pattern", API)
def test_the_api_answers_every_role_and_an_empty_request_changes_nothing(
    pattern: URLPattern, world: World
) -> None:
    before = what_is_there()

    for name in EVERYBODY:
        client, url = signed_in(world.people[name]), api_address(pattern, world)

        assert ask(client, "GET", url).status_code in (200, 404), name
        assert {ask(client, verb, url).status_code for verb in VERBS} <= {400, 403, 404, 405, 415}, name
    assert what_is_there() == before


def test_the_api_shows_each_role_the_mqls_that_the_pages_show_them(world: World) -> None:
    url = reverse("api-mql", args=[world.mql.pk])

    answers = {name: ask(signed_in(world.people[name]), "GET", url).status_code for name in EVERYBODY}

    hidden = dict.fromkeys(("stranger", "other_lead"), 404)
    assert answers == {**dict.fromkeys(EVERYBODY, 200), **hidden}


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name not in ("marketer", "admin")])
def test_the_admin_is_for_staff_alone(world: World, name: str) -> None:
    client = signed_in(world.people[name])
    models = [model._meta for model in admin.site._registry]

    answers = [
        ask(client, "GET", reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}"))
        for meta in models
        for page in ("changelist", "add")
    ]

    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/admin/login/") for answer in answers)
