"""What is read before deciding, for a contact with a long story and one with many neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from crm.models import User
from leads.models import Mql
from leads.timeline import PAGE
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_qualifying,
    make_rep,
    make_team,
    publish_small_model,
)
from tests.leads.page_client import htmx, signed_in, text_of
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

MANY_ACTIVITIES = """
    INSERT INTO crm_activity (contact_id, kind, subject, campaign, occurred_at, recorded_at, source, external_id,
                              automated, properties)
    SELECT %(contact)s, CASE WHEN n %% 500 = 0 THEN 'call' ELSE 'page_view' END, '/pricing', '',
           now() - n * interval '10 minutes', now(), 'test', '', false, '{}'
    FROM generate_series(1, 50000) n
"""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A rep with three MQLs: one with a long story, one with a neighbour at the same company."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("sdr", first_name="Sam", last_name="Reyes")
        make_company("acme.example", name="Acme")
        busy = make_qualifying("busy@people.example")
        for address in ("ada@acme.example", "first@acme.example"):
            make_qualifying(address)
        drain(at=NOW)
        with connection.cursor() as cursor:
            cursor.execute(MANY_ACTIVITIES, {"contact": busy.pk})
            cursor.execute("ANALYZE crm_activity")
        # What is checked at the end of a transaction is checked now, or each test would check 50,000 rows again.
        connection.check_constraints()
        yield


@pytest.fixture
def sdr(world: None, db: None) -> User:
    return User.objects.get(username="sdr")


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


@pytest.fixture
def mql(sdr: User) -> Mql:
    return mql_of("ada@acme.example")


def mql_of(email: str) -> Mql:
    return Mql.objects.select_related("contact", "owner").get(contact__email=email)


@pytest.mark.parametrize("path", ["/inbox/{mql}/", "/contacts/{contact}/", "/inbox/{mql}/?show=calls"])
def test_fifty_thousand_activities_are_read_in_a_second_a_page_at_a_time(page: Client, path: str) -> None:
    mql = mql_of("busy@people.example")
    address = path.format(mql=mql.pk, contact=mql.contact_id)
    page.get(address)

    started = perf_counter()
    response = page.get(address)
    took = perf_counter() - started

    assert response.content.count(b"timeline-entry ") == PAGE
    assert b"Show earlier" in response.content
    assert took < 1


NEIGHBOURS = ("/inbox/{mql}/", "/contacts/{contact}/", "/companies/{company}/")


@pytest.fixture(scope="module")
def queries(world: None, django_db_blocker: DjangoDbBlocker) -> dict[str, tuple[int, int]]:
    """How many queries each page takes with one neighbour, and how many with thirteen."""
    with django_db_blocker.unblock(), transaction.atomic():
        page, mql = signed_in(User.objects.get(username="sdr")), mql_of("ada@acme.example")
        ids = {"mql": mql.pk, "contact": mql.contact_id, "company": mql.contact.company_id}

        def counts() -> list[int]:
            found = []
            for path in NEIGHBOURS:
                page.get(path.format(**ids))
                with CaptureQueriesContext(connection) as captured:
                    assert page.get(path.format(**ids)).status_code == 200
                found.append(len(captured))
            return found

        few = counts()
        neighbours = [make_qualifying(f"person{number}@acme.example") for number in range(12)]
        drain(at=NOW)
        assert Mql.objects.filter(contact__in=neighbours).count() == 12
        for neighbour in neighbours:
            make_activity(neighbour, "call")
            make_activity(mql.contact, "page_view", subject="/pricing")
        many = counts()
        transaction.set_rollback(True)
    return dict(zip(NEIGHBOURS, zip(few, many, strict=True), strict=True))


@pytest.mark.parametrize("path", NEIGHBOURS)
def test_neighbours_and_their_stories_cost_no_query_more(
    queries: dict[str, tuple[int, int]], path: str
) -> None:
    few, many = queries[path]

    assert few == many


def test_htmx_is_given_the_filtered_timeline_alone(page: Client, mql: Mql) -> None:
    make_activity(mql.contact, "call", subject="Left a message")

    response = page.get(f"/inbox/{mql.pk}/?queue=mine&show=calls", **htmx("timeline"))

    seen = text_of(response)
    assert "Left a message" in seen
    assert "Webinar attended" not in seen
    assert "Why now" not in seen


def test_each_filter_adds_to_those_pressed_before(page: Client, mql: Mql) -> None:
    content = page.get(f"/inbox/{mql.pk}/?queue=mine&show=calls").content.decode()

    assert 'href="?queue=mine&amp;show=calls&amp;show=mail#timeline"' in content
    assert 'href="?queue=mine#timeline"' in content


def test_a_note_without_words_comes_back_in_the_pane_with_what_is_wrong(page: Client, mql: Mql) -> None:
    sent = {"text": "", "once": "1", "mql": mql.pk}

    response = page.post(f"/contacts/{mql.contact_id}/notes/", sent, **htmx("mql-pane"))

    assert response.status_code == 422
    assert response["HX-Retarget"] == "#write"
    assert b"<html" not in response.content
    assert b'aria-invalid="true"' in response.content


@pytest.mark.parametrize(
    ("form", "sent", "told"),
    [
        ("notes", {"text": "Wants a trial", "once": "1"}, "Wants a trial"),
        ("tasks", {"title": "Send the offer", "due_at": "2026-03-03T10:00"}, "Send the offer"),
    ],
)
def test_what_was_written_is_in_the_pane_that_comes_back(
    page: Client, mql: Mql, form: str, sent: dict[str, str], told: str
) -> None:
    response = page.post(f"/contacts/{mql.contact_id}/{form}/", {**sent, "mql": mql.pk}, **htmx("mql-pane"))

    assert b"<html" not in response.content
    assert response["HX-Retarget"] == "#mql-pane"
    assert told in text_of(response)


def test_a_task_is_done_in_the_pane(page: Client, mql: Mql) -> None:
    task = mql.contact.tasks.get()

    response = page.post(f"/tasks/{task.pk}/complete/", {"mql": mql.pk}, **htmx("mql-pane"))

    assert f"Done: {task.title}." in text_of(response)
    assert "Open tasks None." in text_of(response)
    assert response["HX-Retarget"] == "#mql-pane"


def test_a_note_cannot_be_used_to_look_at_another_teams_mql(page: Client, mql: Mql) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)
    sent = {"text": "Wants a trial", "once": "1", "mql": mql.pk}

    response = page.post(f"/contacts/{mql.contact_id}/notes/", sent, **htmx("mql-pane"))

    assert response["HX-Redirect"] == f"/contacts/{mql.contact_id}/"
    assert response.content == b""


def test_a_page_is_sent_compressed_to_whoever_can_read_that(page: Client, mql: Mql) -> None:
    plain = page.get(f"/inbox/{mql.pk}/")
    compressed = page.get(f"/inbox/{mql.pk}/", headers={"Accept-Encoding": "gzip"})

    assert compressed["Content-Encoding"] == "gzip"
    assert len(compressed.content) < len(plain.content) / 3
