"""What contacts did, and what was done to them."""

from django.db import models
from django.db.models import GeneratedField, Q
from django.db.models.functions import Lower
from django.utils import timezone

from crm.models.contact import Contact


class ActivityKind(models.TextChoices):
    """The kinds that Handoff knows by name. Others are kept as they come, and rules can name them too."""

    PAGE_VIEW = "page_view", "Page view"
    FORM_SUBMITTED = "form_submitted", "Form submitted"
    DEMO_REQUESTED = "demo_requested", "Demo requested"
    DEMO_VIEWED = "demo_viewed", "Demo viewed"
    CONTENT_DOWNLOADED = "content_downloaded", "Content downloaded"
    EMAIL_SENT = "email_sent", "E-mail sent"
    EMAIL_DELIVERED = "email_delivered", "E-mail delivered"
    EMAIL_OPEN = "email_open", "E-mail opened"
    EMAIL_CLICK = "email_click", "E-mail link clicked"
    EMAIL_REPLY = "email_reply", "E-mail answered"
    EMAIL_BOUNCE = "email_bounce", "E-mail bounced"
    EMAIL_UNSUBSCRIBE = "email_unsubscribe", "Unsubscribed"
    WEBINAR_REGISTERED = "webinar_registered", "Webinar registered"
    WEBINAR_ATTENDED = "webinar_attended", "Webinar attended"
    EVENT_ATTENDED = "event_attended", "Event attended"
    ROI_CALCULATOR = "roi_calculator", "ROI calculator used"
    TRIAL_STARTED = "trial_started", "Trial started"
    CHAT = "chat", "Chat"
    CALL = "call", "Call"
    MEETING = "meeting", "Meeting"
    NOTE = "note", "Note"
    SMS_SENT = "sms_sent", "SMS sent"
    TASK_DONE = "task_done", "Task done"


DONE_BY_US = frozenset(
    {
        ActivityKind.EMAIL_SENT,
        ActivityKind.EMAIL_DELIVERED,
        ActivityKind.EMAIL_BOUNCE,
        ActivityKind.EMAIL_UNSUBSCRIBE,
        ActivityKind.CALL,
        ActivityKind.NOTE,
        ActivityKind.SMS_SENT,
        ActivityKind.TASK_DONE,
    }
)
"""Kinds that say nothing of the contact's interest: a rep's call does not make a contact engaged again."""


class ActivityQuerySet(models.QuerySet["Activity"]):
    def engaging(self) -> "ActivityQuerySet":
        """What contacts did of their own accord: neither ours, nor a machine's."""
        return self.filter(automated=False).exclude(kind__in=DONE_BY_US)


class Activity(models.Model):
    """One thing a contact did or that was done to them, at a time.

    Append-only: a trigger refuses deletes and every update save the mark `automated`, outside erasure and merging.
    """

    # Its index is the one below that begins with it.
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="activities", db_index=False)
    kind = models.CharField(max_length=50)
    subject = models.CharField(
        max_length=450, blank=True, default="", help_text="URL path, or the name of the asset, form or mail."
    )
    campaign = models.CharField(max_length=150, blank=True, default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=60, help_text="The system that reported it.")
    external_id = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="Its id there: a repeat of it is not recorded again.",
    )
    automated = models.BooleanField(
        default=False, help_text="Made by a link scanner or bot, not by the person."
    )
    properties = models.JSONField(default=dict, blank=True)
    # Rules compare without case; lower-case copies keep that out of every evaluation.
    subject_key = GeneratedField(
        expression=Lower("subject"), output_field=models.CharField(max_length=450), db_persist=True
    )
    campaign_key = GeneratedField(
        expression=Lower("campaign"), output_field=models.CharField(max_length=150), db_persist=True
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["-occurred_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "source", "external_id"],
                condition=~Q(external_id=""),
                name="activity_delivered_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z][a-z0-9_]*$"), name="activity_kind_is_slug"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="activity_has_source"),
        ]
        indexes = [
            # The evaluator: one contact, a batch, or everyone in order, from the index alone.
            models.Index(
                fields=["contact", "occurred_at"],
                include=["kind", "automated", "subject_key", "campaign_key"],
                name="activity_evaluated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
