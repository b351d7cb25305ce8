"""Segments: named groups of people, by who they are, what they did and what they score."""

from __future__ import annotations

from django.db import models

from scoring.models.version import ConditionRow


class Segment(models.Model):
    """People for whom every condition holds, whoever that is at the time."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SegmentCondition(ConditionRow):
    """One condition of a segment, on people."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="conditions")

    class Meta(ConditionRow.Meta):
        pass
