"""What the judgement does when facts change: it marks whom they are about, and asks for a drain."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from crm.signals import facts_changed
from scoring import jobs, marks


@receiver(facts_changed)
def mark_changed(*, contact_ids: list[int], company_ids: list[int], at: datetime, **_: Any) -> None:
    marks.mark(contact_ids, company_ids=company_ids, at=at)
    transaction.on_commit(jobs.ask_to_drain)
