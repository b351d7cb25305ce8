"""The first mail to a new MQL in its owner's name, which nobody writes by hand.

Each team may name a template. The mail waits for as much of the owner's working time as the team says, in which they
may stop it; whatever the owner does sooner makes it needless. It takes a consent in so many words, and everything that
the template names being known. An MQL has one at most, whoever owns it later.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from crm.models import Contact, User
from leads import merge, sla, touches
from leads.mailable import refusals
from leads.models import Delivery, MailTemplate, Mql, Plan, ProspectMail, Rep
from leads.models.plan import TOUCHES_PER_WEEK
from leads.prospect_delivery import allows_first_mail, overtaken
from leads.prospect_mail import KEY, LONGEST_SUBJECT, message_id_of, queue, withhold

logger = logging.getLogger(__name__)

MOST_PER_RUN = 500
MOST_SHOWN = 5
NEWS = (ProspectMail.State.REFUSED, ProspectMail.State.FAILED)
NEWS_FOR = timedelta(days=7)
"""How long a rep is shown that a mail of theirs did not leave."""


@dataclass(frozen=True, slots=True)
class Custom:
    """What a team does: its template, and how long its reps may stop a mail, in minutes of working time."""

    sender: User
    template: MailTemplate
    delay_minutes: int


@transaction.atomic
def plan_first_mails(mqls: Sequence[Mql], *, at: datetime) -> list[ProspectMail]:
    """Write the first mail of those of `mqls` that are to have one. It leaves once its owner's time to stop it is over.

    Call it in the transaction in which they found their owners, with contacts and companies loaded. Safe twice. One
    query where no team of theirs sends any.
    """
    customs = _customs({mql.owner_id for mql in mqls if mql.owner_id})
    meant = [
        mql
        for mql in mqls
        if mql.owner_id in customs
        and mql.closed_at is None
        and mql.first_touched_at is None
        and allows_first_mail(mql.contact)
    ]
    if not meant:
        return []
    written = _unwritten(_allowed(meant, at), customs, at)
    ProspectMail.objects.bulk_create(written, ignore_conflicts=True)
    there = ProspectMail.objects.filter(message_id__in=[mail.message_id for mail in written])
    mails = list(there.order_by("pk"))
    queue(mails, at=at, held_until={mail.sender_id: mail.send_at for mail in mails if mail.sender_id})
    for mail in mails:
        logger.info("planned first mail=%s mql=%s", mail.pk, mail.mql_id)
    return mails


def _customs(owner_ids: set[int]) -> dict[int, Custom]:
    """By user, what the teams of these owners do, where they send a first mail."""
    reps = Rep.objects.filter(user__in=owner_ids, team__first_mail__active=True).exclude(user__email="")
    return {
        rep.user_id: Custom(rep.user, rep.team.first_mail, rep.team.first_mail_delay_minutes)
        for rep in reps.select_related("user", "team__first_mail")
        if rep.team.first_mail
    }


def _allowed(mqls: Sequence[Mql], at: datetime) -> list[Mql]:
    """Those whose contacts may be written to, and have not had as many calls and mails as a week allows."""
    refused = refusals([mql.contact for mql in mqls])
    made = touches.touches_of([mql.contact_id for mql in mqls], at=at)
    plan = Plan.objects.default()
    most = plan.touches_per_week if plan else TOUCHES_PER_WEEK
    return [mql for mql in mqls if mql.contact_id not in refused and len(made.get(mql.contact_id, ())) < most]


def _unwritten(mqls: Sequence[Mql], customs: dict[int, Custom], at: datetime) -> list[ProspectMail]:
    """The mails, with nothing missing in any of them."""
    hours = sla.hours_of({mql.owner_id for mql in mqls if mql.owner_id})
    mails = []
    for mql in mqls:
        custom = customs[mql.owner_id or 0]
        values = merge.values_of(mql.contact, custom.sender)
        subject = merge.fill(custom.template.subject, values)
        body = merge.fill(custom.template.body, values)
        if subject.missing or body.missing or not subject.text.strip():
            logger.info("no first mail mql=%s missing=%s", mql.pk, len(subject.missing + body.missing))
            continue
        mails.append(
            ProspectMail(
                contact=mql.contact,
                mql=mql,
                sender=custom.sender,
                template=custom.template,
                subject=" ".join(subject.text.split())[: 2 * LONGEST_SUBJECT],
                body=body.text,
                automatic=True,
                message_id=message_id_of(f"first mail {mql.pk}"),
                created_at=at,
                send_at=sla.due_at(at, minutes=custom.delay_minutes, hours=hours[custom.sender.pk]),
            )
        )
    return mails


STANDS = Q(mql__closed_at=None, mql__first_touched_at=None, mql__owner=F("sender"), mql__isnull=False)
"""A first mail that nothing has made needless yet. `prospect_delivery.overtaken` says the same of one, with why."""


def stop_overtaken(*, at: datetime) -> int:
    """Stop first mails that a touch, a verdict or another owner has made needless. Returns how many. Safe twice.

    None would leave anyway; but a rep must not see it wait, nor the week's calls and mails count it.
    """
    needless = ProspectMail.objects.waiting().filter(automatic=True).exclude(STANDS)
    ids = list(needless.order_by("pk").values_list("pk", flat=True)[:MOST_PER_RUN])
    return sum(_stop_overtaken(pk, at) for pk in ids)


@transaction.atomic
def _stop_overtaken(pk: int, at: datetime) -> bool:
    rows = ProspectMail.objects.waiting().select_related("mql").filter(pk=pk)
    held = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if held is None or not (because := overtaken(held)):
        return False
    return withhold(held, because=because, at=at)


def mark_failed() -> int:
    """Mark mails that the outbox gave up on. Returns how many. Safe twice; if it is tried again, it leaves."""
    key = Concat(Value(KEY), Cast(OuterRef("pk"), CharField()))
    dead = Delivery.objects.filter(key=key, state=Delivery.State.DEAD)
    failed = ProspectMail.objects.waiting().filter(Exists(dead))
    return failed.update(state=ProspectMail.State.FAILED, because="The mail server did not take it")


def mails_under_way(contact: Contact, *, user: User, at: datetime) -> QuerySet[ProspectMail]:
    """What `user` may know of mail to `contact` that has not left: what waits, and what failed lately. Newest first."""
    mails = ProspectMail.objects.visible_to(user).filter(contact=contact).select_related("sender")
    waiting = Q(state=ProspectMail.State.WAITING) & (Q(automatic=False) | STANDS)
    lately = Q(state__in=NEWS, created_at__gt=at - NEWS_FOR)
    return mails.filter(waiting | lately)[:MOST_SHOWN]
