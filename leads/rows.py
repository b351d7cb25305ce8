"""What a row of the inbox shows besides the MQL: read for a whole page at a time, in three queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zlib import crc32

from django.db.models import F, OuterRef, Subquery

from crm.models import User
from leads.models import Mql, Task
from leads.orders import Section
from scoring.models import Score, ScoreChange

MOVED_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Movement:
    """How a contact's score went in the last seven days: by how much, and to what."""

    by: Decimal
    to: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One MQL in the list. `heading` stands above it where a section begins, and is empty otherwise."""

    mql: Mql
    heading: str
    movement: Movement | None
    task: Task | None

    @property
    def updated(self) -> str:
        """Different whenever the row shows something else, so that a page can tell whether to replace it."""
        mql, task = self.mql, self.task
        shown = (
            mql.owner_id, mql.grade, mql.total, mql.due_at, mql.first_touched_at, mql.accepted_at, mql.closed_at,
            mql.below_since, mql.search, self.movement, task and (task.pk, task.title, task.due_at),
        )  # fmt: skip
        return f"{crc32(repr(shown).encode()):08x}"


def rows_of(mqls: Sequence[Mql], headings: Sequence[str], user: User, *, at: datetime) -> list[Row]:
    """The rows of a page, each with the heading at its place."""
    contacts = [mql.contact_id for mql in mqls]
    moved = _movements(contacts, since=at - MOVED_SINCE)
    tasks = _next_tasks(contacts, user)
    return [
        Row(mql, heading, moved.get(mql.contact_id), None if mql.closed_at else tasks.get(mql.contact_id))
        for mql, heading in zip(mqls, headings, strict=True)
    ]


def headings(mqls: Sequence[Mql], before: str | None) -> list[str]:
    """Above each of `mqls`, which are in the order of urgency, the name of the section that begins there, if any.

    `before` is the section of the row before them, as a cursor has it.
    """
    found = []
    last = None if before is None else int(before)
    for mql in mqls:
        section: int = vars(mql)["section"]
        found.append("" if section == last else str(Section(section).label))
        last = section
    return found


def _movements(contacts: Sequence[int], *, since: datetime) -> dict[int, Movement]:
    """By contact: how their score moved. Those whose score did not are not named."""
    changes = ScoreChange.objects.filter(contact=OuterRef("contact"), at__gt=since).order_by("at", "pk")
    before = changes.values(before=F("fit_from") + F("engagement_from"))[:1]
    scores = Score.objects.filter(contact__in=contacts).annotate(before=Subquery(before)).order_by()
    return {
        contact: Movement(total - began, total)
        for contact, total, began in scores.values_list("contact", "total", "before")
        if began is not None and total != began
    }


def _next_tasks(contacts: Sequence[int], user: User) -> dict[int, Task]:
    """By contact: what is to be done next, save the first touch, whose deadline is the SLA that a row shows anyway."""
    open_ones = Task.objects.open().visible_to(user).filter(contact__in=contacts)
    found = open_ones.exclude(kind=Task.Kind.FIRST_TOUCH).order_by("contact_id", "due_at", "pk")
    return {task.contact_id: task for task in found.distinct("contact_id")}
