"""The same done to many MQLs: what it will do to each, what it did, and taking all of it back.

Each row is a transaction of its own: one that is refused, because somebody was faster or it is another's, leaves the
others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from crm.errors import FieldError, HandoffError, Invalid
from crm.models import Stage, User
from crm.stages import may_follow
from leads.models import Enrolment, Mql, MqlAction, Rep, Verdict
from leads.seen import Seen
from leads.undo import undo
from leads.verdict import STAGE_AFTER

MOST = 200


class Deed(models.TextChoices):
    """What can be done to many at once."""

    ASSIGN = "assign", "Assign"
    RECYCLE = "recycle", "Recycle"
    DISQUALIFY = "disqualify", "Disqualify"


VERDICTS = {Deed.RECYCLE: Verdict.RECYCLED, Deed.DISQUALIFY: Verdict.DISQUALIFIED}


@dataclass(frozen=True, slots=True)
class Planned:
    """What a deed will do to one MQL, or why it will be refused: one of the two is empty."""

    mql: Mql
    will: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a deed did to one MQL, or why it was refused; `action` is what can be taken back."""

    mql: Mql
    refusal: str
    action: MqlAction | None


def plan(mql_ids: Collection[int], deed: Deed, *, by: User) -> list[Planned]:
    """What `deed` would do to each of these MQLs that `by` may see, in the order of their ids. Changes nothing.

    Raises Invalid for more than `MOST`.
    """
    if len(mql_ids) > MOST:
        raise Invalid(FieldError("mql", f"{len(mql_ids)} are too many", f"choose at most {MOST} at a time"))
    mqls = visible(mql_ids, by)
    theirs = set(Mql.objects.changeable_by(by).filter(pk__in=mql_ids).values_list("pk", flat=True))
    planned = []
    for mql in mqls:
        refusal = _refusal(mql, deed, theirs)
        planned.append(Planned(mql, "" if refusal else _will(mql, deed), refusal))
    return planned


def visible(mql_ids: Collection[int], user: User) -> list[Mql]:
    """Those of these MQLs that `user` may see, with what is said about each."""
    in_plan = Enrolment.objects.open().filter(mql=OuterRef("pk"))
    rows = Mql.objects.visible_to(user).filter(pk__in=mql_ids).order_by("pk")
    return list(
        rows.select_related("contact__company", "owner", "closed_by").annotate(
            open_tasks=Count("tasks", filter=Q(tasks__done_at=None)), in_plan=Exists(in_plan)
        )
    )


def may_be_given(user: User) -> models.QuerySet[User]:
    """Whom `user` may hand MQLs to: the reps and leads of their teams; an administrator, those of every team."""
    teams = Rep.objects.all() if user.is_superuser else Rep.objects.teammates_of(user)
    people = Q(rep__team__in=teams.values("team")) | Q(led_teams__in=teams.values("team")) | Q(pk=user.pk)
    workers = Q(rep__isnull=False) | Q(led_teams__isnull=False)
    found = User.objects.filter(people & workers, is_active=True)
    return User.objects.filter(pk__in=found.values("pk")).order_by("first_name", "last_name", "username")


def carry_out(
    mqls: Sequence[Mql],
    act: Callable[[Mql, Seen | None], Mql],
    *,
    seen: Mapping[int, Seen],
    by: User,
    at: datetime,
) -> list[Done]:
    """Do `act` to each of `mqls` as it was `seen`, and answer what came of each, in order. Twice is harmless."""
    refusals = {}
    for mql in mqls:
        try:
            act(mql, seen.get(mql.pk))
        except HandoffError as error:
            refusals[mql.pk] = "; ".join(fault.problem for fault in error.errors)
    actions = MqlAction.objects.filter(mql__in=mqls, by=by, at=at, undone_at=None)
    done = {action.mql_id: action for action in actions}
    return [Done(mql, refusals.get(mql.pk) or _nothing(mql, done), done.get(mql.pk)) for mql in mqls]


def take_back(action_ids: Collection[int], *, by: User, at: datetime) -> list[str]:
    """Undo those of these actions that `by` did, each by itself. Answers for each why not; empty where it was undone.

    Twice is harmless.
    """
    refusals = []
    for action in MqlAction.objects.filter(by=by, pk__in=action_ids).order_by("-pk"):
        try:
            undo(action, by=by, at=at)
        except HandoffError as error:
            refusals.append(error.in_words)
        else:
            refusals.append("")
    return refusals


def _nothing(mql: Mql, done: Mapping[int, MqlAction]) -> str:
    return "" if mql.pk in done else "there was nothing to change"


def _refusal(mql: Mql, deed: Deed, theirs: Collection[int]) -> str:
    if mql.closed_at:
        return f"closed already: {mql.get_verdict_display()}"
    if mql.pk not in theirs:
        return f"{mql.owner} owns it" if mql.owner else "only reps and team leads work MQLs"
    if deed in VERDICTS and not may_follow(mql.contact.stage, STAGE_AFTER[VERDICTS[deed]]):
        return f"a contact at {mql.contact.get_stage_display()} cannot go there"
    return ""


def _will(mql: Mql, deed: Deed) -> str:
    tasks = mql.open_tasks  # type: ignore[attr-defined]
    counted = f"{tasks} open task{'' if tasks == 1 else 's'}"
    if deed == Deed.ASSIGN:
        whose = f"goes from {mql.owner}" if mql.owner else "gets an owner"
        return whose + (f", with {counted}" if tasks else "")
    parts = [f"{mql.contact.get_stage_display()} to {Stage(STAGE_AFTER[VERDICTS[deed]]).label}"]
    if tasks:
        parts.append(f"{counted} closed")
    if mql.in_plan:  # type: ignore[attr-defined]
        parts.append("its follow-up plan ends")
    return ", ".join(parts)
