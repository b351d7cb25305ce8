"""What the work does when scores or facts change: it opens MQLs, ends plans of whoever answered, comes back
to the recycled who are active again, and tells who should know.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from crm.record.activities import append_activities
from crm.signals import facts_changed
from leads import come_back, let_go, notify, plans
from leads.below import mark_below
from leads.buying_signals import note_signals
from leads.qualify import qualify
from leads.search import keep_in_step
from scoring.signals import everyone_evaluated, publication_refused, scores_changed


@receiver(scores_changed)
def open_mqls(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    qualify(contact_ids, at=at)


@receiver(scores_changed)
def mark_mqls_below(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    mark_below(contact_ids, at=at)


@receiver(everyone_evaluated)
def let_held_go(*, at: datetime, **_: Any) -> None:
    let_go.let_go(at=at)


@receiver(publication_refused)
def tell_of_refusal(*, publication_id: int, at: datetime, **_: Any) -> None:
    notify.tell_of_refusal(publication_id, at=at)


@receiver(facts_changed)
def end_answered_plans(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    # In a transaction of its own: within the writer's it would wait for MQLs with marks in hand that verdicts wait for.
    transaction.on_commit(partial(plans.end_answered, contact_ids, at=at), robust=True)


@receiver(scores_changed)
def tell_of_engagement(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    notify.tell_of_engagement(contact_ids, at=at)


@receiver(facts_changed, sender=append_activities)
def tell_of_reply(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    notify.tell_of_reply(contact_ids, at=at)


@receiver(scores_changed)
def note_buying_signals(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    note_signals(contact_ids, at=at)


@receiver(facts_changed)
def keep_mqls_found(*, contact_ids: list[int], company_ids: list[int], **_: Any) -> None:
    # As above: after the writer let go of what others wait for.
    transaction.on_commit(partial(keep_in_step, contact_ids, company_ids), robust=True)


@receiver(facts_changed, sender=append_activities)
def come_back_to_the_active(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    come_back.come_back_active(contact_ids, at=at)
