"""Which rep is given an MQL, and why that one.

First whoever owns the contact, else whoever owns the company, where they are available; else round robin. The rows of
the available reps are locked meanwhile, so that any number of drains at once share out as one would.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Max

from leads import clocks, notify, tasks
from leads.models import Assignment, Mql, Rep

logger = logging.getLogger(__name__)

MOST_PER_RUN = 500


@dataclass(slots=True)
class Seat:
    """A rep at the desk. `room` is how many more MQLs they take, None for any number."""

    rep: Rep
    room: int | None

    @property
    def free(self) -> bool:
        return self.room is None or self.room > 0


@dataclass(slots=True)
class Desk:
    """The available reps, by user. `turn` is the last one that was given out; `moved` are those whose turn changed."""

    seats: dict[int, Seat]
    turn: int
    moved: list[Rep] = field(default_factory=list)

    def find(self, mql: Mql, passing_over: Collection[int] = ()) -> tuple[Seat, str] | None:
        """Who takes `mql`, and why. None where nobody has room, or only users who are to be passed over."""
        for owned in (mql.contact, mql.contact.company):
            owner = owned.owner_id if owned else None
            if (
                owned
                and owner
                and owner not in passing_over
                and (seat := self.seats.get(owner))
                and seat.free
            ):
                return seat, f"Owner of {owned.name}"
        return self._next(passing_over)

    def _next(self, passing_over: Collection[int]) -> tuple[Seat, str] | None:
        """Round robin: whose last turn is the longest ago."""
        free = [seat for user, seat in self.seats.items() if seat.free and user not in passing_over]
        if not free:
            return None
        seat = min(free, key=lambda each: (each.rep.turn, each.rep.pk))
        self.turn += 1
        seat.rep.turn = self.turn
        self.moved.append(seat.rep)
        return seat, f"Round robin: next of {len(free)} available reps" if free[
            1:
        ] else "The only available rep"


def route(
    mqls: Sequence[Mql], *, at: datetime, passing_over: Mapping[int, Collection[int]] | None = None
) -> list[Mql]:
    """Give each of `mqls` an owner, with their open tasks, and tell the owners. Returns those that found one.

    Users whom `passing_over` names for an MQL are not given it. What finds nobody stays as it is; where it has no owner
    either, the team leads are told. Call it in a transaction that holds the rows of `mqls`,
    with their contacts and companies loaded.
    """
    desk, passed = _open_desk(), passing_over or {}
    routed, unrouted, given = [], [], []
    for mql in mqls:
        if not (found := desk.find(mql, passed.get(mql.pk, ()))):
            unrouted.append(mql)
            continue
        seat, because = found
        if seat.room is not None:
            seat.room -= 1
        given.append(
            Assignment(
                mql=mql, at=at, from_owner_id=mql.owner_id, to_owner=seat.rep.user, because=because[:200]
            )
        )
        mql.owner, mql.routed_because = seat.rep.user, because[:200]
        routed.append(mql)
    _give(routed)
    Assignment.objects.bulk_create(given)
    Rep.objects.bulk_update({rep.pk: rep for rep in desk.moved}.values(), ["turn"])
    tasks.follow_owner(routed)
    notify.tell_owners(routed, at=at)
    notify.tell_leads([mql for mql in unrouted if mql.owner_id is None], at=at)
    return routed


def _give(mqls: Sequence[Mql]) -> None:
    """Write the owners. `bulk_update` compares every row with every value, which takes long for a full batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_mql SET owner_id = given.owner_id, routed_because = given.because
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given (id, owner_id, because)
            WHERE leads_mql.id = given.id
            """,
            [
                [mql.pk for mql in mqls],
                [mql.owner_id for mql in mqls],
                [mql.routed_because for mql in mqls],
            ],
        )


def _open_desk() -> Desk:
    """Lock the available reps, in one order, and see what they hold."""
    available = Rep.objects.available().select_related("user").order_by("pk")
    reps = list(available.select_for_update(of=("self",)))
    owners = [rep.user_id for rep in reps if rep.capacity is not None]
    held = dict(
        Mql.objects.open().filter(owner__in=owners).order_by().values_list("owner").annotate(Count("pk"))
    )
    seats = {
        rep.user_id: Seat(rep, None if rep.capacity is None else rep.capacity - held.get(rep.user_id, 0))
        for rep in reps
    }
    # Absent reps count too: who comes back must not wait until the others' turns have caught up with theirs.
    return Desk(seats, turn=Rep.objects.aggregate(last=Max("turn"))["last"] or 0)


@transaction.atomic
def route_unassigned(*, at: datetime) -> int:
    """Route open MQLs that have no owner, the oldest first. Returns how many found one.

    Safe twice and beside itself: what another run holds is left to it, and what has an owner is not found.
    """
    if not Rep.objects.available().exists():
        return 0
    waiting = Mql.objects.open().filter(owner=None).select_related("contact__company")
    waiting = waiting.order_by("opened_at", "pk").select_for_update(
        of=("self",), no_key=True, skip_locked=True
    )
    mqls = list(waiting[:MOST_PER_RUN])
    if not mqls:
        return 0
    routed = route(mqls, at=at)
    clocks.set_clocks(routed, at=at)
    logger.info("routed waiting=%s found_owner=%s", len(mqls), len(routed))
    return len(routed)
