"""Mail to prospects in a rep's name: written, held back where it must not leave, stopped.

A mail is a row that waits, and a message in the outbox that carries it; `leads.prospect_delivery` sends it, and asks
again whether it may leave. Until then it can be stopped. `leads.first_mail` writes the one that nobody writes by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.db import transaction

from crm.errors import Conflict, FieldError, Forbidden, Invalid
from crm.models import Contact, User
from leads import first_touch, merge, outbox, plans
from leads.mail import sending_domain
from leads.mailable import refusal
from leads.models import Delivery, MailTemplate, Mql, ProspectMail, Rep
from leads.prospect_delivery import TEMPLATE

logger = logging.getLogger(__name__)

KEY = "prospect-mail:"
"""What the keys of their deliveries begin with; the mail's own follows."""
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
OVER_THE_CAP = "over_the_cap"
"""The field of a mail that confirms that it may be one more than the plan's week allows."""


@transaction.atomic
def write(
    contact: Contact,
    *,
    subject: str,
    body: str,
    by: User,
    at: datetime,
    mql: Mql | None = None,
    template: MailTemplate | None = None,
    once: str = "",
    over_the_cap: bool = False,
) -> ProspectMail:
    """Send a mail to `contact` in the name of `by`, as soon as this is committed. Merge fields are filled in.

    About an open MQL it is a touch: it stops the clock. The same `once` again gives the mail that was written first.
    Raises Invalid with every fault and for a merge field that nothing is known for, Conflict where the contact is not
    to be written to, or has had as many calls and mails as a week allows and `over_the_cap` does not say that it is
    meant, Forbidden for who works in no team or may not work `mql`.
    """
    _refuse_readers(by)
    contact = _hold(contact)
    held = first_touch.hold(mql, by=by) if mql else None
    message_id = message_id_of(f"{by.pk} {contact.pk} {once}" if once else "")
    if written := ProspectMail.objects.filter(message_id=message_id).first():
        return written
    subject, body = checked(contact, subject, body, by=by)
    _check_contact(contact, at, over_the_cap=over_the_cap)
    mail = ProspectMail.objects.create(
        contact=contact,
        mql=held,
        sender=by,
        template=template,
        subject=subject,
        body=body,
        message_id=message_id,
        created_at=at,
        send_at=at,
    )
    if held and held.closed_at is None:
        _count_as_touch(held, by=by, at=at)
    queue([mail], at=at)
    logger.info("wrote mail=%s contact=%s by=%s", mail.pk, contact.pk, by.pk)
    return mail


def _hold(contact: Contact) -> Contact:
    people = Contact.objects.select_related("company")
    return people.select_for_update(no_key=True, of=("self",)).get(pk=contact.pk)


def _count_as_touch(mql: Mql, *, by: User, at: datetime) -> None:
    first_touch.touch(mql, by=by, at=at, outcome="Mail written")
    plans.after_mail(mql, by=by, at=at)


def _refuse_readers(user: User) -> None:
    if not Rep.objects.takes_part(user):
        raise Forbidden(FieldError("", "you may read contacts and write no mail", "ask a team lead"))


def checked(contact: Contact, subject: str, body: str, *, by: User) -> tuple[str, str]:
    """Subject and body as they would leave, tidied and filled in. Raises Invalid with everything that is wrong."""
    values = merge.values_of(contact, by)
    faults = []
    if not by.email:
        faults.append(
            FieldError("", "you have no e-mail address to answer to", "ask an administrator for it")
        )
    filled = {}
    for name, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if fault := _text_fault(name, text.strip(), longest):
            faults.append(fault)
            continue
        done = merge.fill(text.strip(), values)
        filled[name] = done.text
        faults += [
            FieldError(
                name, f"nothing is known for {{{field}}}", "write what belongs there, or take the field out"
            )
            for field in done.missing
        ]
    if faults:
        raise Invalid(*faults)
    return filled["subject"][: 2 * LONGEST_SUBJECT], filled["body"].replace("\r\n", "\n")


def _text_fault(name: str, text: str, longest: int) -> FieldError | None:
    if not text:
        return FieldError(name, "is empty", "write something")
    if len(text) > longest:
        return FieldError(name, f"is {len(text)} characters long", f"shorten it to {longest}")
    if "\x00" in text:
        return FieldError(name, "holds a NUL character", "remove it")
    # Whatever stood in a second line would become a header of its own.
    if name == "subject" and not text.isprintable():
        return FieldError(name, "holds a line break or another control character", "write it in one line")
    return None


def _check_contact(contact: Contact, at: datetime, *, over_the_cap: bool) -> None:
    if why := refusal(contact):
        raise Conflict(FieldError("", f"{contact.name} {why}", "call them, or leave them alone"))
    if not over_the_cap and not plans.touches_left(contact, at=at):
        raise Conflict(
            FieldError(
                OVER_THE_CAP,
                f"{contact.name} has had as many calls and mails in seven days as the plan allows",
                "say that you mean it, or write later",
            )
        )


def message_id_of(key: str) -> str:
    """A Message-ID: the same for the same `key`, one of its own where that is empty."""
    number = uuid5(NAMESPACE_OID, f"handoff mail {key}") if key else uuid4()
    return f"<mail.{number.hex}@{sending_domain()}>"


def queue(
    mails: Sequence[ProspectMail], *, at: datetime, held_until: Mapping[int, datetime] | None = None
) -> None:
    """Put `mails` into the outbox. `held_until`: by sender, until when theirs stay here."""
    outbox.queue(
        [
            Delivery(
                key=key_of(mail),
                channel=Delivery.Channel.EMAIL,
                # Whose address it is then is looked up when it leaves: an erased person leaves none behind.
                recipient=f"contact {mail.contact_id}",
                template=TEMPLATE,
                context={"mail": mail.pk, "user": mail.sender_id},
            )
            for mail in mails
        ],
        at=at,
        held_until=held_until,
    )


def key_of(mail: ProspectMail) -> str:
    return f"{KEY}{mail.pk}"


@transaction.atomic
def stop(mail: ProspectMail, *, by: User, at: datetime) -> ProspectMail:
    """Keep a mail that waits from leaving. A second time is harmless.

    Raises Forbidden for who may not, Conflict where it has left, or leaves at this moment.
    """
    held = ProspectMail.objects.select_for_update(no_key=True).get(pk=mail.pk)
    if not by.is_superuser and not ProspectMail.objects.changeable_by(by).filter(pk=held.pk).exists():
        raise Forbidden(FieldError("", "this mail leaves in somebody else's name", "ask them to stop it"))
    if held.state == ProspectMail.State.STOPPED:
        return held
    if held.state != ProspectMail.State.WAITING or not withhold(held, because=f"Stopped by {by}", at=at):
        raise Conflict(FieldError("", "this mail has left, or is leaving now", "reload the page"))
    logger.info("stopped mail=%s by=%s", held.pk, by.pk)
    return held


def withhold(held: ProspectMail, *, because: str, at: datetime) -> bool:
    """Take a waiting mail, whose row is held, out of the outbox. Whether that was in time."""
    if not outbox.withdraw(Delivery.objects.filter(key=key_of(held)), at=at):
        return False
    held.state, held.because = ProspectMail.State.STOPPED, because[:200]
    held.save(update_fields=["state", "because"])
    return True
