"""When which version went live, or is to: who wanted it, why, and how many MQLs it might open at once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from scoring.models.version import ScoringVersion


class Opening(models.TextChoices):
    """What becomes of those who qualify by the change of rules alone, and not by anything they did."""

    ALL = "all", "Open an MQL for each of them at once"
    PACED = "paced", "Open the best now, and the others day by day"
    NEW_ONLY = "new_only", "Open none of them before they engage anew"


class PublicationQuerySet(models.QuerySet["Publication"]):
    def planned(self) -> PublicationQuerySet:
        return self.filter(state=Publication.State.PLANNED)

    def done(self) -> PublicationQuerySet:
        return self.filter(state=Publication.State.DONE)

    def due(self, *, at: datetime) -> PublicationQuerySet:
        return self.planned().filter(due_at__lte=at)

    def current(self) -> Publication | None:
        """The one by which the live version is live; None before the first."""
        return self.done().order_by("-done_at", "-pk").first()


class Publication(models.Model):
    """A version goes live. One that is planned for later waits until it is due, and is checked anew then."""

    class Kind(models.TextChoices):
        PUBLISH = "publish", "Published"
        ROLL_BACK = "roll_back", "Rolled back to"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    version = models.ForeignKey(ScoringVersion, models.CASCADE, related_name="publications")
    replaced = models.ForeignKey(ScoringVersion, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.PUBLISH)
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    why = models.TextField(blank=True, default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    swept_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last of those who were there had been evaluated anew."
    )
    planned_as = models.CharField(
        max_length=16,
        blank=True,
        default="",
        editable=False,
        help_text="What was planned: seen.seen_version.",
    )
    expected = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many MQLs were to open at once, as whoever decided saw it."
    )
    failure = models.TextField(blank=True, default="")
    opening = models.CharField(max_length=8, choices=Opening, default=Opening.ALL)
    open_now = models.PositiveIntegerField(default=0, help_text="How many of the best open at once.")
    open_per_day = models.PositiveIntegerField(default=0, help_text="How many of the others open a day.")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        permissions = [("publish_scoringversion", "Can publish scoring versions, roll back and pause")]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state="planned"), name="publication_planned_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False), name="publication_done_since"
            ),
            models.CheckConstraint(
                condition=~Q(opening="paced") | Q(open_now__gt=0) | Q(open_per_day__gt=0),
                name="publication_has_a_pace",
            ),
        ]
        indexes = [
            # What the job that publishes takes next.
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="publication_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version} on {self.due_at:%Y-%m-%d %H:%M}"
