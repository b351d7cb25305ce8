"""From draft to published to retired. Personas decide: a version that breaks one is refused."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.errors import Conflict, FieldError, Invalid
from crm.models import User
from scoring import jobs, marks
from scoring.model_check import errors_of
from scoring.models import ScoringVersion
from scoring.personas import persona_faults
from scoring.versions import spec_of, take_turns


@transaction.atomic
def publish(version: ScoringVersion, *, by: User | None, at: datetime) -> ScoringVersion:
    """Make a draft the live version, retire the one before it, and have everyone evaluated anew.

    Raises Conflict where it is no draft, Invalid where its rules have faults or a persona does not come out as it says.
    """
    take_turns()
    # Whoever still edits a part of the draft holds this row (its triggers see to that), and is waited for.
    draft = ScoringVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if draft.status != ScoringVersion.Status.DRAFT:
        raise Conflict(
            FieldError(
                "status",
                f"version {draft.number} is {draft.get_status_display().lower()}, and only a draft is published",
                "make a draft from it, and publish that",
            )
        )
    refuse_unsound(draft, at=at)
    live = ScoringVersion.objects.filter(status=ScoringVersion.Status.PUBLISHED)
    live.update(status=ScoringVersion.Status.RETIRED, retired_at=at)
    ScoringVersion.objects.filter(pk=draft.pk).update(
        status=ScoringVersion.Status.PUBLISHED, published_at=at, published_by=by
    )
    marks.mark_everyone(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
    draft.refresh_from_db()
    return draft


def refuse_unsound(version: ScoringVersion, *, at: datetime) -> None:
    """Raise Invalid with all that keeps `version` from being published."""
    spec = spec_of(version)
    errors = errors_of(spec) or [FieldError("", f.problem, f.mend) for f in persona_faults(spec, at=at)]
    if errors:
        raise Invalid(*errors)
