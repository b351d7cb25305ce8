"""How far a version that went live has come: who is still to be evaluated under it, and who is held back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from scoring.everyone import still_to_mark
from scoring.models import Pending, Publication
from scoring.signals import everyone_evaluated

Waiting = Callable[[Publication], int]

_counts: list[Waiting] = []


def register_waiting(count: Waiting) -> None:
    """Let the room above say how many are held back since a publication: MQLs are its own, and imports run downward."""
    if count not in _counts:
        _counts.append(count)


def held_back(publication: Publication) -> int:
    """How many wait for their turn, or until they engage anew."""
    return sum(count(publication) for count in _counts)


def still_to_evaluate() -> int:
    """How many are still to be evaluated because everyone is."""
    waiting = Pending.objects.filter(bulk=True, attempts=0).count()
    return waiting + (still_to_mark() or 0)


def note_swept(*, at: datetime) -> bool:
    """Note it on the publication by which the live version is live, and tell the room above. Returns whether it is new.

    Whoever's evaluation failed is not waited for: their mark stays, with its error.
    """
    current = Publication.objects.current()
    if current is None or current.swept_at:
        return False
    if still_to_mark() is not None or Pending.objects.filter(bulk=True, attempts=0).exists():
        return False
    if not Publication.objects.filter(pk=current.pk, swept_at=None).update(swept_at=at):
        return False
    everyone_evaluated.send(note_swept, publication_id=current.pk, at=at)
    return True
