"""What the judgement does when facts change: it marks whom they are about, and asks for a drain.

A worker that starts asks for one too.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django_q.signals import post_spawn

from crm.signals import facts_changed
from scoring import jobs, marks


@receiver(facts_changed)
def mark_changed(*, contact_ids: list[int], company_ids: list[int], at: datetime, **_: Any) -> None:
    marks.mark(contact_ids, company_ids=company_ids, at=at)
    # The facts are recorded: whoever sent them must not be told otherwise because the queue is out of order.
    transaction.on_commit(jobs.ask_to_drain, robust=True)


post_spawn.connect(jobs.ask_as_worker_starts)
