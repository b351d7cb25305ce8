"""Times at which no MQL was opened, although scoring went on."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


class PauseQuerySet(models.QuerySet["Pause"]):
    def current(self) -> Pause | None:
        """The pause that holds now, or None."""
        return self.filter(ended_at=None).first()

    def at(self, moment: datetime) -> PauseQuerySet:
        """What held at `moment`."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=moment), began_at__lte=moment)


class Pause(models.Model):
    """From `began_at` until `ended_at` (unset: still) nobody becomes an MQL. At most one holds."""

    began_at = models.DateTimeField()
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    why = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="pause_one_holds"),
        ]

    def __str__(self) -> str:
        return f"Paused since {self.began_at:%Y-%m-%d %H:%M}"
