"""Publications planned for later: kept until they are due, checked anew then, and told of where they are refused."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from crm.errors import Conflict, FieldError, HandoffError, Invalid
from crm.models import User
from scoring.models import Publication, ScoringVersion
from scoring.publish import Pace, hold_draft, publish, refuse_unsound
from scoring.signals import publication_refused

logger = logging.getLogger(__name__)


@transaction.atomic
def plan(
    version: ScoringVersion, *, due_at: datetime, by: User | None, at: datetime, pace: Pace, why: str = ""
) -> Publication:
    """Have a draft published at `due_at`. One that is planned already is moved.

    Raises Conflict where it is no draft, Invalid where it could not be published now, or `due_at` is not to come.
    """
    draft = hold_draft(version)
    if due_at <= at:
        raise Invalid(FieldError("due_at", "is not in the future", "choose a later time, or publish now"))
    pace.check()
    refuse_unsound(draft, at=at)
    publication, _ = Publication.objects.update_or_create(
        version=draft,
        state=Publication.State.PLANNED,
        defaults={
            "due_at": due_at,
            "asked_by": by,
            "asked_at": at,
            "why": why,
            "opening": pace.opening,
            "open_now": pace.now,
            "open_per_day": pace.per_day,
        },
    )
    return publication


def cancel_plan(publication: Publication) -> None:
    """Leave the version a draft. Raises Conflict where it was published, refused or cancelled by now."""
    planned = Publication.objects.planned().filter(pk=publication.pk)
    if not planned.update(state=Publication.State.CANCELLED):
        raise Conflict(
            FieldError("", "this publication is no longer planned", "see the version for what became of it")
        )


def publish_due(*, at: datetime) -> int:
    """Publish what is due, the earliest first. Returns how many went live. Safe twice: each is held meanwhile."""
    ids = list(Publication.objects.due(at=at).order_by("due_at", "pk").values_list("pk", flat=True))
    return sum(_publish_one(pk, at) for pk in ids)


@transaction.atomic
def _publish_one(pk: int, at: datetime) -> bool:
    planned = Publication.objects.planned().select_for_update(of=("self",), no_key=True, skip_locked=True)
    publication = planned.select_related("version", "asked_by").filter(pk=pk).first()
    if publication is None:
        return False
    pace = Pace.of(publication)
    try:
        with transaction.atomic():
            publish(publication.version, by=publication.asked_by, at=at, why=publication.why, pace=pace)
    except HandoffError as error:
        logger.warning("publication refused version=%s", publication.version.number)
        planned.filter(pk=pk).update(state=Publication.State.FAILED, failure=error.in_words)
        publication_refused.send(publish_due, publication_id=pk, at=at)
        return False
    return True
