"""The inbox: who sees what in which order, found and paged."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from crm.models import User
from leads.models import Mql, Rep
from leads.tasks import add_task
from leads.verdict import accept
from leads.views.listing import PAGE
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_company,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_team,
    make_user,
)
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def names(content: bytes) -> list[str]:
    """The names in the rows, from the top."""
    rows = re.findall(r'class="mql-row-link".*?>([^<]*)</a>', content.decode(), flags=re.DOTALL)
    return [row.strip() for row in rows]


def due(mql: Mql, *, minutes: float) -> None:
    Mql.objects.filter(pk=mql.pk).update(due_at=timezone.now() + timedelta(minutes=minutes))


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/inbox/")

    assertRedirects(response, "/login/?next=/inbox/")


def test_the_root_leads_to_the_inbox(client: Client) -> None:
    assertRedirects(client.get("/"), "/inbox/", fetch_redirect_response=False)


def test_a_row_says_who_why_and_by_when(page: Client) -> None:
    make_company("acme.example", name="Acme")
    mql = make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace", source="Webinar")
    due(mql, minutes=-60 * 24 * 30)

    seen = text_of(page.get("/inbox/"))

    assert "Grade C2 Score 80" in seen
    assert "Ada Lovelace 30 days overdue VP Sales · Acme" in seen
    assert "Webinar attended on 1 Mar; Vice president" in seen
    assert "Webinar opened" in seen


def test_a_row_says_how_the_score_moved_in_a_week_and_what_is_next(page: Client, sdr: User) -> None:
    mql, now = make_mql(first_name="Ada"), timezone.now()
    change = mql.contact.score_changes.get()
    change.pk = None
    change.at, change.fit_from, change.engagement_from = now - timedelta(days=6), Decimal(30), Decimal(30)
    change.save(force_insert=True)
    add_task(mql.contact, title="Send the offer", due_at=now + timedelta(hours=5), by=sdr, at=now)

    seen = text_of(page.get("/inbox/"))

    assert "▲ 20 80 now, up 20 in 7 days" in seen
    assert "Send the offer in 5 h" in seen or "Send the offer in 4 h" in seen


def test_a_row_tells_when_it_shows_something_else(page: Client, sdr: User) -> None:
    mql = make_mql(first_name="Ada")

    def updated() -> str:
        found = re.search(r'data-updated="(\w+)"', page.get("/inbox/").content.decode())
        assert found
        return found[1]

    before, again = updated(), updated()
    accept(mql, by=sdr, at=timezone.now())

    assert before == again != updated()


def test_the_order_is_explained(page: Client) -> None:
    assert "by its deadline; then by grade, score and newest buying signal" in text_of(page.get("/inbox/"))
    assert "the oldest MQL first" in text_of(page.get("/inbox/?sort=age"))


def test_what_is_due_first_stands_first_and_what_was_touched_last(page: Client, sdr: User) -> None:
    late, soon, touched = (make_mql(first_name=name) for name in ("Late", "Soon", "Touched"))
    due(late, minutes=600)
    due(soon, minutes=5)
    due(touched, minutes=-5)
    accept(touched, by=sdr, at=timezone.now())

    response = page.get("/inbox/")

    assert names(response.content) == ["Soon", "Late", "Touched"]
    assert "Waiting for a first touch" in text_of(response)
    assert "In progress" in text_of(response)


def test_closed_mqls_are_not_listed(page: Client, sdr: User) -> None:
    mql = make_mql(first_name="Gone")
    Mql.objects.filter(pk=mql.pk).update(closed_at=NOW, verdict="qualified")

    assert names(page.get("/inbox/").content) == []


def test_each_queue_holds_its_own(page: Client, sdr: User) -> None:
    mine, mates, nobodys = (make_mql(first_name=name) for name in ("Mine", "Mates", "Nobodys"))
    mate = make_rep("mate", team=Rep.objects.get(user=sdr).team).user
    Mql.objects.filter(pk=mates.pk).update(owner=mate)
    Mql.objects.filter(pk=nobodys.pk).update(owner=None)

    assert mine.owner == sdr
    assert names(page.get("/inbox/").content) == ["Mine"]
    assert sorted(names(page.get("/inbox/?queue=team").content)) == ["Mates", "Mine"]
    assert names(page.get("/inbox/?queue=unassigned").content) == ["Nobodys"]
    assert sorted(names(page.get("/inbox/?queue=all").content)) == ["Mates", "Mine", "Nobodys"]
    assert "Mine 1 My team 2 Unassigned 1 All 3" in text_of(page.get("/inbox/"))


def test_another_teams_mqls_are_in_no_queue(page: Client) -> None:
    mql = make_mql(first_name="Theirs")
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)

    response = page.get("/inbox/?queue=all")

    assert names(response.content) == []
    assert "Mine 0 My team 0 Unassigned 0 All 0" in text_of(response)


def test_a_team_lead_who_is_no_rep_starts_with_the_team(small_model: ScoringVersion) -> None:
    lead = make_user("lead")
    make_rep("sdr", team=make_team("Inbound", lead=lead))
    make_mql(first_name="Theirs")

    assert names(signed_in(lead).get("/inbox/").content) == ["Theirs"]


def test_a_marketer_starts_with_everything(page: Client) -> None:
    make_mql(first_name="Theirs")
    marketer = make_user("marketer", is_staff=True)

    assert names(signed_in(marketer).get("/inbox/").content) == ["Theirs"]


@pytest.mark.parametrize("search", ["love", "ACME", "ada lovelace", "ada@acme"])
def test_an_mql_is_found_by_name_company_and_address(page: Client, search: str) -> None:
    make_company("acme.example", name="Acme")
    make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace")
    make_mql(first_name="Somebody else")

    assert names(page.get("/inbox/", {"q": search}).content) == ["Ada Lovelace"]


@pytest.mark.parametrize("search", ["%", "_", "ada grace", "\\", "'"])
def test_signs_of_patterns_match_only_themselves(page: Client, search: str) -> None:
    make_mql("ada@acme.example", first_name="Ada")

    assert names(page.get("/inbox/", {"q": search}).content) == []


def test_an_empty_queue_says_what_to_do_next(page: Client) -> None:
    assert "Nothing waits for you" in text_of(page.get("/inbox/"))
    assert "Nobody in this queue matches “xyz”" in text_of(page.get("/inbox/?q=xyz"))


def test_pages_show_every_mql_once(page: Client) -> None:
    make_qualifying_people(PAGE + 3)
    drain(at=NOW)
    first = page.get("/inbox/")
    more = re.search(r"after=([\w:%-]+)", first.content.decode())
    assert more

    rest = page.get(f"/inbox/?after={more[1]}")

    assert len(names(first.content)) == PAGE
    assert len({*names(first.content), *names(rest.content)}) == PAGE + 3
    assert "That is all." in text_of(rest)


@pytest.mark.parametrize(("rows", "listed"), [("28", 28), ("3", 25), ("9999", 29), ("x", 25), ("-5", 25)])
def test_a_list_that_is_read_again_keeps_the_pages_that_were_added(
    page: Client, rows: str, listed: int
) -> None:
    make_qualifying_people(29)
    drain(at=NOW)

    response = page.get("/inbox/", {"rows": rows}, **htmx("mql-list"))

    assert len(names(response.content)) == listed
    assert b"rows=" not in response.content


def test_htmx_is_given_the_further_rows_alone(page: Client) -> None:
    make_qualifying_people(PAGE + 3)
    drain(at=NOW)
    more = re.search(r"after=([\w:%-]+)", page.get("/inbox/").content.decode())
    assert more

    rest = page.get(f"/inbox/?after={more[1]}", **htmx("mql-more"))

    assert len(names(rest.content)) == 3
    assert b"<html" not in rest.content
    assert "Waiting for a first touch" not in text_of(rest)


def test_going_back_in_the_browser_gives_the_whole_page(page: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "mql-list", "HX-History-Restore-Request": "true"}

    assert b"<html" in page.get("/inbox/", headers=headers).content


def test_the_number_of_queries_does_not_grow_with_the_mqls(page: Client) -> None:
    def queries(number: int) -> int:
        make_qualifying_people(number)
        drain(at=NOW)
        with CaptureQueriesContext(connection) as captured:
            page.get("/inbox/")
        return len(captured)

    few, many = queries(3), queries(27)

    assert few == many <= 12
