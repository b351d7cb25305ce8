"""The durable queue: contacts whose facts changed and who wait for an evaluation."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from crm.models import Contact


class PendingQuerySet(models.QuerySet["Pending"]):
    def due(self, *, at: datetime) -> PendingQuerySet:
        return self.filter(Q(not_before=None) | Q(not_before__lte=at))


class Pending(models.Model):
    """A mark that a contact must be evaluated. One that failed waits until `not_before` and says why."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="pending")
    marked_at = models.DateTimeField(default=timezone.now)
    bulk = models.BooleanField(
        default=False, help_text="Marked with everyone else, and taken when no fact is waiting."
    )
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    objects = PendingQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "pending"
        ordering = ["bulk", "marked_at", "pk"]
        indexes = [
            # The drain takes those with new facts before those marked in bulk, the oldest first.
            models.Index(fields=["bulk", "marked_at", "contact"], name="pending_next"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk} since {self.marked_at}"


TAKE = """
    INSERT INTO scoring_drainrequest AS held (id, requested_at) VALUES (1, %(at)s)
    ON CONFLICT (id) DO UPDATE SET requested_at = EXCLUDED.requested_at
    WHERE held.requested_at IS NULL OR held.requested_at < %(lost_before)s
"""


class DrainRequestManager(models.Manager["DrainRequest"]):
    def take(self, *, at: datetime, lost_before: datetime) -> bool:
        """Whether the request is ours to make at `at`: none is waiting, or one so old that its worker is gone."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"at": at, "lost_before": lost_before})
            return bool(cursor.rowcount)

    def give_back(self) -> None:
        """Let the next request be made."""
        self.update(requested_at=None)


class DrainRequest(models.Model):
    """The one row that keeps at most one drain job asked for. `requested_at` is empty when none is."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    requested_at = models.DateTimeField(null=True)

    objects = DrainRequestManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="drainrequest_one_row")]

    def __str__(self) -> str:
        return f"requested at {self.requested_at}" if self.requested_at else "none"


class EveryoneRequest(models.Model):
    """The one row by which everyone is to be evaluated. `requested_at` is empty when nobody asked; else those whose id
    is above `marked_to` are still to be marked.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    requested_at = models.DateTimeField(null=True)
    marked_to = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="everyonerequest_one_row")]

    def __str__(self) -> str:
        return f"since {self.requested_at}, to {self.marked_to}" if self.requested_at else "none"
