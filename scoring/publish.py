"""From draft to published to retired, and back. Personas decide: a version that breaks one is refused.

Every time at which a version goes live is a `Publication`, which says who wanted it and why, and how MQLs are let open
for those who qualify by the change of rules alone. That is done by the room above, which hears `version_went_live`.
Publications planned for later are in `scoring.plan_publication`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.errors import Conflict, FieldError, Invalid
from crm.models import User
from scoring import jobs
from scoring.everyone import ask_for_everyone
from scoring.model_check import errors_of
from scoring.models import Opening, Publication, ScoringVersion
from scoring.personas import persona_faults
from scoring.signals import pace_changed, version_went_live
from scoring.spec import ModelSpec
from scoring.versions import spec_of, take_turns

Status = ScoringVersion.Status


@dataclass(frozen=True, slots=True)
class Pace:
    """How MQLs open for those who qualify by the change alone. With `PACED`, `now` of the best at once and then
    `per_day` a working day.
    """

    opening: Opening = Opening.ALL
    now: int = 0
    per_day: int = 0

    @classmethod
    def of(cls, publication: Publication) -> Pace:
        return cls(Opening(publication.opening), publication.open_now, publication.open_per_day)

    def check(self) -> None:
        """Raise Invalid where nobody would ever have their turn."""
        if self.opening == Opening.PACED and not self.per_day:
            raise Invalid(
                FieldError("open_per_day", "nobody after the first would ever open", "write 1 or more")
            )


ALL = Pace()


@transaction.atomic
def publish(
    version: ScoringVersion, *, by: User | None, at: datetime, why: str = "", pace: Pace = ALL
) -> ScoringVersion:
    """Make a draft the live version, retire the one before it, and have everyone evaluated anew.

    Raises Conflict where it is no draft, Invalid where its rules have faults or a persona does not come out as it says.
    """
    draft = hold_draft(version)
    refuse_unsound(draft, at=at)
    planned = Publication.objects.planned().filter(version=draft).first()
    _go_live(
        planned or Publication(version=draft, asked_by=by, asked_at=at, due_at=at),
        Publication.Kind.PUBLISH,
        by=by, at=at, why=why or (planned.why if planned else ""), pace=pace,
    )  # fmt: skip
    draft.refresh_from_db()
    return draft


@transaction.atomic
def roll_back(*, by: User | None, at: datetime, why: str = "", pace: Pace = ALL) -> ScoringVersion:
    """Make the version live that was live before, as it stands, and retire the live one.

    Raises Conflict where there is none before it, Invalid where it has faults by now, as without a list that it names.
    """
    take_turns()
    previous = version_before()
    if previous is None:
        raise Conflict(
            FieldError(
                "", "no version was live before this one", "make a draft of an older version and publish it"
            )
        )
    refuse_unsound(previous, at=at)
    publication = Publication(version=previous, asked_by=by, asked_at=at, due_at=at)
    _go_live(publication, Publication.Kind.ROLL_BACK, by=by, at=at, why=why, pace=pace)
    previous.refresh_from_db()
    return previous


@transaction.atomic
def change_pace(pace: Pace, *, at: datetime) -> Publication:
    """Let those who are held back since the live version went live open at another pace. Raises Conflict if none is."""
    pace.check()
    current = Publication.objects.current()
    if current is None:
        raise Conflict(FieldError("", "no version is live", "publish one"))
    Publication.objects.filter(pk=current.pk).update(
        opening=pace.opening, open_now=pace.now, open_per_day=pace.per_day
    )
    current.refresh_from_db()
    pace_changed.send(change_pace, publication_id=current.pk, at=at)
    return current


def version_before() -> ScoringVersion | None:
    """What rolling back would make live; None where nothing was live before."""
    current = Publication.objects.current()
    return current.replaced if current else None


def hold_draft(version: ScoringVersion) -> ScoringVersion:
    """`version`, held until the transaction ends. Raises Conflict where it is no draft."""
    take_turns()
    # Whoever still edits a part of the draft holds this row (its triggers see to that), and is waited for.
    draft = ScoringVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if draft.status != Status.DRAFT:
        raise Conflict(
            FieldError(
                "status",
                f"version {draft.number} is {draft.get_status_display().lower()}, and only a draft is published",
                "make a draft from it, and publish that",
            )
        )
    return draft


def refuse_unsound(version: ScoringVersion, *, at: datetime) -> None:
    """Raise Invalid with all that keeps `version` from being published."""
    if errors := obstacles(version, at=at):
        raise Invalid(*errors)


def obstacles(version: ScoringVersion, *, at: datetime) -> list[FieldError]:
    """What keeps `version` from being published, by place and mend: faults of its rules, else broken personas."""
    spec = spec_of(version)
    if errors := errors_of(spec):
        return errors
    faults = persona_faults(spec, at=at, against=held_against(version))
    return [FieldError("", fault.problem, fault.mend) for fault in faults]


def held_against(version: ScoringVersion) -> ModelSpec | None:
    """The model whose lines a broken persona names as changed: the live one, or else what `version` was made from."""
    live = ScoringVersion.objects.live()
    former = live if live and live.pk != version.pk else version.made_from
    return spec_of(former) if former else None


def _go_live(
    publication: Publication,
    kind: Publication.Kind,
    *,
    by: User | None,
    at: datetime,
    why: str,
    pace: Pace,
) -> None:
    """Let the publication's version take the place of the live one, and keep how. In the caller's transaction."""
    pace.check()
    version, live = publication.version, ScoringVersion.objects.live()
    if live:
        ScoringVersion.objects.filter(pk=live.pk).update(status=Status.RETIRED, retired_at=at)
    row = ScoringVersion.objects.filter(pk=version.pk)
    if version.status == Status.DRAFT:
        row.update(status=Status.PUBLISHED, published_at=at, published_by=by)
    else:
        row.update(status=Status.PUBLISHED, retired_at=None)
    publication.kind, publication.state = kind, Publication.State.DONE
    publication.replaced, publication.done_at, publication.why = live, at, why
    publication.opening, publication.open_now, publication.open_per_day = pace.opening, pace.now, pace.per_day
    publication.save()
    ask_for_everyone(at=at)
    version_went_live.send(publish, publication_id=publication.pk, at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
