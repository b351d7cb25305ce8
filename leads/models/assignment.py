"""Who is given which MQL: the rules, and what they decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models.mql import Mql
from leads.models.routing import Rep, Team
from scoring.models import ConditionRow


class AssignmentRule(models.Model):
    """Whom those go to who meet every condition: a team, a rep, or the account's owner. The first that fits counts."""

    class Target(models.TextChoices):
        TEAM = "team", "A team, in turn"
        REP = "rep", "A rep"
        ACCOUNT_OWNER = "account_owner", "The account's owner"

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    target = models.CharField(max_length=13, choices=Target, default=Target.TEAM)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="assignment_rules")
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="assignment_rules")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target="team", team__isnull=False, rep=None)
                | Q(target="rep", rep__isnull=False, team=None)
                | Q(target="account_owner", team=None, rep=None),
                name="assignmentrule_has_its_target",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AssignmentCondition(ConditionRow):
    """One condition of an assignment rule, on people."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="conditions")

    class Meta(ConditionRow.Meta):
        pass


class Assignment(models.Model):
    """One hand-over of an MQL, and why. Never changed: the newest says whose it is now."""

    mql = models.ForeignKey(Mql, models.CASCADE, related_name="assignments")
    at = models.DateTimeField()
    from_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    to_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who did it. Empty: the rules.",
    )
    because = models.CharField(max_length=200)
    trail = models.JSONField(
        default=list, help_text="What was tried in order, and what came of it: a list of {step, outcome}."
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # How many a rep was given today.
            models.Index(fields=["to_owner", "at"], name="assignment_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.mql} to {self.to_owner or 'nobody'}"
