"""What the live version makes of each contact, and how that changed. Only evaluations write here."""

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import F, Q

from crm.models import Contact
from scoring.models.version import ScoringVersion


class Score(models.Model):
    """A contact's score as of its last evaluation; `changed_at` is when an evaluation last moved anything of it."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="score")
    version = models.ForeignKey(ScoringVersion, models.PROTECT, related_name="scores")
    fit = models.DecimalField(max_digits=14, decimal_places=2)
    engagement = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    grade = models.CharField(max_length=2)
    disqualified = models.BooleanField()
    fast_tracked = models.BooleanField()
    crosses = models.BooleanField(
        help_text="Fast-tracked or over the threshold and both minima, and not disqualified by a rule."
    )
    rule_points = models.JSONField(help_text="Points before any cap, or the effect, by the name of the rule.")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-total", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(total=F("fit") + F("engagement")), name="score_adds_up"),
        ]
        indexes = [
            # Contacts by score, best first.
            BTreeIndex(fields=["-total", "contact"], name="score_best_first"),
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.grade}"


class ScoreChange(models.Model):
    """One move of one score: when, from what to what, because of which rules, under which version."""

    # Its index is the one below that begins with it.
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="score_changes", db_index=False)
    version = models.ForeignKey(ScoringVersion, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    fit_from = models.DecimalField(max_digits=14, decimal_places=2)
    fit_to = models.DecimalField(max_digits=14, decimal_places=2)
    engagement_from = models.DecimalField(max_digits=14, decimal_places=2)
    engagement_to = models.DecimalField(max_digits=14, decimal_places=2)
    grade_from = models.CharField(max_length=2, blank=True, default="")
    grade_to = models.CharField(max_length=2)
    because = models.JSONField(
        help_text="Per rule that moved: its name, and its points or effect before and after."
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # A contact's score over time.
            models.Index(fields=["contact", "at"], name="scorechange_history"),
        ]

    def __str__(self) -> str:
        return f"{self.fit_from + self.engagement_from} → {self.fit_to + self.engagement_to}"
