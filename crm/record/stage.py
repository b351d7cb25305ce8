"""Moves through the lifecycle, each kept with when, who and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from crm.errors import Conflict, FieldError
from crm.models import Contact, Stage, StageChange, User
from crm.signals import facts_changed
from crm.stages import may_follow

UNDONE = "Undone"
"""The reason of a move that takes back the one before it."""


def refusal(current: str, wanted: str) -> FieldError | None:
    """Why a contact at `current` may not be moved to `wanted`, or None where it may."""
    if current == wanted or may_follow(current, wanted):
        return None
    return FieldError(
        "stage",
        f"a contact at {Stage(current).label} cannot be moved to {Stage(wanted).label}",
        "stages only move forward, or out to Nurture or Disqualified",
    )


@transaction.atomic
def move_stage(
    contact_ids: Sequence[int], stage: Stage | str, *, by: User | None, at: datetime, reason: str = ""
) -> list[int]:
    """Move contacts to `stage`. Those already there stay. Returns the ids that moved.

    Raises Conflict, and moves nobody, where one of them may not be moved there.
    """
    people = Contact.objects.filter(pk__in=contact_ids).exclude(stage=stage).order_by("pk")
    moving = list(people.select_for_update(no_key=True).values_list("pk", "stage"))
    for pk, current in moving:
        if fault := refusal(current, stage):
            raise Conflict(FieldError(fault.field, f"contact {pk}: {fault.problem}", fault.mend))
    if not moving:
        return []
    ids = [pk for pk, _ in moving]
    recycled_at = Value(at) if stage == Stage.NURTURE else F("recycled_at")
    later = Case(When(updated_at__lt=at, then=Value(at)), default=F("updated_at"))
    Contact.objects.filter(pk__in=ids).update(
        stage=stage, stage_changed_at=at, recycled_at=recycled_at, updated_at=later
    )
    StageChange.objects.bulk_create(
        [
            StageChange(contact_id=pk, from_stage=current, to_stage=stage, at=at, by=by, reason=reason[:200])
            for pk, current in moving
        ]
    )
    facts_changed.send(move_stage, contact_ids=ids, company_ids=[], at=at)
    return ids


@transaction.atomic
def take_back_move(
    move: StageChange, *, stage_changed_at: datetime, recycled_at: datetime | None, by: User, at: datetime
) -> None:
    """Undo `move`, by which `by` brought the contact where they are: stage and dates are again what they were.

    What no rule of stages allows is allowed here, as nothing has come of the move. The history keeps both. Raises
    Conflict where the contact was moved since, or by somebody else.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=move.contact_id)
    stands = (contact.stage, contact.stage_changed_at) == (move.to_stage, move.at)
    if not stands or move.by_id != by.pk or not move.from_stage:
        raise Conflict(
            FieldError("stage", "the contact was moved since, or by somebody else", "move it by hand")
        )
    Contact.objects.filter(pk=contact.pk).update(
        stage=move.from_stage,
        stage_changed_at=stage_changed_at,
        recycled_at=recycled_at,
        updated_at=max(contact.updated_at, at),
    )
    StageChange.objects.create(
        contact=contact, from_stage=move.to_stage, to_stage=move.from_stage, at=at, by=by, reason=UNDONE
    )
    facts_changed.send(take_back_move, contact_ids=[contact.pk], company_ids=[], at=at)
