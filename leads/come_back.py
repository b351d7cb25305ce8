"""The way back of the recycled: on a day, or as soon as they do something of their own accord, their rep has a task.

Each wait is settled once, by locking its row: whoever comes second finds less. A contact who opted out, was
disqualified or has an open MQL by then is left in peace, and the wait is settled without a task.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from crm.errors import FieldError, Invalid
from crm.models import Activity, Consent, Stage, User
from leads import notify, sla
from leads.models import ComeBack, Mql, Rep, Task, Verdict

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=2 * 366)
MOST_PER_RUN = 200
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ComingBack:
    """When a recycled contact is to be looked at again: on a day, on their next activity, or whichever comes first."""

    on_day: date | None = None
    on_activity: bool = False

    def __bool__(self) -> bool:
        return self.on_day is not None or self.on_activity


def check(coming_back: ComingBack, verdict: Verdict, *, at: datetime) -> None:
    """Raise Invalid where the verdict lets nobody come back, or the day has come or is too far off."""
    if verdict != Verdict.RECYCLED:
        raise Invalid(FieldError("on_day", "belongs to a recycled MQL", "say it in the note"))
    if coming_back.on_day and (problem := day_fault(coming_back.on_day, at=at)):
        raise Invalid(FieldError("on_day", problem, "choose a day from tomorrow on"))


def day_fault(day: date, *, at: datetime) -> str:
    """What is wrong with `day` as one to come back on; empty where nothing is."""
    today = timezone.localdate(at)
    return "" if today < day <= today + LONGEST else f"{day} is not within the next two years"


def wait(mql: Mql, coming_back: ComingBack, *, at: datetime) -> ComeBack:
    """Note that the contact of `mql`, which is being recycled, is to be looked at again by its owner."""
    return ComeBack.objects.create(
        contact_id=mql.contact_id,
        mql=mql,
        user_id=mql.owner_id,
        on_day=coming_back.on_day,
        on_activity=coming_back.on_activity,
        created_at=at,
    )


def come_back_due(*, at: datetime) -> int:
    """Give reps their tasks for those whose day has come where the rep works. Returns how many were settled.

    Safe twice, at once and days late.
    """
    # It is tomorrow already somewhere.
    soon = _waiting().filter(on_day__lte=timezone.localdate(at) + A_DAY)
    users = {pk for pk in soon.order_by().values_list("user", flat=True).distinct() if pk}
    days = {user: hours.day_of(at) for user, hours in sla.hours_of(users).items()}
    today = sla.office_hours().day_of(at)
    due = [
        pk
        for pk, user, day in soon.order_by("on_day", "pk").values_list("pk", "user", "on_day")
        if day and day <= days.get(user or 0, today)
    ]
    return _settle_in_parts(due, "The day has come", at)


def come_back_active(contact_ids: Collection[int], *, at: datetime) -> int:
    """Give reps their tasks for those who did something of their own accord. Returns how many were settled.

    Facts are recorded all the time: this costs one query where nobody is waited for.
    """
    if not contact_ids:
        return 0
    hoped_for = _waiting().filter(contact__in=contact_ids, on_activity=True)
    ids = list(hoped_for.order_by().values_list("pk", flat=True))
    if not ids:
        return 0
    engaged = Activity.objects.engaging().filter(
        contact=OuterRef("contact"), occurred_at__gt=OuterRef("created_at"), occurred_at__lte=at
    )
    back = _waiting().filter(Exists(engaged), pk__in=ids)
    return _settle(list(back.order_by("pk").values_list("pk", flat=True)), "They were active again", at)


def settle_opened(mqls: Sequence[Mql], *, at: datetime) -> None:
    """End the waiting for contacts who have just qualified by themselves."""
    waiting = _waiting().filter(contact__in=[mql.contact_id for mql in mqls])
    waiting.update(done_at=at, done_because="A new MQL opened")


def _waiting() -> QuerySet[ComeBack]:
    return ComeBack.objects.filter(done_at=None)


def _settle_in_parts(ids: Sequence[int], because: str, at: datetime) -> int:
    """A transaction for each part: one that fails takes few with it."""
    parts = (ids[start : start + MOST_PER_RUN] for start in range(0, len(ids), MOST_PER_RUN))
    return sum(_settle(part, because, at) for part in parts)


@transaction.atomic
def _settle(ids: Sequence[int], because: str, at: datetime) -> int:
    waiting = (
        _waiting().filter(pk__in=ids).select_related("contact__company", "mql__contact__company", "user")
    )
    held = list(waiting.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True))
    busy = set(
        Mql.objects.open()
        .filter(contact__in=[each.contact_id for each in held])
        .values_list("contact", flat=True)
    )
    back = []
    for each in held:
        each.done_at, each.done_because = at, _in_the_way(each, busy) or because
        if each.done_because == because:
            back.append(each)
    _give(back, at)
    ComeBack.objects.bulk_update(held, ["done_at", "done_because", "user"])
    notify.tell_of_come_back(back, at=at)
    for each in held:
        logger.info("came back contact=%s because=%s", each.contact_id, each.done_because)
    return len(held)


def _in_the_way(each: ComeBack, busy: Collection[int]) -> str:
    """Why the contact is left in peace; empty where nothing is in the way."""
    if each.contact_id in busy:
        return "An MQL is open"
    if each.contact.sales_consent == Consent.OPTED_OUT:
        return "They opted out"
    if each.contact.stage != Stage.NURTURE:
        return f"They are at {each.contact.get_stage_display()}"
    return ""


def _give(back: Sequence[ComeBack], at: datetime) -> None:
    """A task for each, for whoever waited, due as their working time goes on."""
    for each in back:
        each.user = _who_is_there(each.user)
    hours = sla.hours_of({each.user.pk for each in back if each.user})
    office = sla.office_hours()
    Task.objects.bulk_create(
        Task(
            kind=Task.Kind.COME_BACK,
            title=f"Come back to {each.contact.name}"[:200],
            contact=each.contact,
            assignee=each.user,
            due_at=sla.next_start(hours[each.user.pk] if each.user else office, at),
            created_at=at,
        )
        for each in back
    )


def _who_is_there(user: User | None) -> User | None:
    """`user`, or the lead of their team where they are gone. None: whoever takes it."""
    if user is None or user.is_active:
        return user
    rep = Rep.objects.filter(user=user).select_related("team__lead").first()
    lead = rep.team.lead if rep else None
    return lead if lead and lead.is_active else None
