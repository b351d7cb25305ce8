"""From changed scores to open MQLs: who crosses the threshold, with nothing else in the way, gets exactly one.

An MQL opens with everything that goes with it, in one transaction: the score and its reasons as they stand, the stage,
an owner, the first touch to be made, and word to the owner.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from crm import record
from crm.models import Contact, Stage
from leads import clocks, come_back, plans, tasks
from leads.buying_signals import newest_signal
from leads.first_mail import plan_first_mails
from leads.hold_back import hold_back
from leads.models import Mql
from leads.route import route
from leads.search import keep_in_step
from scoring import pause
from scoring.evaluate import evaluator_of
from scoring.explain import Explanation, explain
from scoring.models import Score, ScoringVersion
from scoring.standing import blocked_by

logger = logging.getLogger(__name__)


@transaction.atomic
def qualify(contact_ids: Collection[int], *, at: datetime) -> list[int]:
    """Open an MQL for each of `contact_ids` that qualifies at `at`, save who must wait for their turn after a change of
    the rules. Returns the ids of those that were opened.

    Safe twice and at once: contacts are locked (a drain holds them already), and each has one open MQL at most.
    """
    version = ScoringVersion.objects.live()
    if version is None:
        return []
    crossing = _lock_crossing(contact_ids, version)
    if not crossing:
        return []
    paused = pause.hold()
    blocks = blocked_by(crossing, evaluator_of(version).spec, at=at)
    free = [pk for pk in crossing if set(blocks[pk]) <= {"paused"}]
    # Whoever a pause stops is held back all the same: else they would all open at once when it ends.
    held = hold_back(free, at=at) if free else set()
    if paused or not (opening := set(free) - held):
        return []
    explanations = explain(sorted(opening), at=at, version=version)
    # In one order, since routing shares out in it.
    mqls = _open([explanations[pk] for pk in sorted(explanations) if explanations[pk].qualifies], version, at)
    if not mqls:
        return []
    keep_in_step([mql.contact_id for mql in mqls])
    record.move_stage(
        [mql.contact_id for mql in mqls], Stage.MQL, by=None, at=at, reason="Qualified by its score"
    )
    route(mqls, at=at)
    clocks.set_clocks(mqls, at=at)
    tasks.open_first_touches(mqls, at=at)
    come_back.settle_opened(mqls, at=at)
    plans.start(mqls, at=at)
    plan_first_mails(mqls, at=at)
    for mql in mqls:
        logger.info("opened mql=%s contact=%s owner=%s", mql.pk, mql.contact_id, mql.owner_id)
    return [mql.pk for mql in mqls]


def with_open_mql(contact_ids: Sequence[int], at: datetime) -> set[int]:
    """Those of `contact_ids` whose MQL was open at `at`. `scoring` asks this, of any moment."""
    opened = Mql.objects.filter(contact__in=contact_ids, opened_at__lte=at)
    return set(opened.filter(Q(closed_at=None) | Q(closed_at__gt=at)).values_list("contact_id", flat=True))


def _lock_crossing(contact_ids: Collection[int], version: ScoringVersion) -> list[int]:
    """Those whose score is enough under `version`, their rows held until the transaction ends."""
    scores = Score.objects.filter(contact__in=contact_ids, version=version, crosses=True)
    people = Contact.objects.filter(pk__in=scores.values("contact")).order_by("pk")
    return list(people.select_for_update(no_key=True).values_list("pk", flat=True))


def _open(explanations: Sequence[Explanation], version: ScoringVersion, at: datetime) -> list[Mql]:
    """Insert an MQL for each, save where one is open by now. Returns those that are really there."""
    people = Contact.objects.select_related("company").in_bulk([each.contact_id for each in explanations])
    mqls = [
        Mql(
            pk=pk,
            contact=people[each.contact_id],
            version=version,
            fit=each.fit,
            engagement=each.engagement,
            total=each.total,
            grade=each.grade,
            explanation=each.as_json(),
            opened_at=at,
            signal_at=newest_signal(each, at=at),
        )
        for pk, each in zip(_new_ids(len(explanations)), explanations, strict=True)
    ]
    Mql.objects.bulk_create(mqls, ignore_conflicts=True)
    inserted = set(Mql.objects.filter(pk__in=[mql.pk for mql in mqls]).values_list("pk", flat=True))
    return [mql for mql in mqls if mql.pk in inserted]


def _new_ids(number: int) -> list[int]:
    """Ids drawn beforehand: an insert that passes over conflicts does not tell which rows it made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('leads_mql', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [pk for (pk,) in cursor.fetchall()]
