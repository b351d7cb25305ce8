"""Mail to prospects as it leaves: whether it still may, the message, and the fact that it was sent.

Nothing here writes a mail or puts it into the outbox: `leads.prospect_mail` does.
"""

from __future__ import annotations

import logging
from datetime import datetime
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from crm import record
from crm.facts import ActivityFacts
from crm.models import ActivityKind, Consent, Contact, User
from leads import touches
from leads.mailable import refusal
from leads.models import Delivery, ProspectMail

logger = logging.getLogger(__name__)

TEMPLATE = "prospect_mail"
"""What deliveries of such mail name as their template."""
MAY_LEAVE = (ProspectMail.State.WAITING, ProspectMail.State.FAILED)
FOR_GOOD = range(500, 600)
"""Answers of a mail server about a recipient that no later attempt changes."""


class Withheld(Exception):
    """The mail may not leave any more. It is marked so, and says why."""


def send(delivery: Delivery, *, at: datetime) -> None:
    """Send the mail of a leased delivery, and put it on the contact's timeline.

    Raises Withheld where it may not leave, ObjectDoesNotExist where it is gone, and whatever sending fails with.
    """
    mail = _mail(delivery)
    if mail.state not in MAY_LEAVE:
        raise Withheld(mail.because or mail.get_state_display())
    if because := overtaken(mail):
        _withhold(mail, ProspectMail.State.STOPPED, because)
    if because := _forbidden(mail, at):
        _withhold(mail, ProspectMail.State.REFUSED, because)
    try:
        message(mail).send()
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if not codes or not all(code in FOR_GOOD for code in codes):
            raise
        _record(mail, ActivityKind.EMAIL_BOUNCE, at, {"type": "hard", "answer": _answer(error)})
        _withhold(mail, ProspectMail.State.REFUSED, "The mail server knows no such address")
    _record_sent(mail, at)


def _mail(delivery: Delivery) -> ProspectMail:
    rows = ProspectMail.objects.select_related("contact__company", "sender", "mql")
    return rows.get(pk=delivery.context["mail"])


def overtaken(mail: ProspectMail) -> str:
    """Why a first mail is out of place by now; "" where it is not, and for what was written by hand."""
    if not mail.automatic:
        return ""
    if mail.mql is None or mail.mql.closed_at:
        return "The MQL was closed before"
    if mail.mql.first_touched_at:
        return "Somebody got in touch before"
    if mail.mql.owner_id is None or mail.mql.owner_id != mail.sender_id:
        return "The MQL became somebody else's before"
    return ""


def _forbidden(mail: ProspectMail, at: datetime) -> str:
    """Why `mail` may not leave at all; "" where it may."""
    if why := refusal(mail.contact):
        return f"{mail.contact.name} {why}"
    if mail.sender is None or not mail.sender.is_active or not mail.sender.email:
        return "Nobody is there to answer to"
    if not mail.automatic:
        return ""
    if not allows_first_mail(mail.contact):
        return f"{mail.contact.name} has not said that sales may write"
    # The mail itself waits, and so is one of them.
    made = len(touches.touches_of([mail.contact_id], at=at)[mail.contact_id]) - 1
    if made >= touches.most_per_week(mail.contact):
        return f"{mail.contact.name} has had as many calls and mails in seven days as the plan allows"
    return ""


def allows_first_mail(contact: Contact) -> bool:
    """Whether `contact` may be written to without anybody deciding it: they said yes, and to nothing no."""
    return contact.sales_consent == Consent.ALLOWED and contact.marketing_consent != Consent.OPTED_OUT


def message(mail: ProspectMail) -> EmailMessage:
    """`mail` as it leaves: from our own address, for which we may send, in the rep's name. Answers go to the rep."""
    sender = mail.sender
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=sender_address(sender) if sender else settings.DEFAULT_FROM_EMAIL,
        to=[mail.contact.email],
        reply_to=[formataddr((_name(sender), sender.email))] if sender else None,
        headers={"Message-ID": mail.message_id},
    )


def sender_address(sender: User) -> str:
    return formataddr((_name(sender), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def _name(user: User) -> str:
    return " ".join(str(user).split())


@transaction.atomic
def _record_sent(mail: ProspectMail, at: datetime) -> None:
    ProspectMail.objects.filter(pk=mail.pk).update(state=ProspectMail.State.SENT, sent_at=at, because="")
    _record(mail, ActivityKind.EMAIL_SENT, at, {"text": mail.body})
    logger.info("sent mail=%s contact=%s", mail.pk, mail.contact_id)


def _record(mail: ProspectMail, kind: ActivityKind, at: datetime, said: dict[str, str]) -> None:
    record.append_activities(
        [
            ActivityFacts(
                contact=mail.contact_id,
                kind=kind,
                occurred_at=at,
                source=touches.SOURCE,
                subject=mail.subject,
                external_id=f"mail-{mail.pk}-{kind}",
                properties={"by": str(mail.sender or ""), "message_id": mail.message_id, **said},
            )
        ],
        at=at,
    )


def _answer(error: SMTPRecipientsRefused) -> str:
    return "; ".join(
        f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        for code, text in error.recipients.values()
    )[:500]


def _withhold(mail: ProspectMail, state: ProspectMail.State, because: str) -> None:
    """Mark `mail` and give up on it."""
    ProspectMail.objects.filter(pk=mail.pk, state__in=MAY_LEAVE).update(state=state, because=because[:200])
    logger.info("withheld mail=%s state=%s", mail.pk, state)
    raise Withheld(because)
