"""What is read before deciding, for a contact with a long story and one with many neighbours."""

from __future__ import annotations

from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads.models import Mql
from leads.timeline import PAGE
from scoring.models import ScoringVersion
from tests.factories import make_activity, make_company, make_mql, make_rep, make_team
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db

MANY_ACTIVITIES = """
    INSERT INTO crm_activity (contact_id, kind, subject, campaign, occurred_at, recorded_at, source, external_id,
                              automated, properties)
    SELECT %(contact)s, CASE WHEN n %% 500 = 0 THEN 'call' ELSE 'page_view' END, '/pricing', '',
           now() - n * interval '10 minutes', now(), 'test', '', false, '{}'
    FROM generate_series(1, 50000) n
"""


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


@pytest.mark.parametrize("path", ["/inbox/{mql}/", "/contacts/{contact}/", "/inbox/{mql}/?show=calls"])
def test_fifty_thousand_activities_are_read_in_a_second_a_page_at_a_time(page: Client, path: str) -> None:
    mql = make_mql()
    with connection.cursor() as cursor:
        cursor.execute(MANY_ACTIVITIES, {"contact": mql.contact_id})
        cursor.execute("ANALYZE crm_activity")
    address = path.format(mql=mql.pk, contact=mql.contact_id)
    page.get(address)

    started = perf_counter()
    response = page.get(address)
    took = perf_counter() - started

    assert response.content.count(b"timeline-entry ") == PAGE
    assert b"Show earlier" in response.content
    assert took < 1


@pytest.mark.parametrize("path", ["/inbox/{mql}/", "/contacts/{contact}/", "/companies/{company}/"])
def test_neighbours_and_their_stories_cost_no_query_more(page: Client, path: str) -> None:
    make_company("acme.example", name="Acme")
    mql = make_mql("ada@acme.example")
    make_mql("first@acme.example")
    ids = {"mql": mql.pk, "contact": mql.contact_id, "company": mql.contact.company_id}

    def queries() -> int:
        page.get(path.format(**ids))
        with CaptureQueriesContext(connection) as captured:
            page.get(path.format(**ids))
        return len(captured)

    few = queries()
    for number in range(12):
        make_activity(make_mql(f"person{number}@acme.example").contact, "call")
        make_activity(mql.contact, "page_view", subject="/pricing")

    assert queries() == few


def test_htmx_is_given_the_filtered_timeline_alone(page: Client) -> None:
    mql = make_mql()
    make_activity(mql.contact, "call", subject="Left a message")

    response = page.get(f"/inbox/{mql.pk}/?queue=mine&show=calls", **htmx("timeline"))

    seen = text_of(response)
    assert "Left a message" in seen
    assert "Webinar attended" not in seen
    assert "Why now" not in seen


def test_each_filter_adds_to_those_pressed_before(page: Client) -> None:
    mql = make_mql()

    content = page.get(f"/inbox/{mql.pk}/?queue=mine&show=calls").content.decode()

    assert 'href="?queue=mine&amp;show=calls&amp;show=mail#timeline"' in content
    assert 'href="?queue=mine#timeline"' in content


def test_a_note_without_words_comes_back_in_the_pane_with_what_is_wrong(page: Client) -> None:
    mql = make_mql()
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
    page: Client, form: str, sent: dict[str, str], told: str
) -> None:
    mql = make_mql()

    response = page.post(f"/contacts/{mql.contact_id}/{form}/", {**sent, "mql": mql.pk}, **htmx("mql-pane"))

    assert b"<html" not in response.content
    assert response["HX-Retarget"] == "#mql-pane"
    assert told in text_of(response)


def test_a_task_is_done_in_the_pane(page: Client) -> None:
    mql = make_mql()
    task = mql.contact.tasks.get()

    response = page.post(f"/tasks/{task.pk}/complete/", {"mql": mql.pk}, **htmx("mql-pane"))

    assert f"Done: {task.title}." in text_of(response)
    assert "Open tasks None." in text_of(response)
    assert response["HX-Retarget"] == "#mql-pane"


def test_a_note_cannot_be_used_to_look_at_another_teams_mql(page: Client) -> None:
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)
    sent = {"text": "Wants a trial", "once": "1", "mql": mql.pk}

    response = page.post(f"/contacts/{mql.contact_id}/notes/", sent, **htmx("mql-pane"))

    assert response["HX-Redirect"] == f"/contacts/{mql.contact_id}/"
    assert response.content == b""


def test_a_page_is_sent_compressed_to_whoever_can_read_that(page: Client) -> None:
    mql = make_mql()

    plain = page.get(f"/inbox/{mql.pk}/")
    compressed = page.get(f"/inbox/{mql.pk}/", headers={"Accept-Encoding": "gzip"})

    assert compressed["Content-Encoding"] == "gzip"
    assert len(compressed.content) < len(plain.content) / 3
