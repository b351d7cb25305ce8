"""The orders of the inbox, each as columns that a page's cursor remembers.

What presses depends on the time. A list that began at a moment goes on as of that moment, or else rows would move
between one page and the next: its cursors carry it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Lower

from leads import keyset
from leads.keyset import Column
from leads.models import Mql
from leads.models.mql import MqlQuerySet
from leads.queues import State

PRESSING = timedelta(hours=1)
"""How long before its deadline an MQL goes before all others."""


class Sort(models.TextChoices):
    URGENCY = "urgency", "Most urgent"
    SCORE = "score", "Best score"
    NEWEST = "newest", "Newest"
    AGE = "age", "Oldest"
    COMPANY = "company", "Company"


class Section(models.IntegerChoices):
    """The parts of the list by urgency, in their order."""

    PRESSING = 0, "Overdue or due within the hour"
    UNTOUCHED = 1, "Waiting for a first touch"
    TOUCHED = 2, "In progress"


BEST = (
    Column("grade"),
    Column("total", descending=True),
    Column("signal_at", descending=True, nulls="last"),
    Column("pk", descending=True),
)
COLUMNS: dict[Sort, tuple[Column, ...]] = {
    Sort.URGENCY: (Column("section"), Column("pressing_at", nulls="last"), *BEST),
    Sort.SCORE: (
        Column("total", descending=True),
        Column("opened_at", descending=True),
        Column("pk", descending=True),
    ),
    Sort.NEWEST: (Column("opened_at", descending=True), Column("pk", descending=True)),
    Sort.AGE: (Column("opened_at"), Column("pk")),
    Sort.COMPANY: (Column("company_name", nulls="last"), *BEST),
}
LAST_CLOSED = (Column("closed_at", descending=True), Column("pk", descending=True))

EXPLAINED: dict[Sort, str] = {
    Sort.URGENCY: "what is overdue or due within the hour, by its deadline; then by grade, score and newest buying "
    "signal; what somebody has touched comes last",
    Sort.SCORE: "the best score first",
    Sort.NEWEST: "the newest MQL first",
    Sort.AGE: "the oldest MQL first",
    Sort.COMPANY: "by the company’s name; within it by grade, score and newest buying signal",
}
EXPLAINED_CLOSED = "the last closed first"
CLOSED_LABEL = "Last closed"


def columns_of(sort: Sort, state: State) -> tuple[Column, ...]:
    """Nothing presses any more once it is closed: then the most urgent is what was closed last."""
    return LAST_CLOSED if state == State.CLOSED and sort == Sort.URGENCY else COLUMNS[sort]


def explained(sort: Sort, state: State) -> str:
    """The order in words."""
    return EXPLAINED_CLOSED if state == State.CLOSED and sort == Sort.URGENCY else EXPLAINED[sort]


def with_columns(mqls: MqlQuerySet, columns: Sequence[Column], *, at: datetime) -> MqlQuerySet:
    """`mqls` with those of `columns` that are no columns of theirs."""
    names = {column.name for column in columns}
    if "section" in names:
        pressing = Q(first_touched_at=None, due_at__lte=at + PRESSING)
        mqls = mqls.annotate(
            section=Case(
                When(pressing, then=Value(Section.PRESSING.value)),
                When(first_touched_at=None, then=Value(Section.UNTOUCHED.value)),
                default=Value(Section.TOUCHED.value),
                output_field=IntegerField(),
            ),
            pressing_at=Case(When(pressing, then=F("due_at")), default=None),
        )
    return mqls.annotate(company_name=Lower("contact__company__name")) if "company_name" in names else mqls


def page(
    mqls: MqlQuerySet, shown_as: MqlQuerySet, sort: Sort, state: State, *, after: str, size: int, at: datetime
) -> keyset.Page[Mql]:
    """The `size` MQLs that follow the cursor `after`, as of when that list began, or `at` where this begins one.

    `shown_as`: MQLs with what is shown of other tables.
    """
    columns = columns_of(sort, state)
    begun, _, cursor = after.partition("-")
    # A cursor has room for whole seconds: every page of a list is as of the same moment.
    since = _moment(begun) or at.replace(microsecond=0)
    ordered, shown = (with_columns(rows, columns, at=since) for rows in (mqls, shown_as))
    found = keyset.page(ordered, columns, after=cursor, size=size, shown_as=shown)
    following = f"{int(since.timestamp())}-{found.next}" if found.next else ""
    return keyset.Page(found.rows, found.seen, following)


def _moment(text: str) -> datetime | None:
    """Whole seconds since 1970, as the first part of a cursor has them. None where it is no such cursor."""
    return (
        datetime.fromtimestamp(int(text), UTC)
        if text.isascii() and text.isdigit() and len(text) < 12
        else None
    )
