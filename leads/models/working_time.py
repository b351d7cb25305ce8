"""When people are at work: hours of the day, days of the week, holidays and days off."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q


def weekdays() -> list[int]:
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


class WorkingHours(models.Model):
    """A calendar of work that teams and reps share. Whoever has none works by the organisation's, from settings."""

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64, help_text="A name such as Europe/Paris.")
    starts = models.TimeField(default=time(9))
    ends = models.TimeField(default=time(18))
    days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        default=weekdays,
        help_text="Days of the week, Monday being 0.",
    )
    holidays_country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        help_text="Whose public holidays are free, as DE or US. Empty: none.",
    )
    holidays_subdivision = models.CharField(
        max_length=10, blank=True, default="", help_text="The state or province, as BY or CA."
    )

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="workinghours_start_before_end"),
        ]

    def __str__(self) -> str:
        return self.name


class ClosedDay(models.Model):
    """A day on which nobody of these hours works, besides public holidays."""

    hours = models.ForeignKey(WorkingHours, models.CASCADE, related_name="closed_days")
    day = models.DateField()
    name = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["hours", "day"], name="closedday_unique")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
