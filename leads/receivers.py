"""What the work does when scores change: it opens MQLs."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from leads.qualify import qualify
from scoring.signals import scores_changed


@receiver(scores_changed)
def open_mqls(*, contact_ids: list[int], at: datetime, **_: Any) -> None:
    qualify(contact_ids, at=at)
