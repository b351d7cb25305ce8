"""By when sales must touch an MQL, by grade, and what happens as time runs out."""

from __future__ import annotations

import math

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class SlaTarget(models.Model):
    """The time to the first touch of MQLs of a grade. Without a row for it, the row without a grade counts; without
    that, `SLA_MINUTES`.
    """

    grade = models.CharField(
        max_length=2,
        blank=True,
        default="",
        unique=True,
        help_text="As A1; A: all of that fit. Empty: every other.",
    )
    minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="Working time, in minutes of the owner's hours."
    )
    remind_at_percent = models.PositiveSmallIntegerField(
        default=50,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text="When the owner is reminded. Empty: never.",
    )
    reassign_at_percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(101), MaxValueValidator(1000)],
        help_text="When it goes to the next rep. Empty: never.",
    )

    class Meta:
        verbose_name = "SLA target"
        ordering = ["grade"]

    def __str__(self) -> str:
        """As A1: 15 minutes; reminded at 8 min; goes on at 30 min."""
        parts = [f"{self.grade or 'Every other'}: {_length(self.minutes)}"]
        if self.remind_at_percent:
            parts.append(f"reminded at {self._at(self.remind_at_percent)}")
        if self.reassign_at_percent:
            parts.append(f"goes on at {self._at(self.reassign_at_percent)}")
        return "; ".join(parts)

    def _at(self, percent: int) -> str:
        minutes = math.ceil(self.minutes * percent / 100)
        return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
