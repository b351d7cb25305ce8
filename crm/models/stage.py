"""How contacts moved through the lifecycle."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.models.contact import Contact, Stage


class StageChange(models.Model):
    """One move of one contact. `from_stage` is empty where the contact entered."""

    # Its index is the one below that begins with it.
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="stage_changes", db_index=False)
    from_stage = models.CharField(max_length=12, choices=Stage, blank=True, default="")
    to_stage = models.CharField(max_length=12, choices=Stage)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_stage=F("to_stage")), name="stagechange_moves"),
            models.CheckConstraint(condition=Q(to_stage__in=Stage.values), name="stagechange_stage_known"),
        ]
        indexes = [
            # The stage that a contact had at a moment; its timeline.
            models.Index(fields=["contact", "at"], name="stagechange_moment"),
            # Entries into a stage by period, for reports.
            models.Index(fields=["to_stage", "at"], name="stagechange_entries"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage or 'new'} → {self.to_stage}"
