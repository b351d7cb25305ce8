"""What a version would do, tried on everyone now (preview) or on the past (backtest), in the background."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.models import Contact
from scoring.models.version import ScoringVersion


class Trial(models.Model):
    """One run. `model` is what was tried, so that a later edit of the draft does not change what the result is of."""

    class Kind(models.TextChoices):
        PREVIEW = "preview", "Preview"
        BACKTEST = "backtest", "Backtest"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=8, choices=Kind)
    version = models.ForeignKey(ScoringVersion, models.CASCADE, related_name="trials")
    against = models.ForeignKey(
        ScoringVersion,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The live version then.",
    )
    model = models.TextField(help_text="The version as a file, as it was when the trial was asked for.")
    options = models.JSONField(default=dict, blank=True, help_text="For a backtest, how many weeks.")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0, help_text="How much of the work is done.")
    total = models.PositiveBigIntegerField(default=0)
    cancel = models.BooleanField(default=False, help_text="Somebody wants it to stop.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(
        null=True, blank=True, help_text="When the worker last told its progress."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"]) | Q(ended_at__isnull=False), name="trial_ended"
            ),
        ]
        indexes = [
            # The newest of a version, and what still waits.
            models.Index(fields=["version", "kind", "-asked_at"], name="trial_newest"),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["waiting", "running"]), name="trial_at_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.version}"


class TrialContact(models.Model):
    """One person for whom the trial and what it is held against differ, or whom it would hand over."""

    class Change(models.TextChoices):
        OPENS = "opens", "Would become an MQL at once"
        GAINED = "gained", "MQL that was not"
        LOST = "lost", "MQL that would not have been"
        EARLIER = "earlier", "MQL earlier"
        SAME = "same", "MQL the same day"
        LATER = "later", "MQL later"
        NO_MORE = "no_more", "Open MQL that no longer qualifies"
        UP = "up", "Better grade"
        DOWN = "down", "Worse grade"

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="contacts", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    change = models.CharField(max_length=7, choices=Change)
    total_before = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    total_after = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    grade_before = models.CharField(max_length=2, blank=True, default="")
    grade_after = models.CharField(max_length=2, blank=True, default="")
    at = models.DateTimeField(null=True, help_text="When the trial would have opened an MQL.")
    really_at = models.DateTimeField(null=True, help_text="When one was opened.")
    outcome = models.CharField(max_length=20, blank=True, default="", help_text="What sales made of it.")

    class Meta:
        ordering = ["trial", "change", "-total_after", "pk"]
        indexes = [
            # A trial's list, by what changed, best first.
            models.Index(fields=["trial", "change", "-total_after", "id"], name="trialcontact_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.get_change_display()}"
