"""Pages by the last row seen: nothing is left out and nothing shown twice, whatever the order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from leads.keyset import Column, page
from leads.models import Mql
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import NOW, make_qualifying_people

pytestmark = pytest.mark.django_db

URGENCY = (
    Column("first_touched_at", nulls="first"),
    Column("due_at", nulls="last"),
    Column("total", descending=True),
    Column("pk", descending=True),
)


@pytest.fixture
def mqls(small_model: ScoringVersion) -> QuerySet[Mql]:
    """MQLs with every mix of touched and untouched, with and without a deadline, of the same and other scores."""
    make_qualifying_people(12)
    drain(at=NOW)
    for number, mql in enumerate(Mql.objects.order_by("pk")):
        touched = [None, NOW, NOW + timedelta(microseconds=1)][number % 3]
        due = [None, NOW][number % 2]
        Mql.objects.filter(pk=mql.pk).update(
            first_touched_at=touched, due_at=due, fit=30 - number // 6, total=80 - number // 6
        )
    return Mql.objects.all()


@pytest.mark.parametrize("size", [1, 2, 5, 12, 50])
def test_pages_one_after_the_other_are_the_whole_list_in_order(mqls: QuerySet[Mql], size: int) -> None:
    found, after = [], ""
    for _ in range(20):
        shown = page(mqls, URGENCY, after=after, size=size)
        found += shown.rows
        after = shown.next
        if not after:
            break

    assert found == list(mqls.order_by(*(column.order_by() for column in URGENCY)))


def test_a_page_is_joined_to_what_it_shows_once_it_is_chosen(
    mqls: QuerySet[Mql], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown_as = Mql.objects.select_related("contact")

    with django_assert_num_queries(1):
        first = page(mqls, URGENCY, after="", size=5, shown_as=shown_as)
        assert all(mql.contact.email for mql in first.rows)

    assert first == page(mqls, URGENCY, after="", size=5)


@pytest.mark.parametrize(
    "order",
    [
        (Column("due_at", nulls="first"), Column("pk")),
        (Column("due_at", descending=True, nulls="last"), Column("pk", descending=True)),
        (Column("total"), Column("pk", descending=True)),
    ],
)
def test_every_order_is_paged_through(mqls: QuerySet[Mql], order: tuple[Column, ...]) -> None:
    first = page(mqls, order, after="", size=5)
    second = page(mqls, order, after=first.next, size=5)
    third = page(mqls, order, after=second.next, size=5)

    assert [*first.rows, *second.rows, *third.rows] == list(mqls.order_by(*(c.order_by() for c in order)))
    assert third.next == ""


def test_a_row_that_left_the_list_does_not_lose_the_place(mqls: QuerySet[Mql]) -> None:
    order = (Column("pk"),)
    first = page(mqls, order, after="", size=4)
    rest = list(mqls.order_by("pk")[4:])
    Mql.objects.filter(pk=first.rows[-1].pk).delete()

    assert page(mqls, order, after=first.next, size=50).rows == rest


def test_the_first_page_was_preceded_by_nothing(mqls: QuerySet[Mql]) -> None:
    first = page(mqls, URGENCY, after="", size=5)
    second = page(mqls, URGENCY, after=first.next, size=5)

    assert first.seen == []
    assert len(second.seen) == len(URGENCY)


@pytest.mark.parametrize("after", ["x", "äöü", "WyJhIl0:1a:b", "\x00"])
def test_a_cursor_that_is_not_ours_starts_over(mqls: QuerySet[Mql], after: str) -> None:
    assert page(mqls, URGENCY, after=after, size=5).rows == page(mqls, URGENCY, after="", size=5).rows


def test_a_cursor_of_another_order_starts_over(mqls: QuerySet[Mql]) -> None:
    by_score = (Column("total"), Column("pk"))
    after = page(mqls, by_score, after="", size=5).next

    assert page(mqls, (Column("pk"),), after=after, size=5).seen == []
