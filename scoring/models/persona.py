"""Who must and must not qualify: the tests of a scoring model, kept beside its rules."""

from django.db import models

from scoring.models.version import ScoringVersion


class Persona(models.Model):
    """A made-up contact with a history, and whether the version must qualify it."""

    version = models.ForeignKey(ScoringVersion, models.CASCADE, related_name="personas")
    name = models.CharField(max_length=200)
    qualifies = models.BooleanField()
    contact = models.JSONField(default=dict, blank=True)
    activities = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="persona_name_unique")]

    def __str__(self) -> str:
        return self.name
