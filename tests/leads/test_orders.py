"""The orders of the inbox: what comes first, and that every page of every order shows every MQL once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from leads import orders
from leads.models import Mql
from leads.orders import Section, Sort
from leads.queues import State
from leads.rows import headings
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_company,
    make_qualifying,
    make_qualifying_people,
    make_rep,
    publish_small_model,
)
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Ten MQLs of people at companies and at none."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("sdr")
        make_company("acme.example", name="acme")
        make_company("zeta.example", name="Zeta")
        for number in range(3):
            make_qualifying(f"a{number}@acme.example")
            make_qualifying(f"z{number}@zeta.example")
        make_qualifying_people(4)
        drain(at=NOW)
        yield


@pytest.fixture
def ten(world: None, db: None) -> list[int]:
    """Their ids."""
    return list(Mql.objects.order_by("pk").values_list("pk", flat=True))


def listed(sort: Sort, *, state: State = State.OPEN, size: int = 100, at: datetime = NOW) -> list[Mql]:
    """All of a list, a page of `size` at a time."""
    found: list[Mql] = []
    after = ""
    for _ in range(50):
        page = orders.page(Mql.objects.all(), Mql.objects.all(), sort, state, after=after, size=size, at=at)
        found += page.rows
        after = page.next
        if not after:
            return found
    raise AssertionError("the list does not end")


def change(pk: int, **columns: object) -> None:
    Mql.objects.filter(pk=pk).update(**columns)


def test_what_is_about_to_breach_comes_first_then_grade_score_and_newest_signal(ten: list[int]) -> None:
    late, soon, b1_high, b1_new, b1_old, c1, touched, *rest = ten
    Mql.objects.filter(pk__in=rest).delete()
    later = {"due_at": NOW + 5 * HOUR, "fit": 10}
    change(late, due_at=NOW - HOUR, grade="D4", fit=1, engagement=1, total=2)
    change(soon, due_at=NOW + HOUR, grade="D4", fit=1, engagement=1, total=2)
    change(b1_high, **later, grade="B1", engagement=80, total=90)
    change(b1_new, **later, grade="B1", engagement=60, total=70, signal_at=NOW)
    change(b1_old, **later, grade="B1", engagement=60, total=70, signal_at=NOW - HOUR)
    change(c1, **later, grade="C1", engagement=89, total=99)
    change(touched, grade="A1", due_at=NOW - HOUR, first_touched_at=NOW - 2 * HOUR)

    found = listed(Sort.URGENCY)

    assert [mql.pk for mql in found] == [late, soon, b1_high, b1_new, b1_old, c1, touched]
    assert headings(found, None) == [
        Section.PRESSING.label, "", Section.UNTOUCHED.label, "", "", "", Section.TOUCHED.label,
    ]  # fmt: skip
    assert headings(found[1:2], before="0") == [""]


def test_a_list_goes_on_as_of_the_moment_it_began(ten: list[int]) -> None:
    for number, pk in enumerate(ten):
        change(pk, due_at=NOW + number * HOUR)
    everything = Mql.objects.all()
    first = orders.page(everything, everything, Sort.URGENCY, State.OPEN, after="", size=5, at=NOW)

    later = NOW + 4 * HOUR
    second = orders.page(everything, everything, Sort.URGENCY, State.OPEN, after=first.next, size=5, at=later)

    assert sorted(mql.pk for mql in [*first.rows, *second.rows]) == ten


def test_what_was_closed_last_comes_first_among_the_closed(ten: list[int]) -> None:
    for number, pk in enumerate(ten):
        change(pk, closed_at=NOW + number * HOUR, verdict="qualified")

    assert [mql.pk for mql in listed(Sort.URGENCY, state=State.CLOSED, size=3)] == ten[::-1]


def test_companies_come_by_name_whatever_its_case_and_those_without_last(ten: list[int]) -> None:
    names = [str(mql.contact.company or "") for mql in listed(Sort.COMPANY, size=4)]

    assert names == ["acme"] * 3 + ["Zeta"] * 3 + [""] * 4


@pytest.mark.parametrize("after", ["x", "1772442000-x", "-", "99999999999999999-x", "²-x", "1772442000"])
def test_a_cursor_that_is_none_starts_over(ten: list[int], after: str) -> None:
    everything = Mql.objects.all()

    page = orders.page(everything, everything, Sort.URGENCY, State.OPEN, after=after, size=50, at=NOW)

    assert len(page.rows) == 10


moments = st.none() | st.integers(-3, 3).map(lambda hours: NOW + hours * HOUR)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(
        st.tuples(moments, moments, moments, st.integers(0, 2), st.sampled_from(["A1", "B2"])),
        min_size=10,
        max_size=10,
    ),
    sort=st.sampled_from(list(Sort)),
    size=st.integers(1, 11),
)
def test_no_row_is_skipped_or_repeated_in_any_order(
    ten: list[int],
    drawn: list[tuple[datetime | None, datetime | None, datetime | None, int, str]],
    sort: Sort,
    size: int,
) -> None:
    columns = ("first_touched_at", "due_at", "signal_at", "total", "grade")
    Mql.objects.bulk_update(
        [
            Mql(pk=pk, **dict(zip(columns, values, strict=True)))
            for pk, values in zip(ten, drawn, strict=True)
        ],
        columns,
    )

    found = [mql.pk for mql in listed(sort, size=size)]

    assert sorted(found) == ten
    assert found == [mql.pk for mql in listed(sort, size=100)]
