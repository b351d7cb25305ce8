"""A rep who leaves: everything that waits for them goes to others at once.

Their MQLs are routed as if they were new, or go to one rep who is named; what is left of a contact goes to whoever has
the contact's MQL, and else is shared out by the same rules. Owners of contacts and companies are facts, and stay.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from crm.errors import FieldError, Forbidden, Invalid
from crm.models import Contact, User
from leads import clocks, notify, tasks
from leads.hand_over import record_assignments, write_owners
from leads.models import ComeBack, Mql, ProspectMail, Rep, Task
from leads.route import route
from leads.routing.decide import Decider
from leads.routing.desk import open_desk

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """How much waits for a user, by kind."""

    mqls: int
    tasks: int
    come_backs: int
    mails: int

    @property
    def total(self) -> int:
        return sum(astuple(self))


def open_work(user: User) -> OpenWork:
    """What would be moved if `user` left now."""
    return OpenWork(
        Mql.objects.open().filter(owner=user).count(),
        Task.objects.open().filter(assignee=user).count(),
        _come_backs(user).count(),
        _mails(user).count(),
    )


def move_all_work(user: User, *, by: User, at: datetime, to: User | None = None) -> int:
    """Hand on everything that waits for `user`, by routing or all of it to `to`. Returns how many things were moved.

    `user` is given nothing new from then on. What finds nobody has no owner then, and is routed as soon as somebody is
    there. Each new owner is told once of each MQL. Safe twice: a second run finds nothing. Raises Forbidden for who
    neither leads the team nor administers, Invalid where `to` cannot take it.
    """
    _check(user, to, by)
    # Apart from the rest and first: a drain that shares out just now holds this row, and has ended when we go on.
    Rep.objects.filter(user=user).update(available=False)
    with transaction.atomic():
        contacts = _lock_contacts(user)
        mqls = _move_mqls(user, to, by=by, at=at)
        heirs = _heirs(contacts, user, to, at)
        moved = len(mqls) + _move_tasks(user, heirs) + _move_come_backs(user, heirs)
        moved += _move_mails(user, heirs, at)
    logger.info(
        "moved all work user=%s to=%s moved=%s by=%s", user.pk, to.pk if to else "rules", moved, by.pk
    )
    return moved


def _check(user: User, to: User | None, by: User) -> None:
    if not by.is_superuser and not Rep.objects.filter(user=user, team__lead=by).exists():
        raise Forbidden(
            FieldError("", "only administrators and their team lead move a rep’s work", "ask one")
        )
    if to and (to == user or not Rep.objects.filter(user=to, user__is_active=True).exists()):
        raise Invalid(FieldError("to", f"{to} cannot take it", "choose another rep who can sign in"))


def _come_backs(user: User) -> QuerySet[ComeBack]:
    return ComeBack.objects.filter(user=user, done_at=None)


def _mails(user: User) -> QuerySet[ProspectMail]:
    return ProspectMail.objects.filter(sender=user, state=ProspectMail.State.WAITING)


def _lock_contacts(user: User) -> list[Contact]:
    """Whom the work is about, their rows held: before those of MQLs and tasks, as everywhere."""
    about: set[int] = set()
    for work in (
        Mql.objects.open().filter(owner=user),
        Task.objects.open().filter(assignee=user),
        _come_backs(user),
        _mails(user),
    ):
        about.update(work.order_by().values_list("contact", flat=True))
    people = Contact.objects.filter(pk__in=about).select_related("company").order_by("pk")
    return list(people.select_for_update(of=("self",), no_key=True))


def _move_mqls(user: User, to: User | None, *, by: User, at: datetime) -> list[Mql]:
    """Find the open MQLs of `user` new owners, or none, and tell them. Returns all of them."""
    rows = Mql.objects.open().filter(owner=user).select_related("contact__company").order_by("pk")
    mqls = list(rows.select_for_update(of=("self",), no_key=True))
    if not mqls:
        return []
    why = f"{user} hands it on"
    if to:
        _own(mqls, to, f"{why}, by {by}", by=by, at=at)
    else:
        routed = route(mqls, at=at, passing_over={mql.pk: {user.pk} for mql in mqls}, because=why)
        found = {mql.pk for mql in routed}
        left = [mql for mql in mqls if mql.pk not in found]
        _own(left, None, "", by=by, at=at)
        notify.tell_leads(left, at=at)
    notify.tell_of_moves([(mql, user, mql.owner) for mql in mqls], at=at, by=by)
    clocks.set_clocks(mqls, at=at)
    return mqls


def _own(mqls: Sequence[Mql], owner: User | None, because: str, *, by: User, at: datetime) -> None:
    before = {mql.pk: mql.owner_id for mql in mqls}
    for mql in mqls:
        mql.owner, mql.routed_because = owner, because[:200]
    write_owners(mqls)
    record_assignments(mqls, from_owners=before, by=by, at=at)
    tasks.follow_owner(mqls)


def _heirs(contacts: Sequence[Contact], user: User, to: User | None, at: datetime) -> dict[int, User | None]:
    """Who has what is left of each contact: the owner of its open MQL, else whom it would be routed to.

    Nobody's turn is used up by it.
    """
    owned = Mql.objects.open().filter(contact__in=contacts).exclude(owner=user).exclude(owner=None)
    heirs: dict[int, User | None] = {mql.contact_id: mql.owner for mql in owned.select_related("owner")}
    others = [contact for contact in contacts if contact.pk not in heirs]
    if to:
        return heirs | {contact.pk: to for contact in others}
    decider = Decider(others, open_desk(at=at), at=at)
    return heirs | {contact.pk: decider.decide(contact, passing_over={user.pk}).rep for contact in others}


class _AboutContact(Protocol):
    pk: int
    contact_id: int


Row = TypeVar("Row", bound=_AboutContact)


def _by_heir(rows: Iterable[Row], heirs: Mapping[int, User | None]) -> dict[User | None, list[Row]]:
    shared = defaultdict(list)
    for row in rows:
        shared[heirs.get(row.contact_id)].append(row)
    return dict(shared)


def _ids(rows: Collection[_AboutContact]) -> list[int]:
    return [row.pk for row in rows]


def _move_tasks(user: User, heirs: Mapping[int, User | None]) -> int:
    """Tasks of the MQLs that were moved have gone with them: these are the others."""
    open_tasks = list(Task.objects.open().filter(assignee=user).order_by("pk").select_for_update(no_key=True))
    for heir, some in _by_heir(open_tasks, heirs).items():
        Task.objects.filter(pk__in=_ids(some)).update(assignee=heir)
    return len(open_tasks)


def _move_come_backs(user: User, heirs: Mapping[int, User | None]) -> int:
    waits = list(_come_backs(user).order_by("pk").select_for_update(no_key=True))
    for heir, some in _by_heir(waits, heirs).items():
        ComeBack.objects.filter(pk__in=_ids(some)).update(user=heir)
    return len(waits)


def _move_mails(user: User, heirs: Mapping[int, User | None], at: datetime) -> int:
    """Have waiting mails sent by others. One that names who left cannot be: it is stopped, and its heir is asked to
    write another.
    """
    mails = list(_mails(user).order_by("pk").select_for_update(no_key=True))
    asked = []
    for heir, some in _by_heir(mails, heirs).items():
        own = [mail for mail in some if heir is None or _names(user, mail)]
        free = [mail for mail in some if mail not in own]
        ProspectMail.objects.filter(pk__in=_ids(free)).update(sender=heir)
        ProspectMail.objects.filter(pk__in=_ids(own)).update(
            state=ProspectMail.State.STOPPED,
            because=f"It was in the name of {user}, who handed on their work"[:200],
        )
        asked += [
            Task(
                kind=Task.Kind.MAIL,
                title=f"Write in place of {user}: {mail.subject}"[:200],
                contact_id=mail.contact_id,
                mql_id=mail.mql_id,
                assignee=heir,
                due_at=mail.send_at,
                created_at=at,
            )
            for mail in own
        ]
    Task.objects.bulk_create(asked)
    return len(mails)


def _names(user: User, mail: ProspectMail) -> bool:
    text = f"{mail.subject} {mail.body}".lower()
    return any(name and name.lower() in text for name in (user.first_name, user.last_name, user.email))
