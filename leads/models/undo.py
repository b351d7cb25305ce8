"""What a verdict changed, kept so that it can be taken back within a minute."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from leads.models.mql import Mql


class MqlAction(models.Model):
    """One thing that a user did to an MQL, with what stood before."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        QUALIFIED = "qualified", "Qualified"
        RECYCLED = "recycled", "Recycled"
        DISQUALIFIED = "disqualified", "Disqualified"
        ASSIGNED = "assigned", "Assigned"

    mql = models.ForeignKey(Mql, models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=12, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(
        help_text="Columns of the MQL and the contact, and ids of tasks, as they stood."
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # What a user may still take back.
            models.Index(fields=["by", "-at"], condition=models.Q(undone_at=None), name="mqlaction_undoable"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mql}"
