"""Scoring models as rows: a version, its groups, their rules, their conditions.

A version is edited as a draft. Once published it never changes: triggers refuse it, so that a score can
always be explained by the rules that gave it. What the rows mean is said by `scoring.spec`; who may qualify
by `scoring.standing`.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Dimension(models.TextChoices):
    FIT = "fit", "Fit"
    ENGAGEMENT = "engagement", "Engagement"


class Effect(models.TextChoices):
    POINTS = "points", "Gives points"
    DISQUALIFY = "disqualify", "Disqualifies"
    FAST_TRACK = "fast_track", "Fast-tracks"


class Per(models.TextChoices):
    OCCURRENCE = "occurrence", "Each occurrence"
    ONCE = "once", "Once"
    ABSENCE = "absence", "When nothing matched"


class DecayKind(models.TextChoices):
    NONE = "none", "Does not fade"
    HALF_LIFE = "half_life", "Half-life"
    LINEAR = "linear", "Linear"
    STEP = "step", "In steps"


class Op(models.TextChoices):
    EQUALS = "equals", "is"
    NOT_EQUALS = "not_equals", "is not"
    IN = "in", "is one of"
    NOT_IN = "not_in", "is none of"
    CONTAINS = "contains", "contains"
    HAS_WORD = "has_word", "has the word"
    STARTS_WITH = "starts_with", "starts with"
    IN_DOMAIN_LIST = "in_domain_list", "is in the domain list"
    GT = "gt", "is more than"
    GTE = "gte", "is at least"
    LT = "lt", "is less than"
    LTE = "lte", "is at most"
    BETWEEN = "between", "is between"
    KNOWN = "known", "is known"
    UNKNOWN = "unknown", "is unknown"


class Decay(models.Model):
    """How points fade with age in days. Shared by a version (its default) and a rule (which may override it)."""

    decay_days = models.FloatField(
        null=True, blank=True, help_text="Half-life, time to zero, or length of a step."
    )
    decay_percent = models.FloatField(null=True, blank=True, help_text="What each full step takes away.")

    class Meta:
        abstract = True


class VersionQuerySet(models.QuerySet["ScoringVersion"]):
    def live(self) -> ScoringVersion | None:
        """The published version, or None before the first publication."""
        return self.filter(status=ScoringVersion.Status.PUBLISHED).first()


class ScoringVersion(Decay):
    """One state of the rules, from draft to published to retired."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    threshold = models.DecimalField(max_digits=9, decimal_places=2)
    min_fit = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    min_engagement = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    max_fit = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    max_engagement = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    requalify_after_days = models.PositiveIntegerField(default=30)
    restart_engagement_on_recycle = models.BooleanField(default=True)
    decay_kind = models.CharField(max_length=9, choices=DecayKind, default=DecayKind.NONE)
    fit_grades = ArrayField(models.FloatField(), size=3)
    engagement_grades = ArrayField(models.FloatField(), size=3)
    note = models.TextField(blank=True, default="", help_text="Why this version.")
    made_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="published"), name="scoringversion_one_published"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="scoringversion_published_since",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}: {self.name}"


class Group(models.Model):
    """Rules whose sum is held within bounds, all of one dimension."""

    version = models.ForeignKey(ScoringVersion, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=120)
    dimension = models.CharField(max_length=10, choices=Dimension)
    min_points = models.FloatField(null=True, blank=True)
    max_points = models.FloatField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="group_name_unique")]

    def __str__(self) -> str:
        return self.name


class Rule(Decay):
    """What gives points, disqualifies or fast-tracks."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="rules")
    name = models.CharField(max_length=200)
    enabled = models.BooleanField(default=True, help_text="A rule that is off scores nothing and is kept.")
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.POINTS)
    points = models.FloatField(default=0)
    per = models.CharField(max_length=10, choices=Per, default=Per.OCCURRENCE)
    at_least = models.PositiveIntegerField(default=1)
    max_points = models.FloatField(null=True, blank=True)
    window_days = models.FloatField(null=True, blank=True)
    decay_kind = models.CharField(
        max_length=9, choices=DecayKind, blank=True, default="", help_text="Empty: as the version says."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="rule_name_unique"),
            models.CheckConstraint(condition=Q(at_least__gte=1), name="rule_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.name


class ConditionRow(models.Model):
    """One *field, operator, value*. Rules, segments and assignment rules each keep their own rows of it."""

    field = models.CharField(max_length=150)
    op = models.CharField("operator", max_length=14, choices=Op)
    value = models.JSONField(
        null=True, blank=True, help_text="A text, a number, true or false, or a list of them."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        several = (
            ", ".join(str(element) for element in self.value) if isinstance(self.value, list) else self.value
        )
        return f"{self.field} {self.get_op_display()} {'' if several is None else several}".strip()


class Condition(ConditionRow):
    """One condition of a rule, all of which must hold."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="conditions")

    class Meta(ConditionRow.Meta):
        pass
