"""From draft to published to retired, and back. Personas decide: a version that breaks one is refused.

Every time at which a version goes live is a `Publication`, which says who wanted it and why, and how MQLs are let open
for those who qualify by the change of rules alone. That is done by the room above. Those planned for later are in
`scoring.plan_publication`; when somebody must say how MQLs open is said by `scoring.flood_guard`.
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
from scoring.seen import seen_version
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
    version: ScoringVersion,
    *,
    by: User | None,
    at: datetime,
    why: str = "",
    pace: Pace = ALL,
    expected: int | None = None,
    seen: str = "",
) -> ScoringVersion:
    """Make a draft the live version, retire the one before it, and have everyone evaluated anew. A plan for it ends.

    `expected` is how many MQLs it was to open at once as far as was known, `seen` what `by` saw of the draft. Raises
    Conflict where it is no draft or not what was seen, Invalid where its rules have faults or a persona does not come
    out as it says.
    """
    draft = hold_draft(version)
    refuse_unseen(draft, seen)
    refuse_unsound(draft, at=at)
    Publication.objects.planned().filter(version=draft).update(state=Publication.State.CANCELLED)
    publication = Publication(version=draft, asked_by=by, asked_at=at, due_at=at, why=why, expected=expected)
    go_live(publication, by=by, at=at, pace=pace)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def roll_back(
    *, by: User | None, at: datetime, why: str = "", pace: Pace = ALL, seen: int | None = None
) -> ScoringVersion:
    """Make the version live that was live before, as it stands, and retire the live one. `seen`: the publication that
    was the current one when `by` looked.

    Raises Conflict where there is none before it or another one is current by now, Invalid where it has faults by now,
    as without a list that it names.
    """
    take_turns()
    current = Publication.objects.current()
    if seen is not None and (current is None or current.pk != seen):
        raise Conflict(
            FieldError("", "another version went live meanwhile", "see which, and roll back again if need be")
        )
    previous = current.replaced if current else None
    if previous is None:
        raise Conflict(
            FieldError(
                "", "no version was live before this one", "make a draft of an older version and publish it"
            )
        )
    refuse_unsound(previous, at=at)
    publication = Publication(
        version=previous, kind=Publication.Kind.ROLL_BACK, asked_by=by, asked_at=at, due_at=at, why=why
    )
    go_live(publication, by=by, at=at, pace=pace)
    previous.refresh_from_db()
    return previous


@transaction.atomic
def change_pace(pace: Pace) -> Publication:
    """Let those who are held back since the live version went live open at another pace. Raises Conflict if none is."""
    pace.check()
    current = Publication.objects.current()
    if current is None:
        raise Conflict(FieldError("", "no version is live", "publish one"))
    Publication.objects.filter(pk=current.pk).update(
        opening=pace.opening, open_now=pace.now, open_per_day=pace.per_day
    )
    current.refresh_from_db()
    return current


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


def refuse_unseen(draft: ScoringVersion, seen: str) -> None:
    """Raise Conflict where `draft` is not what was `seen` of it, if anything was."""
    if seen and seen != seen_version(draft):
        raise Conflict(
            FieldError("", "somebody changed the draft meanwhile", "read what changes now, and publish again")
        )


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


def go_live(publication: Publication, *, by: User | None, at: datetime, pace: Pace) -> None:
    """Let the publication's version take the place of the live one, and keep how. In the caller's transaction, which
    holds the versions.
    """
    pace.check()
    version, live = publication.version, ScoringVersion.objects.live()
    if live:
        ScoringVersion.objects.filter(pk=live.pk).update(status=Status.RETIRED, retired_at=at)
    row = ScoringVersion.objects.filter(pk=version.pk)
    if version.status == Status.DRAFT:
        row.update(status=Status.PUBLISHED, published_at=at, published_by=by)
    else:
        row.update(status=Status.PUBLISHED, retired_at=None)
    publication.state, publication.replaced, publication.done_at = Publication.State.DONE, live, at
    publication.opening, publication.open_now, publication.open_per_day = pace.opening, pace.now, pace.per_day
    publication.save()
    ask_for_everyone(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
