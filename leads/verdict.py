"""What sales does with an MQL: take it, accept it, hand it on, and close it with a verdict.

The MQL's row is the lock, and its state decides: whoever comes second is told so and changes nothing. Contact, MQL,
tasks are always locked in this order. Who may do it is asked here, so that no page and no API call can forget to.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.db import transaction

from crm import record
from crm.errors import Conflict, FieldError, Forbidden, Invalid
from crm.models import Contact, Stage, User
from crm.stages import LADDER
from leads import actions, clocks, come_back, notify, outbox, plans, tasks
from leads import seen as seen_before
from leads.come_back import ComingBack
from leads.hand_over import record_assignments
from leads.models import Mql, MqlAction, Rep, Task, Verdict, VerdictReason
from leads.seen import Seen, moment

logger = logging.getLogger(__name__)

STAGE_AFTER = {
    Verdict.QUALIFIED: Stage.SQL,
    Verdict.RECYCLED: Stage.NURTURE,
    Verdict.DISQUALIFIED: Stage.DISQUALIFIED,
}
LONGEST_TEXT = 200
LONGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class Bant:
    """What a qualified MQL has told: budget, authority, need and timeline. Each may stay empty."""

    budget: str = ""
    authority: str = ""
    need: str = ""
    timeline: str = ""


class AlreadyClosed(Conflict):
    """The MQL has its verdict, and the first one stands."""

    def __init__(self, mql: Mql) -> None:
        whom = f" by {mql.closed_by}" if mql.closed_by else ""
        when = f" on {moment(mql.closed_at)}" if mql.closed_at else ""
        verdict = mql.get_verdict_display()
        super().__init__(
            FieldError(
                "verdict",
                f"this MQL was closed{whom}{when}: {verdict}",
                "that verdict stands; a new MQL opens when the contact qualifies again",
            )
        )


@transaction.atomic
def accept(mql: Mql, *, by: User, at: datetime, seen: Seen | None = None) -> Mql:
    """Take `mql` on: sales agrees that it is worth a call. What nobody owned becomes `by`'s; a second time is harmless.

    Raises AlreadyClosed, Conflict when somebody else accepted it, and Changed when it is not as it was `seen`.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=mql.contact_id)
    held = _hold(mql, by)
    if held.accepted_by_id == by.pk:
        return held
    if held.accepted_at:
        who, when = held.accepted_by or "somebody", moment(held.accepted_at)
        raise Conflict(FieldError("accepted_at", f"{who} accepted it already, on {when}", "reload the page"))
    seen_before.check(held, seen)
    before = actions.standing(held, contact)
    _advance(contact, Stage.SAL, by=by, at=at)
    _touch(held, by, at)
    _accepted(held, by, at)
    tasks.close(held, by=by, at=at, outcome="Accepted", only=Task.Kind.FIRST_TOUCH)
    plans.after_accept(held, at=at)
    actions.note(MqlAction.Kind.ACCEPTED, held, before, by=by, at=at)
    logger.info("accepted mql=%s by=%s", held.pk, by.pk)
    return held


@transaction.atomic
def give_verdict(
    mql: Mql,
    verdict: Verdict | str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    note: str = "",
    bant: Bant | None = None,
    coming_back: ComingBack | None = None,
    seen: Seen | None = None,
) -> Mql:
    """Close `mql` with sales' answer; without `by`, because its plan gave up. Raises AlreadyClosed when somebody was
    faster, Changed when it is not as it was `seen`.

    Recycling and disqualifying need a `reason` from the list that administrators keep. A recycled contact may be
    `coming_back`, which gives the owner a task then.
    """
    verdict, reason, texts = _checked(verdict, reason, by, {"note": note, **asdict(bant or Bant())})
    if coming_back:
        come_back.check(coming_back, verdict, at=at)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=mql.contact_id)
    held = _hold(mql, by)
    seen_before.check(held, seen)
    before = actions.standing(held, contact)
    stage = STAGE_AFTER[verdict]
    if verdict == Verdict.QUALIFIED:
        _advance(contact, stage, by=by, at=at)
        _accepted(held, by, at)
    else:
        record.move_stage([contact.pk], stage, by=by, at=at, reason=reason)
    if by:
        _touch(held, by, at)
    plans.end(held, f"MQL closed: {verdict.label}", at=at)
    _save(held, verdict=verdict, reason=reason, closed_at=at, closed_by=by, **texts)
    tasks.close(held, by=by, at=at, outcome=f"MQL closed: {verdict.label}")
    if verdict == Verdict.RECYCLED and coming_back:
        come_back.wait(held, coming_back, at=at)
    actions.note(MqlAction.Kind(verdict.value), held, before, by=by, at=at)
    logger.info("closed mql=%s verdict=%s by=%s", held.pk, verdict, by.pk if by else "plan")
    return held


@transaction.atomic
def assign(mql: Mql, owner: User, *, by: User, at: datetime, seen: Seen | None = None) -> Mql:
    """Hand `mql` and its open tasks to `owner`, and tell them, and whose it was, unless they did it themselves.

    Handing it to who has it already changes nothing. Raises Changed when it is not as it was `seen`.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=mql.contact_id)
    held = _hold(mql, by)
    if held.owner_id == owner.pk:
        return held
    seen_before.check(held, seen)
    if fault := owner_fault(owner):
        raise Invalid(fault)
    before, former = actions.standing(held, contact), held.owner
    _own(held, owner, f"Assigned by {by}" if owner != by else "Took it", by=by, at=at)
    clocks.set_clocks([held], at=at)
    notify.tell_of_moving(held, former, owner, at=at, by=by)
    outbox.hold(mql_id=held.pk, queued_at=at, until=at + actions.TIME_TO_UNDO)
    actions.note(MqlAction.Kind.ASSIGNED, held, before, by=by, at=at)
    logger.info("assigned mql=%s owner=%s by=%s", held.pk, owner.pk, by.pk)
    return held


def owner_fault(owner: User) -> FieldError | None:
    """Why `owner` cannot be given an MQL, or None where they can."""
    if not owner.is_active:
        return FieldError("owner", f"{owner} is deactivated", "choose somebody who can sign in")
    if not Rep.objects.takes_part(owner):
        return FieldError("owner", f"{owner} works in no team", "choose a rep or a team lead")
    return None


def _hold(mql: Mql, by: User | None) -> Mql:
    """Lock the MQL, as it stands now, for `by` to change, or without one for its plan."""
    rows = Mql.objects.select_related("owner", "accepted_by", "closed_by", "contact__company")
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=mql.pk)
    if by and not Mql.objects.changeable_by(by).filter(pk=held.pk).exists():
        raise Forbidden(
            FieldError("owner", _not_theirs(held), "ask the owner or a team lead to hand it over")
        )
    if held.closed_at:
        raise AlreadyClosed(held)
    return held


def _not_theirs(held: Mql) -> str:
    """Why somebody may not change it: who has it, and since when."""
    if not held.owner:
        return "only reps and team leads work MQLs"
    given = held.assignments.first()
    return f"{held.owner} owns this MQL" + (f", since {moment(given.at)}" if given else "")


def _checked(
    verdict: Verdict | str, reason: str, by: User | None, texts: dict[str, str]
) -> tuple[Verdict, str, dict[str, str]]:
    """What was said, tidied. Raises Invalid with every fault."""
    if verdict not in Verdict.values:
        known = ", ".join(Verdict.values)
        raise Invalid(FieldError("verdict", f"“{verdict}” is no verdict", f"use one of {known}"))
    verdict = Verdict(verdict)
    reason = reason.strip()
    texts = {name: text.strip() for name, text in texts.items()}
    faults = [fault for name, text in texts.items() if (fault := _text_fault(name, text))]
    if fault := _reason_fault(verdict, reason, by):
        faults.append(fault)
    if verdict != Verdict.QUALIFIED:
        given = [column.name for column in fields(Bant) if texts[column.name]]
        faults += [FieldError(name, "belongs to a qualified MQL", "say it in the note") for name in given]
    if faults:
        raise Invalid(*faults)
    return verdict, reason, texts


def _text_fault(name: str, text: str) -> FieldError | None:
    longest = LONGEST_NOTE if name == "note" else LONGEST_TEXT
    if len(text) > longest:
        return FieldError(name, f"is {len(text)} characters long", f"shorten it to {longest}")
    if "\x00" in text:
        return FieldError(name, "holds a NUL character", "remove it")
    return None


def _reason_fault(verdict: Verdict, reason: str, by: User | None) -> FieldError | None:
    if verdict == Verdict.QUALIFIED:
        return (
            FieldError("reason", "is for MQLs that are turned down", "say it in the note") if reason else None
        )
    reasons = VerdictReason.objects.filter(verdict=verdict)
    known = list(reasons.filter(active=True).values_list("text", flat=True))
    # A plan keeps the reason it was given, even if reps may not choose it any more.
    if reason in known or (by is None and reasons.filter(text=reason).exists()):
        return None
    problem = f"“{reason[:120]}” is not on the list" if reason else "is missing"
    return FieldError("reason", problem, f"choose one of: {'; '.join(known)}")


def _advance(contact: Contact, stage: Stage, *, by: User | None, at: datetime) -> None:
    """Move the contact on to `stage`. Who got further by another way stays there."""
    if contact.stage not in LADDER[LADDER.index(stage) :]:
        record.move_stage([contact.pk], stage, by=by, at=at)


def _touch(mql: Mql, by: User, at: datetime) -> None:
    """Stop the clock, and make the MQL `by`'s where nobody owns it."""
    if not mql.first_touched_at:
        _save(mql, first_touched_at=at)
    if not mql.owner_id:
        _own(mql, by, "Took it", by=by, at=at)


def _accepted(mql: Mql, by: User | None, at: datetime) -> None:
    if not mql.accepted_at:
        _save(mql, accepted_at=at, accepted_by=by)


def _own(mql: Mql, owner: User, because: str, *, by: User, at: datetime) -> None:
    before = {mql.pk: mql.owner_id}
    _save(mql, owner=owner, routed_because=because[:200])
    record_assignments([mql], from_owners=before, by=by, at=at)
    tasks.follow_owner([mql])


def _save(mql: Mql, **columns: object) -> None:
    for name, value in columns.items():
        setattr(mql, name, value)
    mql.save(update_fields=list(columns))
