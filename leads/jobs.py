"""Background work of the leads room. Each job is safe twice, at once or days late.

What is to be done is found in the tables and taken by locking, leasing or deleting it: whoever comes second finds less.
"""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from crm.schedules import Scheduled
from leads import actions, come_back, escalation, first_mail, give_up, let_go, notify, outbox, plans, route
from leads.models import Delivery

KEPT_AFTER_SENDING = timedelta(days=90)


def deliver_due() -> int:
    """Send what waits in the outbox. Run after each commit that queued something, and every minute for retries."""
    return outbox.deliver_due(at=timezone.now())


def route_unassigned() -> int:
    """Find owners for MQLs that have none, every minute: as soon as a rep is back, their wait is over."""
    return route.route_unassigned(at=timezone.now())


def keep_slas() -> int:
    """Remind owners, tell team leads and move MQLs on as time for their first touch runs out, every minute."""
    return escalation.keep_slas(at=timezone.now())


def send_digests() -> int:
    """Queue the digests for which it is time, every minute. Each user has one a day at most."""
    return notify.send_digests(at=timezone.now())


def tell_of_due_tasks() -> None:
    """Tell assignees of tasks that have become due, every minute. Each due time is told once."""
    notify.tell_of_due_tasks(at=timezone.now())


def keep_plans() -> int:
    """Recycle the MQLs whose plan gives up today, every minute. First plans end of whoever answered, and those whose
    step is there no more move on.
    """
    at = timezone.now()
    plans.end_overlooked(at=at)
    plans.carry_on(at=at)
    return give_up.give_up_due(at=at)


def come_back_due() -> int:
    """Give reps their tasks for recycled contacts whose day has come, every minute. Each wait is settled once."""
    return come_back.come_back_due(at=timezone.now())


def let_held_go() -> int:
    """Open MQLs for those who were held back after a change of the rules and whose turn it is, every minute."""
    return let_go.let_go(at=timezone.now())


def forget_actions() -> int:
    """Delete what stood before verdicts that nobody can take back any more, nightly."""
    return actions.forget(at=timezone.now())


def keep_prospect_mails() -> int:
    """Stop first mails that were overtaken, and mark what could not be delivered, every minute."""
    return first_mail.mark_failed() + first_mail.stop_overtaken(at=timezone.now())


def forget_sent() -> int:
    """Delete messages that left 90 days ago, nightly. Dead letters stay until somebody decides."""
    old = Delivery.objects.filter(state=Delivery.State.SENT, sent_at__lt=timezone.now() - KEPT_AFTER_SENDING)
    return old.delete()[0]


SCHEDULED = (
    Scheduled("Deliver what is due", "leads.jobs.deliver_due", minutes=1),
    Scheduled("Route what has no owner", "leads.jobs.route_unassigned", minutes=1),
    Scheduled("Keep the SLAs", "leads.jobs.keep_slas", minutes=1),
    Scheduled("Send digests", "leads.jobs.send_digests", minutes=1),
    Scheduled("Tell of due tasks", "leads.jobs.tell_of_due_tasks", minutes=1),
    Scheduled("Keep follow-up plans", "leads.jobs.keep_plans", minutes=1),
    Scheduled("Come back to the recycled", "leads.jobs.come_back_due", minutes=1),
    Scheduled("Let go of who is held back", "leads.jobs.let_held_go", minutes=1),
    Scheduled("Forget what can be undone no more", "leads.jobs.forget_actions", clock=time(3)),
    Scheduled("Keep mail to prospects", "leads.jobs.keep_prospect_mails", minutes=1),
    Scheduled("Forget what was sent", "leads.jobs.forget_sent", clock=time(3)),
)
