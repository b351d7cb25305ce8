"""The inbox's filters: what each lists, what the address may hold, and what the form offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from crm.models import User
from leads.filter_choices import groups
from leads.models import Mql
from leads.tasks import add_task
from leads.verdict import accept
from scoring.drain import drain
from scoring.models import Op, Segment, SegmentCondition
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_mql,
    make_qualifying,
    make_qualifying_people,
    make_rep,
    make_team,
    publish_small_model,
)
from tests.leads.page_client import htmx, signed_in, text_of
from tests.leads.test_inbox_page import names
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A rep, a mate and two MQLs of whom nothing is the same, made once."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("sdr", first_name="Sam", last_name="Reyes")
        make_ada_and_bo()
        yield


@pytest.fixture
def sdr(world: None, db: None) -> User:
    return User.objects.get(username="sdr")


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


@pytest.fixture
def ada_and_bo(sdr: User) -> tuple[Mql, Mql]:
    """Ada's is overdue and the rep's own, Bo's is touched and another's."""
    ada, bo = Mql.objects.select_related("contact").order_by("contact__first_name")
    return ada, bo


@pytest.fixture
def nobody(sdr: User) -> None:
    """Neither of the two."""
    Mql.objects.all().delete()


def make_ada_and_bo() -> None:
    now = timezone.now()
    make_company("acme.example", name="Acme", industry="Software", employees=120)
    make_company("bolt.example", name="Bolt", industry="Retail", employees=7)
    ada = make_mql(
        "ada@acme.example",
        first_name="Ada",
        source="Webinar",
        country="France",
        utm_campaign="spring",
        properties={"product_interest": ["Routing", "Scoring"]},
    )
    bo = make_mql(
        "bo@bolt.example",
        first_name="Bo",
        source="Fair, autumn & co",
        country="Côte d’Ivoire",
        utm_campaign="autumn",
        properties={"product_interest": "Reports"},
    )
    Mql.objects.filter(pk=ada.pk).update(
        grade="A1", fit=40, engagement=50, total=90, opened_at=now - 2 * DAY, due_at=now - DAY
    )
    other = make_rep("other", available=False, first_name="Olga")
    Mql.objects.filter(pk=bo.pk).update(
        grade="B3",
        fit=30,
        engagement=20,
        total=50,
        opened_at=now - 40 * DAY,
        due_at=now + DAY,
        owner=other.user,
        first_touched_at=now,
    )


FOR_ADA: list[Mapping[str, Any]] = [
    {"grade": "A1"},
    {"grade": "A"},
    {"grade": ["A", "C2"]},
    {"score_min": "60"},
    {"score_min": "89.99", "score_max": "90"},
    {"source": "Webinar"},
    {"source": ["Webinar", "Nowhere"]},
    {"industry": "Software"},
    {"country": "France"},
    {"size": "51-200"},
    {"size": ["51-200", "unknown"]},
    {"interest": "Scoring"},
    {"campaign": "spring"},
    {"sla": "breached"},
    {"age": "week"},
    {"source": "Webinar", "grade": "A"},
]
FOR_BO: list[Mapping[str, Any]] = [
    {"grade": "B"},
    {"score_max": "60"},
    {"source": "Fair, autumn & co"},
    {"industry": "Retail"},
    {"country": "Côte d’Ivoire"},
    {"size": "1-10"},
    {"interest": "Reports"},
    {"campaign": "autumn"},
    {"sla": "touched"},
    {"age": "older"},
    {"age": ["older", "month"]},
]


@pytest.mark.parametrize("query", FOR_ADA)
def test_a_filter_lists_whom_it_is_for(
    page: Client, ada_and_bo: tuple[Mql, Mql], query: Mapping[str, Any]
) -> None:
    assert names(page.get("/inbox/", {"queue": "all", **query}).content) == ["Ada"]


@pytest.mark.parametrize("query", FOR_BO)
def test_a_filter_leaves_others_out(
    page: Client, ada_and_bo: tuple[Mql, Mql], query: Mapping[str, Any]
) -> None:
    assert names(page.get("/inbox/", {"queue": "all", **query}).content) == ["Bo"]


def test_filters_must_all_hold(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    query = {"queue": "all", "source": "Webinar", "industry": "Retail"}

    assert names(page.get("/inbox/", query).content) == []


def test_an_owner_is_filtered_by(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    owner = ada_and_bo[1].owner_id

    response = page.get("/inbox/", {"queue": "all", "owner": owner})

    assert names(response.content) == ["Bo"]
    assert "Olga" in text_of(response)


@pytest.mark.parametrize(("minutes", "state"), [(-1, "breached"), (30, "soon"), (90, "in_time")])
def test_the_sla_stands_in_one_state(
    page: Client, ada_and_bo: tuple[Mql, Mql], minutes: int, state: str
) -> None:
    Mql.objects.filter(pk=ada_and_bo[0].pk).update(due_at=timezone.now() + timedelta(minutes=minutes))

    found = [
        each
        for each in ("breached", "soon", "in_time", "touched")
        if names(page.get("/inbox/", {"sla": each}).content)
    ]

    assert found == [state]


def test_a_segment_is_filtered_by_its_conditions(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    segment = Segment.objects.create(name="Larger ones")
    SegmentCondition.objects.create(segment=segment, field="company.employees", op=Op.GTE, value=100)

    response = page.get("/inbox/", {"queue": "all", "segment": segment.pk})

    assert names(response.content) == ["Ada"]
    assert "Larger ones" in text_of(response)


def test_a_segment_may_ask_what_people_did_and_score(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    ada, _ = ada_and_bo
    segment = Segment.objects.create(name="Readers of prices")
    for field, op, value in (
        ("activity.subject", Op.STARTS_WITH, "/pricing"),
        ("activity.days_ago", Op.LTE, 7),
        ("score.total", Op.GTE, 80),
    ):
        segment.conditions.create(field=field, op=op, value=value)
    make_activity(ada.contact, subject="/pricing/eu", days_ago=2, at=timezone.now())

    assert names(page.get("/inbox/", {"queue": "all", "segment": segment.pk}).content) == ["Ada"]


def test_a_segment_without_conditions_or_that_is_gone_lists_nobody(
    page: Client, ada_and_bo: tuple[Mql, Mql]
) -> None:
    empty = Segment.objects.create(name="Empty")

    assert names(page.get("/inbox/", {"queue": "all", "segment": empty.pk}).content) == []
    assert names(page.get("/inbox/", {"queue": "all", "segment": 999999}).content) == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"grade": "Z9"}, "Grade"),
        ({"score_min": "many"}, "Score from"),
        ({"score_max": "NaN"}, "Score to"),
        ({"owner": "me"}, "Owner"),
        ({"segment": "9" * 40}, "Segment"),
        ({"sla": "late"}, "SLA"),
        ({"source": "x" * 300}, "Source"),
        ({"country": "a\x00b"}, "Country"),
        ({"age": "old"}, "Age"),
        ({"size": "huge"}, "Company size"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_said(
    page: Client, ada_and_bo: tuple[Mql, Mql], query: Mapping[str, str], named: str
) -> None:
    response = page.get("/inbox/", {"queue": "all", "source": "Webinar", **query})

    assert response.status_code == 200
    assert f"it was left out: {named}." in text_of(response)
    assert names(response.content) in (["Ada"], ["Ada", "Bo"])


@pytest.mark.parametrize(
    "query", [{"queue": "x"}, {"state": "x"}, {"sort": "x"}, {"after": "x"}, {"q": "\x00"}]
)
def test_words_that_are_not_known_count_as_not_said(
    page: Client, ada_and_bo: tuple[Mql, Mql], query: Mapping[str, str]
) -> None:
    assert names(page.get("/inbox/", query).content) == ["Ada"]


def test_each_filter_is_a_chip_that_takes_itself_off(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    query = {"queue": "all", "grade": ["A1", "B"], "source": "Fair, autumn & co"}

    content = page.get("/inbox/", query).content.decode()

    source = "source=Fair%2C+autumn+%26+co"
    assert f'href="/inbox/?queue=all&amp;grade=B&amp;{source}"' in content
    assert f'href="/inbox/?queue=all&amp;grade=A1&amp;{source}"' in content
    assert 'href="/inbox/?queue=all&amp;grade=A1&amp;grade=B"' in content
    assert 'class="chip-clear" href="/inbox/?queue=all"' in content


def test_rows_search_and_tabs_keep_the_filters(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    query = {"queue": "all", "source": "Webinar", "sort": "score", "state": "open", "q": "ada"}

    content = page.get("/inbox/", query).content.decode()

    kept = "queue=all&amp;sort=score&amp;q=ada&amp;source=Webinar"
    assert f'href="/inbox/{ada_and_bo[0].pk}/?{kept}"' in content
    assert '<input type="hidden" name="source" value="Webinar">' in content
    assert "/inbox/?queue=mine&amp;sort=score&amp;q=ada&amp;source=Webinar" in content
    assert "/inbox/?queue=all&amp;sort=score&amp;q=ada&amp;source=Webinar&amp;state=closed" in content


# States


def make_mqls(*first_names: str) -> list[Mql]:
    for name in first_names:
        make_qualifying(first_name=name)
    drain(at=NOW)
    found = {mql.contact.first_name: mql for mql in Mql.objects.select_related("contact", "owner")}
    return [found[name] for name in first_names]


def test_accepted_and_closed_are_lists_of_their_own(page: Client, sdr: User, nobody: None) -> None:
    accepted, closed, new = make_mqls("Accepted", "Closed", "New")
    accept(accepted, by=sdr, at=timezone.now())
    Mql.objects.filter(pk=closed.pk).update(closed_at=timezone.now(), verdict="qualified", closed_by=sdr)

    response = page.get("/inbox/?state=accepted")

    assert new.owner == sdr
    assert names(response.content) == ["Accepted"]
    assert "Open 2 Accepted 1" in text_of(response)
    assert names(page.get("/inbox/?state=closed").content) == ["Closed"]
    assert "Order: last closed" in text_of(page.get("/inbox/?state=closed"))
    assert "Qualified (SQL)" in text_of(page.get("/inbox/?state=closed"))
    assert sorted(names(page.get("/inbox/").content)) == ["Accepted", "New"]


def test_what_waits_on_me_today_is_what_is_due_or_has_a_task_of_mine(
    page: Client, sdr: User, nobody: None
) -> None:
    now = timezone.now()
    overdue, tomorrow, called, others = make_mqls("Overdue", "Tomorrow", "Called", "Others")
    Mql.objects.filter(pk=overdue.pk).update(due_at=now - DAY)
    Mql.objects.filter(pk__in=[tomorrow.pk, called.pk, others.pk]).update(due_at=now + 2 * DAY)
    for mql in (tomorrow, called, others):
        mql.tasks.update(due_at=now + 2 * DAY)
    mate = make_rep("mate").user
    add_task(called.contact, title="Call back", due_at=now, by=sdr, at=now)
    add_task(others.contact, title="Call back", due_at=now, by=mate, at=now)

    response = page.get("/inbox/?state=today")

    assert sorted(names(response.content)) == ["Called", "Overdue"]
    assert "Waiting on me today 2" in text_of(response)
    assert "Call back" in text_of(response)


# The form that filters


def test_the_form_offers_what_open_mqls_really_have_with_their_numbers(
    sdr: User, ada_and_bo: tuple[Mql, Mql]
) -> None:
    make_mql(source="Webinar")

    offered = {group.name: [(each.value, each.size) for each in group.options] for group in groups(sdr, {})}

    assert offered["source"] == [("Fair, autumn & co", 1), ("Webinar", 2)]
    assert offered["interest"] == [("Reports", 1), ("Routing", 1), ("Scoring", 1)]
    assert offered["industry"] == [("Retail", 1), ("Software", 1)]
    assert ("A1", None) in offered["grade"]


def test_the_form_offers_nothing_of_mqls_that_one_does_not_see(
    sdr: User, ada_and_bo: tuple[Mql, Mql]
) -> None:
    assert "source" in {group.name for group in groups(sdr, {})}
    Mql.objects.update(owner=make_rep("far", team=make_team("Far away")).user)

    assert "source" not in {group.name for group in groups(sdr, {})}


def test_what_is_chosen_is_checked_and_offered_even_if_nobody_has_it(
    page: Client, ada_and_bo: tuple[Mql, Mql]
) -> None:
    response = page.get("/inbox/filters/", {"queue": "all", "source": "Gone", "q": "ada"})

    content = " ".join(response.content.decode().split())
    assert '<input type="checkbox" name="source" value="Gone" checked>' in content
    assert '<input type="hidden" name="q" value="ada">' in content


def test_the_form_is_a_page_and_a_dialog(page: Client, ada_and_bo: tuple[Mql, Mql]) -> None:
    assert b"<html" in page.get("/inbox/filters/").content
    assert b"<html" not in page.get("/inbox/filters/", **htmx("dialog")).content


@pytest.mark.parametrize(
    "query",
    ["?queue=all", "?queue=all&state=today", "?queue=team&source=Webinar&industry=x&q=ada&sort=company"],
)
def test_the_number_of_queries_stays_within_twelve(page: Client, nobody: None, query: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page.get(f"/inbox/{query}")
        return len(captured)

    for number in range(3):
        make_qualifying(first_name="Ada", source="Webinar", utm_campaign=f"c{number}")
    drain(at=NOW)
    # What is searched for is folded by the database once and then known.
    page.get(f"/inbox/{query}")
    few = queries()
    make_qualifying_people(12, first_name="Ada", source="Webinar")
    drain(at=NOW)
    many = queries()

    assert few == many <= 12
    assert Mql.objects.count() == 15
