"""Publications planned for later: kept until they are due, checked anew then, and told of where they are refused."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from crm.errors import Conflict, FieldError, HandoffError, Invalid
from crm.models import User
from scoring.flood_guard import fitting
from scoring.models import Opening, Publication, ScoringVersion
from scoring.preview import who_opens
from scoring.publish import Pace, go_live, hold_draft, refuse_unseen, refuse_unsound
from scoring.seen import seen_version
from scoring.signals import publication_refused
from scoring.versions import spec_of

logger = logging.getLogger(__name__)


@transaction.atomic
def plan(
    version: ScoringVersion,
    *,
    due_at: datetime,
    by: User | None,
    at: datetime,
    pace: Pace,
    why: str = "",
    expected: int | None = None,
    seen: str = "",
) -> Publication:
    """Have a draft published at `due_at`, as it is now: edited later, it is refused. One that was planned is moved.

    `expected` and `seen` as in `scoring.publish.publish`. Raises Conflict where it is no draft or not what was seen,
    Invalid where it could not be published now, or `due_at` is not to come.
    """
    draft = hold_draft(version)
    refuse_unseen(draft, seen)
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
            "planned_as": seen_version(draft),
            "expected": expected,
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
    try:
        with transaction.atomic():
            _publish_as_planned(publication, at)
    except HandoffError as error:
        logger.warning("publication refused version=%s", publication.version.number)
        planned.filter(pk=pk).update(state=Publication.State.FAILED, failure=error.in_words)
        publication_refused.send(publish_due, publication_id=pk, at=at)
        return False
    return True


def _publish_as_planned(publication: Publication, at: datetime) -> None:
    """Raises Conflict where the draft was edited since: whoever may only edit does not decide what goes live."""
    # Counted before anything is held: among a million contacts it takes a while.
    pace = Pace.of(publication)
    if pace.opening == Opening.ALL:
        opens = who_opens(spec_of(publication.version), at=at)
        pace = fitting(pace, expected=publication.expected, opens=opens)
    draft = hold_draft(publication.version)
    if seen_version(draft) != publication.planned_as:
        raise Conflict(
            FieldError(
                "", "the draft was edited after its publication was planned", "look at it, and plan it again"
            )
        )
    refuse_unsound(draft, at=at)
    publication.version = draft
    go_live(publication, by=publication.asked_by, at=at, pace=pace)
