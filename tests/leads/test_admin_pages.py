"""Every page of the admin opens, for whoever may open it, with as many queries for many rows as for few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as UserGroup
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.signing import SignedPackage
from pytest_django import DjangoDbBlocker

from crm import record
from crm.models import ApiKey, Company, Contact, User
from crm.models.apikey import create_key
from leads.models import (
    AssignmentRule,
    Enrolment,
    HeldBack,
    MailTemplate,
    Mql,
    Plan,
    ProspectMail,
    Rep,
    SlaTarget,
    Team,
    VerdictReason,
    WorkingHours,
)
from leads.roles import MARKETERS, ensure_groups
from scoring.models import (
    DomainList,
    DomainListEntry,
    DrainRequest,
    Pending,
    Persona,
    Publication,
    ScoringVersion,
    Segment,
)
from scoring.versions import save_draft
from tests.factories import (
    NOW,
    SMALL_MODEL,
    make_company,
    make_contact,
    make_mql,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)

# Of the tests that are run together, one at least must ask for the database, or none is made for tests.
pytestmark = pytest.mark.django_db

MODELS = [
    pytest.param(model, id=model._meta.label_lower)
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label)
]
ADDED_BY_HAND = [
    ApiKey, Company, Contact, User, UserGroup, Rep, Team, VerdictReason, DomainList, DomainListEntry,
    ScoringVersion, SlaTarget, WorkingHours, AssignmentRule, Segment, Plan, MailTemplate,
]  # fmt: skip


def address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(number: int) -> None:
    """That many more rows of everything."""
    if not ScoringVersion.objects.live():
        publish_small_model()
    for _ in range(number):
        word = uuid4().hex
        company = make_company(owner_id=make_rep(team=make_team(f"Team {word}")).user_id)
        record.correct_company(company.pk, at=NOW, industry="Retail")
        mql = make_mql(f"{word}@{company.domain}")
        record.correct_contact(mql.contact_id, by=mql.owner, at=NOW, phone="+1 555 0100")
        Pending.objects.get_or_create(contact=make_contact())
        draft = save_draft(SMALL_MODEL, by=mql.owner, at=NOW)
        Persona.objects.create(version=draft, name="Ada", qualifies=False)
        domains = DomainList.objects.create(name=word)
        DomainListEntry.objects.create(list=domains, domain="acme.example")
        create_key(word, ["read"])
        VerdictReason.objects.create(verdict="recycled", text=word)
        UserGroup.objects.create(name=word)
        hours = WorkingHours.objects.create(name=word, time_zone="Europe/Berlin", holidays_country="DE")
        hours.closed_days.create(day=NOW.date())
        hours.teams.add(make_team(f"Team {word}"))
        number = SlaTarget.objects.count()
        SlaTarget.objects.create(grade=f"{'ABCD'[number % 4]}{number // 4 + 1}", minutes=15)
        for kept in (AssignmentRule(name=word, team=make_team(f"Team {word}")), Segment(name=word)):
            kept.save()
            kept.conditions.create(field="country", op="equals", value="DE")
        publication = Publication.objects.create(version=draft, due_at=NOW, state="cancelled")
        HeldBack.objects.create(contact=mql.contact, publication=publication, held_at=NOW)
        _fill_follow_up(mql, word)
        _fill_jobs(word)


def _fill_follow_up(mql: Mql, word: str) -> None:
    template = MailTemplate.objects.create(name=word, subject="Hello", body="Hello {first_name}")
    ProspectMail.objects.create(
        contact=mql.contact,
        mql=mql,
        template=template,
        subject="Hello",
        body="Hello",
        message_id=f"<{word}@handoff.example>",
        send_at=NOW,
    )
    plan = Plan.objects.create(name=word)
    step = plan.steps.create(day=1, action="mail", template=template)
    Enrolment.objects.create(mql=mql, plan=plan, step=step, started_at=NOW)


def _fill_jobs(word: str) -> None:
    run = {
        "name": word,
        "func": "leads.jobs.deliver_due",
        "started": NOW,
        "stopped": NOW + timedelta(seconds=1),
    }
    Failure.objects.create(id=uuid4().hex, success=False, result="refused", **run)
    Success.objects.create(id=word, success=True, **run)
    Schedule.objects.create(name=word, func="leads.jobs.deliver_due", task=word)
    job = {"id": word, "name": word, "func": "leads.jobs.deliver_due", "args": (), "kwargs": {}}
    OrmQ.objects.create(key="handoff", payload=SignedPackage.dumps(job), lock=NOW)


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two rows of everything, made once for all tests of this file and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        ensure_groups()
        DrainRequest.objects.get_or_create(pk=1)
        fill(2)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def rows(filled: None, db: None) -> None:
    """Each test finds them as they were."""


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.fixture
def administrator(rows: None, client: Client) -> User:
    user = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def marketer(rows: None, client: Client) -> User:
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


def test_lists_take_as_many_queries_for_many_rows_as_for_few(client: Client, administrator: User) -> None:
    lists = [address(param.values[0], "changelist") for param in MODELS]
    # What is asked once and then known by the process.
    client.get(lists[0])
    ContentType.objects.get_for_models(*admin.site._registry)
    few = {url: queries_of(client, url) for url in lists}
    fill(2)

    many = {url: queries_of(client, url) for url in lists}

    assert {url: number for url, number in many.items() if number > few[url]} == {}


@pytest.mark.parametrize("model", MODELS)
def test_a_list_can_be_searched_and_sorted(
    client: Client, administrator: User, model: type[models.Model]
) -> None:
    page = admin.site._registry[model]

    assert client.get(address(model, "changelist"), {"o": "1"}).status_code in (200, 302)
    if page.search_fields:
        assert client.get(address(model, "changelist"), {"q": "a%_'b"}).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_a_row_opens(client: Client, administrator: User, model: type[models.Model]) -> None:
    row = model._default_manager.order_by("-pk")[0]

    assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", ADDED_BY_HAND)
def test_what_is_made_by_hand_has_a_page_to_add_it(
    client: Client, administrator: User, model: type[models.Model]
) -> None:
    assert client.get(address(model, "add")).status_code == 200


@pytest.mark.parametrize("model", [param for param in MODELS if param.values[0] not in ADDED_BY_HAND])
def test_what_happened_is_neither_added_nor_changed_nor_deleted(
    client: Client, administrator: User, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("-pk")[0]

    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    if model is not Failure:
        assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_a_marketer_opens_what_their_group_may_read(
    client: Client, marketer: User, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("-pk")[0]
    may = marketer.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")

    listed = client.get(address(model, "changelist"))
    opened = client.get(address(model, "change", row.pk))

    assert (listed.status_code, opened.status_code) == ((200, 200) if may else (403, 403))


@pytest.mark.parametrize("model", [ScoringVersion, DomainList])
def test_a_marketer_adds_to_drafts_and_lists(
    client: Client, marketer: User, model: type[models.Model]
) -> None:
    assert client.get(address(model, "add")).status_code == 200


@pytest.mark.parametrize("model", [User, UserGroup, ApiKey, OrmQ])
def test_a_marketer_does_not_see_who_may_do_what(
    client: Client, marketer: User, model: type[models.Model]
) -> None:
    assert client.get(address(model, "changelist")).status_code == 403


def test_the_first_page_counts_what_somebody_should_look_at(client: Client, administrator: User) -> None:
    Mql.objects.update(owner=None)

    page = client.get(reverse("admin:index"))

    tiles = {tile.label: tile for _, tiles in page.context["sections"] for tile in tiles}
    assert tiles["Open MQLs"].number == 2
    assert (tiles["Without an owner"].number, tiles["Without an owner"].urgent) == (
        2,
        "give them to somebody",
    )
    assert tiles["Failed jobs"].number == 2
    assert tiles["Drafts"].number == 2


def test_the_first_page_leads_to_pages_that_open(client: Client, administrator: User) -> None:
    page = client.get(reverse("admin:index"))

    links = [tile.link for _, tiles in page.context["sections"] for tile in tiles]
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_the_first_page_takes_as_many_queries_whatever_there_is(client: Client, administrator: User) -> None:
    queries_of(client, reverse("admin:index"))
    few = queries_of(client, reverse("admin:index"))
    fill(2)

    assert queries_of(client, reverse("admin:index")) <= few


def test_the_first_page_shows_a_marketer_nothing_they_may_not_read(client: Client, marketer: User) -> None:
    page = client.get(reverse("admin:index"))

    labels = {tile.label for _, tiles in page.context["sections"] for tile in tiles}
    assert "Contacts" in labels
    assert "Failed jobs" not in labels


def test_every_page_of_the_sidebar_is_there(client: Client, administrator: User) -> None:
    page = client.get(reverse("admin:index"))

    links = [str(item["link"]) for section in page.context["sidebar_navigation"] for item in section["items"]]
    lists = {address(model, "changelist"): model._meta.label for model in admin.site._registry}
    missing = {label for link, label in lists.items() if link not in links}
    # That every list opens is seen where their queries are counted.
    others = [link for link in links if link not in lists]
    assert [client.get(link).status_code for link in others] == [200] * len(others)
    # Reached from the pages that they belong to.
    assert missing == {"scoring.DomainListEntry", "scoring.DrainRequest"}


def test_a_rep_has_no_way_into_the_admin(client: Client) -> None:
    client.force_login(make_rep().user)

    assert client.get(reverse("admin:index")).status_code == 302
