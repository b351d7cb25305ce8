"""Owners for MQLs: what `leads.routing` decides is written here, with its history, and told.

The rows of all reps are locked meanwhile, so that any number of drains at once share out as one would.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from leads import clocks, notify, tasks
from leads.first_mail import plan_first_mails
from leads.hand_over import record_assignments, write_owners
from leads.models import Assignment, Mql, Rep
from leads.routing.decide import Decider, Decision
from leads.routing.desk import open_desk

logger = logging.getLogger(__name__)

BATCH = 500
MOST_BATCHES = 20
"""MQLs that one run of the job routes at most, by batches, each in a transaction of its own."""


def route(
    mqls: Sequence[Mql],
    *,
    at: datetime,
    passing_over: Mapping[int, Collection[int]] | None = None,
    because: str = "",
) -> list[Mql]:
    """Give each of `mqls` an owner, with their open tasks, and tell the new owners. Returns those that found one.

    `passing_over` names, by MQL, users who must not get it, as those from whom it is taken. `because` says why they are
    routed anew. What finds nobody keeps the owner it has; where that is none, the team leads are told. Call it in a
    transaction that holds the rows of `mqls`, with their contacts and companies loaded.
    """
    desk = open_desk(at=at)
    decider = Decider([mql.contact for mql in mqls], desk, at=at, apart_from=[mql.pk for mql in mqls])
    before = {mql.pk: mql.owner_id for mql in mqls}
    decisions = {
        mql.pk: decider.decide(mql.contact, passing_over=(passing_over or {}).get(mql.pk, ())) for mql in mqls
    }
    routed = [mql for mql in mqls if decisions[mql.pk].rep]
    for mql in routed:
        _own(mql, decisions[mql.pk], because)
    write_owners(routed)
    desk.save_turns()
    unrouted = [mql for mql in mqls if mql.owner_id is None]
    trails = {pk: decision.trail for pk, decision in decisions.items()}
    record_assignments(
        [*routed, *_never_flagged(unrouted)], from_owners=before, by=None, at=at, trails=trails
    )
    tasks.follow_owner(routed)
    notify.tell_owners(routed, at=at)
    notify.tell_leads(unrouted, at=at)
    return routed


def _own(mql: Mql, decision: Decision, because: str) -> None:
    mql.owner = decision.rep
    mql.routed_because = (f"{because}. {decision.because}" if because else decision.because)[:200]


def _never_flagged(mqls: Sequence[Mql]) -> list[Mql]:
    """Those of `mqls` whose history does not say yet that nobody is there: each run of the job would say it anew."""
    flags = Assignment.objects.filter(mql__in=[mql.pk for mql in mqls], to_owner=None).order_by()
    said = set(flags.values_list("mql", flat=True)) if mqls else set()
    return [mql for mql in mqls if mql.pk not in said]


def route_unassigned(*, at: datetime) -> int:
    """Route open MQLs that have no owner, the oldest first. Returns how many found one.

    Safe twice and beside itself: what another run holds is left to it, and what has an owner is not found. It stops at
    the first that finds nobody: everybody is asked for each, so that none behind it would find anybody either.
    """
    found = 0
    for _ in range(MOST_BATCHES):
        waiting, routed = _route_batch(at)
        found += routed
        if waiting < BATCH or routed < waiting:
            break
    return found


@transaction.atomic
def _route_batch(at: datetime) -> tuple[int, int]:
    """Route the oldest that wait. Returns how many those were, and how many of them found an owner."""
    if not Rep.objects.available().exists():
        return 0, 0
    waiting = Mql.objects.open().filter(owner=None).select_related("contact__company")
    # Many times as long as the rest of a row, and nobody asks for it here.
    waiting = waiting.defer("explanation", "search", "document")
    waiting = waiting.order_by("opened_at", "pk").select_for_update(
        of=("self",), no_key=True, skip_locked=True
    )
    mqls = list(waiting[:BATCH])
    if not mqls:
        return 0, 0
    routed = route(mqls, at=at)
    clocks.set_clocks(routed, at=at)
    plan_first_mails(routed, at=at)
    logger.info("routed waiting=%s found_owner=%s", len(mqls), len(routed))
    return len(mqls), len(routed)
