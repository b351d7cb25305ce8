"""What a user is told inside the application."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from leads.models.mql import Mql


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def mark_read(self, *, at: datetime) -> int:
        """Mark those unread as read. Returns how many there were."""
        return self.unread().update(read_at=at)


class Notification(models.Model):
    """One thing told to one user once."""

    class Kind(models.TextChoices):
        MQL_ASSIGNED = "mql_assigned", "MQL assigned"
        MQL_UNASSIGNED = "mql_unassigned", "MQL without an owner"
        MQL_TAKEN_AWAY = "mql_taken_away", "MQL handed to somebody else"
        MQL_ENGAGED = "mql_engaged", "New buying signal on an open MQL"
        SLA_REMINDER = "sla_reminder", "Half of the SLA has passed"
        SLA_BREACHED = "sla_breached", "SLA breached in the team"
        TASK_DUE = "task_due", "Task due"
        TASK_ASSIGNED = "task_assigned", "Task handed to you"
        CAME_BACK = "came_back", "Recycled contact is back"
        REPLIED = "replied", "Prospect replied"
        MODEL_REFUSED = "model_refused", "Planned scoring version refused"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(
        max_length=120, unique=True, help_text="What it is about: the same is never told twice."
    )
    mql = models.ForeignKey(Mql, models.CASCADE, null=True, blank=True, related_name="notifications")
    text = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            # The bell: a user's unread ones, newest first.
            models.Index(
                fields=["user", "-created_at"], condition=models.Q(read_at=None), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.text
