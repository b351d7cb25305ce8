"""Whether everyone who was there when a version went live has been evaluated under it."""

from __future__ import annotations

from datetime import datetime

from scoring.models import Pending, Publication
from scoring.signals import everyone_evaluated


def note_swept(*, at: datetime) -> bool:
    """Note it on the publication by which the live version is live, and tell the room above. Returns whether it is new.

    Whoever's evaluation failed is not waited for: their mark stays, with its error.
    """
    current = Publication.objects.current()
    if current is None or current.swept_at or current.done_at is None:
        return False
    if Pending.objects.filter(bulk=True, attempts=0, marked_at__lte=current.done_at).exists():
        return False
    if not Publication.objects.filter(pk=current.pk, swept_at=None).update(swept_at=at):
        return False
    everyone_evaluated.send(note_swept, publication_id=current.pk, at=at)
    return True
