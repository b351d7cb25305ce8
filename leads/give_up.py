"""Giving up: an MQL goes back to nurture on the day its plan says, when nobody has answered until then."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from crm.models import Contact
from leads.models import Enrolment, Mql, Task, Verdict
from leads.plan_days import moment_of
from leads.plan_steps import hours_by_mql
from leads.plans import answers_since_start, end_answered
from leads.verdict import give_verdict

logger = logging.getLogger(__name__)

MOST_PER_RUN = 200


def give_up_due(*, at: datetime) -> int:
    """Recycle the MQLs whose plan gives up by `at`. Returns how many.

    Safe twice, at once and days late: each is taken by its contact's row, and what another holds is left to it. Whoever
    answered meanwhile is not given up on, nor who was promised a callback that is still to be made.
    """
    due = Enrolment.objects.to_give_up(at=at).order_by("give_up_at", "pk")
    return sum(_give_up(pk, at) for pk in list(due.values_list("pk", flat=True)[:MOST_PER_RUN]))


@transaction.atomic
def _give_up(enrolment_id: int, at: datetime) -> bool:
    """Recycle the MQL of one enrolment, and say whether it was."""
    people = Contact.objects.filter(mqls__enrolments=enrolment_id)
    contact = people.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if contact is None:
        return False
    mql = Mql.objects.select_for_update(no_key=True).get(enrolments=enrolment_id)
    waiting = Enrolment.objects.to_give_up(at=at).filter(pk=enrolment_id)
    enrolment = waiting.select_related("plan", "step__reason").first()
    if enrolment is None or enrolment.step is None or enrolment.step.reason is None:
        return False
    if answers_since_start(waiting):
        end_answered([contact.pk], at=at)
        return False
    if promised := Task.objects.open().filter(mql=mql, kind=Task.Kind.CALLBACK).order_by("-due_at").first():
        hours = hours_by_mql([mql])[mql.pk]
        waiting.update(give_up_at=moment_of(1, max(promised.due_at, at), hours))
        return False
    reason, note = enrolment.step.reason.text, f"Nobody answered: {enrolment.plan} came to its end."
    give_verdict(mql, Verdict.RECYCLED, by=None, at=at, reason=reason, note=note)
    logger.info("gave up mql=%s plan=%s", mql.pk, enrolment.plan_id)
    return True
