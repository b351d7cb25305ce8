"""The outbox: what must leave the application, written with the effect that causes it, delivered afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LEASE = timedelta(minutes=5)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, at: datetime) -> DeliveryQuerySet:
        """What waits and may be tried now, leases that ran out included."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=at),
            state=Delivery.State.WAITING,
            next_attempt_at__lte=at,
        )

    def lease(self, delivery_id: int, *, at: datetime) -> Delivery | None:
        """Take a due row for five minutes, or None where another has it or nothing is left to do."""
        taken = (
            self.due(at=at).filter(pk=delivery_id).update(leased_until=at + LEASE, attempts=F("attempts") + 1)
        )
        return self.get(pk=delivery_id) if taken else None


class Delivery(models.Model):
    """One message on its way out, and how that went."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SLACK = "slack", "Incoming webhook"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DEAD = "dead", "Dead letter"
        WITHDRAWN = "withdrawn", "Withdrawn"

    key = models.CharField(
        max_length=120, unique=True, help_text="What it is about: the same is never queued twice."
    )
    channel = models.CharField(max_length=10, choices=Channel)
    recipient = models.CharField(max_length=500)
    template = models.CharField(max_length=60)
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at", "-pk"]
        indexes = [
            # What the outbox job takes next.
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.recipient}"
