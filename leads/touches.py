"""How often a contact may be called and written to: a bound for any seven days, whoever does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from crm.models import Activity, ActivityKind, Contact
from leads.models import Enrolment, Plan, ProspectMail
from leads.models.plan import TOUCHES_PER_WEEK

SOURCE = "handoff"
"""What activities that are recorded here name as their source."""

WEEK = timedelta(days=7)
TOUCHES = (ActivityKind.CALL, ActivityKind.EMAIL_SENT)


def touches_left(contact: Contact, *, at: datetime) -> int:
    """How many calls and mails `contact` may still be given at `at`: by the plan they are in, else by the default
    plan, else `TOUCHES_PER_WEEK` in seven days.
    """
    return max(0, most_per_week(contact) - len(touches_of([contact.pk], at=at)[contact.pk]))


def most_per_week(contact: Contact) -> int:
    """How many calls and mails `contact` may be given in seven days."""
    enrolments = Enrolment.objects.open().filter(mql__contact=contact)
    plan = Plan.objects.filter(enrolments__in=enrolments).first() or Plan.objects.default()
    return plan.touches_per_week if plan else TOUCHES_PER_WEEK


def touches_of(contact_ids: Collection[int], *, at: datetime) -> dict[int, list[datetime]]:
    """When each contact was called or written to in the seven days before `at`, and when mail that waits will leave;
    the newest first.
    """
    made = Activity.objects.filter(
        contact__in=contact_ids, occurred_at__gt=at - WEEK, kind__in=TOUCHES, source=SOURCE
    )
    waiting = ProspectMail.objects.filter(contact__in=contact_ids, state=ProspectMail.State.WAITING)
    times: defaultdict[int, list[datetime]] = defaultdict(list)
    for contact_id, moment in made.values_list("contact", "occurred_at").order_by():
        times[contact_id].append(moment)
    for contact_id, moment in waiting.values_list("contact", "send_at").order_by():
        times[contact_id].append(moment)
    return defaultdict(list, {pk: sorted(found, reverse=True) for pk, found in times.items()})


def when_there_is_room(touches: Sequence[datetime], most: int, due_at: datetime) -> datetime:
    """`due_at`, or the later moment from which fewer than `most` of `touches`, newest first, count."""
    return due_at if len(touches) < most else max(due_at, touches[most - 1] + WEEK)
