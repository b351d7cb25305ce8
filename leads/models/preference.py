"""How each user wants to be told of what."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models

from leads.models.notification import Notification


class NotificationSettings(models.Model):
    """Where and when a user is told. Whoever has no row is told as one with these defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notification_settings"
    )
    slack_url = models.URLField(
        "incoming webhook",
        max_length=500,
        blank=True,
        default="",
        help_text="An address that takes Slack's format.",
    )
    digest_at = models.TimeField(
        default=time(8, 30), help_text="When the daily digest leaves, by the user's clock."
    )
    outside_hours = models.BooleanField(
        "also outside working hours",
        default=False,
        help_text="Unset: what leaves the application waits for the morning.",
    )

    class Meta:
        verbose_name_plural = "notification settings"

    def __str__(self) -> str:
        return f"Notifications of {self.user}"


class NotificationPreference(models.Model):
    """How a user is told of one kind. Whoever has no row for it is told as `leads.notify.ways` says."""

    class Mail(models.TextChoices):
        OFF = "off", "Never"
        AT_ONCE = "at_once", "At once"
        DIGEST = "digest", "In the daily digest"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=20, choices=Notification.Kind)
    in_app = models.BooleanField("in the application", default=True)
    mail = models.CharField(max_length=7, choices=Mail, default=Mail.AT_ONCE)
    slack = models.BooleanField("to the webhook", default=False)

    class Meta:
        ordering = ["user", "kind"]
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notificationpreference_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user}"


class DigestItem(models.Model):
    """Something that waits for its user's next digest."""

    notification_key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_items")
    kind = models.CharField(max_length=20, choices=Notification.Kind)
    mql = models.ForeignKey("leads.Mql", models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            # What the digest job takes next.
            models.Index(fields=["user"], condition=models.Q(sent_at=None), name="digestitem_waiting"),
        ]

    def __str__(self) -> str:
        return self.notification_key
