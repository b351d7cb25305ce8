"""What users did to MQLs, each with what stood before, so that it can be taken back within a minute.

`leads.verdict` notes it, `leads.undo` takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from crm.models import Contact, StageChange, User
from leads.models import Assignment, ComeBack, Enrolment, Mql, MqlAction, Task

TIME_TO_UNDO = timedelta(minutes=1)
KEPT = timedelta(days=1)
"""How long what stood before is kept: nobody can take it back any more, and it may hold what was noted of a person."""

DECIDED = (
    "owner_id", "first_touched_at", "accepted_at", "accepted_by_id", "closed_at", "closed_by_id", "verdict",
)  # fmt: skip
"""Columns of an MQL that say how it stands."""
COLUMNS = (
    *DECIDED, "routed_because", "reason", "note", "budget", "authority", "need", "timeline", "due_at", "sla_minutes",
    "sla_started_at", "remind_at", "breach_at", "reassign_at",
)  # fmt: skip
"""Columns of an MQL that accepting, closing and handing it on may change."""
OF_CONTACT = ("stage", "stage_changed_at", "recycled_at")


@dataclass(frozen=True, slots=True)
class Standing:
    """An MQL and what hangs on it, as they stand at a moment. `tasks` are the open ones, as (id, assignee, due)."""

    mql: dict[str, Any]
    contact: dict[str, Any]
    tasks: list[tuple[int, int | None, str]]
    enrolment: int | None
    newest: dict[str, int]
    """The newest stage change and hand-over: what comes later was brought about by what follows."""


def standing(mql: Mql, contact: Contact) -> Standing:
    """How `mql` stands, whose row and whose contact's are locked and loaded."""
    tasks = Task.objects.open().filter(mql=mql).order_by("pk")
    return Standing(
        mql=_plain(mql, COLUMNS),
        contact=_plain(contact, OF_CONTACT),
        tasks=[
            (pk, assignee, due.isoformat())
            for pk, assignee, due in tasks.values_list("pk", "assignee", "due_at")
        ],
        enrolment=Enrolment.objects.open().filter(mql=mql).values_list("pk", flat=True).first(),
        newest={
            "move": _newest(StageChange.objects.filter(contact=contact)),
            "assignment": _newest(Assignment.objects.filter(mql=mql)),
        },
    )


def note(kind: MqlAction.Kind, mql: Mql, before: Standing, *, by: User | None, at: datetime) -> MqlAction:
    """Keep that `by`, or the plan, did this to `mql`, as it is by now, and what stood `before`."""
    moves = StageChange.objects.filter(contact=mql.contact_id, pk__gt=before.newest["move"])
    given = Assignment.objects.filter(mql=mql, pk__gt=before.newest["assignment"])
    waits = ComeBack.objects.filter(mql=mql)
    kept = {
        "mql": before.mql,
        "contact": before.contact,
        "tasks": before.tasks,
        "enrolment": before.enrolment,
        "after": _plain(mql, DECIDED),
        "move": _first(moves),
        "assignment": _first(given),
        "come_back": _first(waits),
    }
    return MqlAction.objects.create(mql=mql, kind=kind, by=by, at=at, before=kept)


def undoable(user: User, *, at: datetime) -> QuerySet[MqlAction]:
    """What `user` did within the last minute and has not taken back, the latest first."""
    return MqlAction.objects.filter(by=user, undone_at=None, at__gt=at - TIME_TO_UNDO)


def just_done(mql: Mql, user: User, *, at: datetime) -> MqlAction | None:
    """The latest thing done to `mql`, where `user` did it and may still take it back."""
    latest = MqlAction.objects.filter(mql=mql, undone_at=None).first()
    return latest if latest and latest.by_id == user.pk and latest.at > at - TIME_TO_UNDO else None


def forget(*, at: datetime) -> int:
    """Delete what can be taken back no more, a day after. Returns how many there were."""
    return MqlAction.objects.filter(at__lt=at - KEPT).delete()[0]


def stands_as(mql: Mql, kept: Mapping[str, Any]) -> bool:
    """Whether `mql` still stands as it did after an action."""
    return _plain(mql, tuple(kept)) == dict(kept)


def restored(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they were kept, moments being moments again."""
    return {
        name: parse_datetime(value) if value and name.endswith("_at") else value
        for name, value in kept.items()
    }


def _plain(row: Mql | Contact, columns: tuple[str, ...]) -> dict[str, Any]:
    """Columns in what JSON knows. Moments keep their microseconds, which Django's own encoder drops."""
    values = ((name, getattr(row, name)) for name in columns)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}


def _newest(rows: QuerySet[Any]) -> int:
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _first(rows: QuerySet[Any]) -> int | None:
    return rows.order_by("pk").values_list("pk", flat=True).first()
