"""Which fields and values the facts really hold, and how often: what the editors of conditions suggest."""

from __future__ import annotations

from django.db import models

from scoring.models.version import Dimension


class SurveyedField(models.Model):
    """One field or property key that is present in the data, with its most frequent values."""

    dimension = models.CharField(max_length=10, choices=Dimension)
    field = models.CharField(max_length=150)
    known = models.PositiveBigIntegerField(help_text="In how many rows it is known.")
    values = models.JSONField(
        default=list, help_text="The most frequent values with how often: [[value, 12], …]"
    )
    estimated = models.BooleanField(default=False, help_text="Counted in a sample, and scaled up.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["dimension", "-known", "field"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "field"], name="surveyedfield_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.field} ({self.known})"
