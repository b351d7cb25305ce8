"""What there is to tell, to whom, and what makes it a new thing rather than the same again."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from crm.models import Activity, ActivityKind, Contact, User
from leads.models import Assignment, ComeBack, Mql, Notification, Task
from leads.notify.telling import Told, tell, withdraw
from scoring.models import Publication, ScoreChange

logger = logging.getLogger(__name__)

Kind = Notification.Kind

FRESH = timedelta(days=1)
"""A reply that is older than this when it is recorded is history and tells nobody."""

LATE = timedelta(hours=1)
"""A task that has been due for longer is seen on the tasks page and rings no more."""


class Move(NamedTuple):
    """An MQL that went from one owner to another; None for nobody."""

    mql: Mql
    from_owner: User | None
    to_owner: User | None


def tell_owners(mqls: Sequence[Mql], *, at: datetime, by: User | None = None) -> None:
    """Tell the owner of each of `mqls` that it is theirs, save `by`, who took it.

    Record the hand-overs first: they make it a new thing to tell an owner who had it before.
    """
    owned = [mql for mql in mqls if mql.owner and mql.owner != by]
    keys = _keys_of_hand_overs(owned)
    told = [
        Told(keys[mql.pk], mql.owner, mql, f"{{who}} is yours: {_score(mql)}") for mql in owned if mql.owner
    ]
    tell(Kind.MQL_ASSIGNED, told, at=at)


def tell_of_moving(
    mql: Mql, from_owner: User | None, to_owner: User | None, *, at: datetime, by: User | None = None
) -> None:
    """`tell_of_moves` of one."""
    tell_of_moves([Move(mql, from_owner, to_owner)], at=at, by=by)


def tell_of_moves(
    moves: Sequence[Move | tuple[Mql, User | None, User | None]], *, at: datetime, by: User | None = None
) -> None:
    """Tell new owners what is theirs, and old ones what no longer is, save `by`, who did it.

    Record the hand-overs first. What an old owner was to be told of them and has not left yet never will.
    """
    moved = [move for move in map(Move._make, moves) if move.from_owner != move.to_owner]
    tell_owners([move.mql for move in moved if move.to_owner], at=at, by=by)
    lost = [(move, move.from_owner) for move in moved if move.from_owner and move.from_owner != by]
    keys = _keys_of_hand_overs([move.mql for move, _ in lost])
    for owner in {owner for _, owner in lost}:
        theirs = [move.mql for move, loser in lost if loser == owner]
        withdraw(theirs, since=min(mql.opened_at for mql in theirs), at=at, users=[owner])
    tell(
        Kind.MQL_TAKEN_AWAY,
        [
            Told(keys[move.mql.pk], owner, move.mql, f"{{who}} is now with {move.to_owner or 'nobody'}")
            for move, owner in lost
        ],
        at=at,
    )


def tell_leads(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell the team leads, or else the administrators, that nobody is there for `mqls`."""
    if not mqls:
        return
    people = _leads()
    if not people:
        logger.warning("nobody to tell of unassigned mqls=%s", [mql.pk for mql in mqls])
    told = [
        Told(str(mql.pk), user, mql, f"{{who}} has no owner: {_score(mql)}, and no rep is available")
        for mql in mqls
        for user in people
    ]
    tell(Kind.MQL_UNASSIGNED, told, at=at)


def tell_of_reminder(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell the owners of `mqls` that half of the time for the first touch has passed. Once per clock."""
    told = [
        Told(_clock(mql), mql.owner, mql, f"{{who}} waits for your call: due {_clock_face(mql.due_at)}")
        for mql in mqls
        if mql.owner
    ]
    tell(Kind.SLA_REMINDER, told, at=at)


def tell_of_breach(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell whoever leads the owners' teams, or else all team leads, that `mqls` were not touched in time. Once per
    clock.
    """
    if not mqls:
        return
    by_owner = _leads_of({mql.owner_id for mql in mqls if mql.owner_id})
    everybody = _leads()
    told = [
        Told(_clock(mql), lead, mql, f"{{who}} was not called in time: {mql.owner or 'nobody'} has it")
        for mql in mqls
        for lead in by_owner.get(mql.owner_id) or everybody
    ]
    tell(Kind.SLA_BREACHED, told, at=at)


def tell_of_standstill(mqls: Sequence[Mql], *, at: datetime) -> None:
    """Tell the same people as of a breach that `mqls` should have gone to the next rep, and that there is none."""
    if not mqls:
        return
    by_owner = _leads_of({mql.owner_id for mql in mqls if mql.owner_id})
    everybody = _leads()
    told = [
        Told(
            f"{_clock(mql)}:stays",
            lead,
            mql,
            f"{{who}} still waits for {mql.owner}: no other rep can take it",
        )
        for mql in mqls
        for lead in by_owner.get(mql.owner_id) or everybody
    ]
    tell(Kind.SLA_BREACHED, told, at=at)


def tell_of_come_back(come_backs: Sequence[ComeBack], *, at: datetime) -> None:
    """Tell whoever recycled them that their contacts are to be looked at again, with MQLs and contacts loaded."""
    told = [
        Told(
            str(each.pk),
            each.user,
            each.mql,
            "{who} is to be looked at again" + (f": {each.done_because}" if each.done_because else ""),
        )
        for each in come_backs
        if each.user
    ]
    tell(Kind.CAME_BACK, told, at=at)


def tell_of_engagement(contact_ids: Collection[int], *, at: datetime) -> None:
    """Tell the owners of open MQLs whose contact's engagement has just risen. At most once per MQL and day."""
    risen = ScoreChange.objects.filter(
        contact__in=contact_ids, at=at, engagement_to__gt=F("engagement_from")
    ).values("contact")
    mqls = Mql.objects.open().filter(contact__in=risen, owner__isnull=False, opened_at__lt=at)
    day = timezone.localtime(at).date()
    told = [
        Told(f"{mql.pk}:{day}", mql.owner, mql, "{who} has just shown new interest")
        for mql in mqls.select_related("contact__company", "owner").order_by("pk")
        if mql.owner
    ]
    tell(Kind.MQL_ENGAGED, told, at=at)


def tell_of_reply(contact_ids: Collection[int], *, at: datetime) -> None:
    """Tell who works these contacts of mail that they answered, as it was recorded at `at`. Once per answer.

    The owner of the newest MQL is told, else the contact's.
    """
    replies = Activity.objects.filter(
        contact__in=contact_ids,
        kind=ActivityKind.EMAIL_REPLY,
        automated=False,
        recorded_at=at,
        occurred_at__gte=at - FRESH,
    )
    found = dict(replies.order_by("pk").values_list("contact", "pk"))
    if not found:
        return
    newest = (
        Mql.objects.filter(contact__in=found)
        .order_by("contact_id", "-opened_at", "-pk")
        .distinct("contact_id")
    )
    mqls = {mql.contact_id: mql for mql in newest.select_related("contact__company", "owner")}
    people = Contact.objects.filter(pk__in=found).select_related("owner").order_by("pk")
    told = []
    for contact in people:
        mql = mqls.get(contact.pk)
        if user := (mql.owner if mql else None) or contact.owner:
            text = "{who} answered your mail" if mql else "One of your contacts answered a mail"
            told.append(Told(str(found[contact.pk]), user, mql, text))
    tell(Kind.REPLIED, told, at=at)


def tell_of_refusal(publication_id: int, *, at: datetime) -> None:
    """Tell whoever planned a publication, or else the administrators, that it was refused. Once."""
    publication = Publication.objects.select_related("version", "asked_by").get(pk=publication_id)
    planner = publication.asked_by
    users = [planner] if planner else list(User.objects.filter(is_superuser=True).order_by("pk"))
    text = f"{publication.version} was not published: {publication.failure}"
    told = [Told(str(publication.pk), user, None, text) for user in users]
    tell(Kind.MODEL_REFUSED, told, at=at)


def tell_of_due_tasks(*, at: datetime) -> None:
    """Tell assignees of the tasks that have become due, save first touches, of which the SLA tells. Once per time."""
    due = Task.objects.open().filter(due_at__lte=at, due_at__gt=at - LATE, assignee__isnull=False)
    tasks = due.exclude(kind=Task.Kind.FIRST_TOUCH).filter(Q(mql=None) | Q(mql__closed_at=None))
    told = [
        Told(
            f"{task.pk}:{task.due_at:%Y%m%d%H%M%S}",
            task.assignee,
            task.mql,
            f"{task.get_kind_display()} due" + (": {who}" if task.mql else ""),
        )
        for task in tasks.select_related("assignee", "mql__contact__company").order_by("pk")
        if task.assignee
    ]
    tell(Kind.TASK_DUE, told, at=at)


def _keys_of_hand_overs(mqls: Collection[Mql]) -> dict[int, str]:
    """What names the latest hand-over of each MQL; of one that was never recorded, the MQL alone."""
    latest = Assignment.objects.filter(mql__in=[mql.pk for mql in mqls]).order_by("mql", "-at", "-pk")
    recorded = dict(latest.distinct("mql").values_list("mql", "pk")) if mqls else {}
    return {mql.pk: f"{mql.pk}:{recorded[mql.pk]}" if mql.pk in recorded else str(mql.pk) for mql in mqls}


def _leads() -> list[User]:
    """The team leads, or else the administrators."""
    active = User.objects.filter(is_active=True).order_by("pk")
    return list(active.filter(led_teams__isnull=False).distinct()) or list(active.filter(is_superuser=True))


def _leads_of(owners: Collection[int]) -> dict[int | None, list[User]]:
    """Who leads the team of each of `owners`, where somebody does who can sign in."""
    leads = User.objects.filter(led_teams__reps__user__in=owners, is_active=True)
    found: dict[int | None, list[User]] = {}
    for lead in leads.annotate(of_owner=F("led_teams__reps__user")).order_by("pk"):
        found.setdefault(lead.of_owner, []).append(lead)
    return found


def _clock(mql: Mql) -> str:
    """Names one run of the SLA clock: who is given the MQL later has a clock of their own."""
    started = mql.sla_started_at or mql.opened_at
    return f"{mql.pk}:{started:%Y%m%d%H%M%S}"


def _clock_face(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%a %H:%M}" if moment else "now"


def _score(mql: Mql) -> str:
    return f"{mql.grade}, {mql.total} points"
