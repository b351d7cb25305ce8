"""Follow-up plans: what a rep does, and when, until somebody answers."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from leads.models.mail import MailTemplate
from leads.models.mql import Mql, VerdictReason

TOUCHES_PER_WEEK = 4
"""Most calls and mails to one contact in seven days, where no plan says otherwise."""


class CallOutcome(models.TextChoices):
    """What came of a call to a prospect, and so what the plan does next."""

    CONNECTED = "connected", "Connected"
    VOICEMAIL = "voicemail", "Voicemail"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    NOT_NOW = "not_now", "Not now"


class PlanQuerySet(models.QuerySet["Plan"]):
    def default(self) -> Plan | None:
        """The plan that new MQLs start with, if there is one."""
        return self.filter(active=True, is_default=True).first()


class Plan(models.Model):
    """Steps over some days. The active one that is the default starts with every new MQL."""

    name = models.CharField(max_length=120, unique=True)
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False, help_text="Started by itself for every new MQL.")
    touches_per_week = models.PositiveSmallIntegerField(
        default=TOUCHES_PER_WEEK,
        validators=[MinValueValidator(1)],
        help_text="Most calls and mails to one contact in seven days, whoever makes them.",
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="plan_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanStep(models.Model):
    """One thing to do, so many working days after the start."""

    class Action(models.TextChoices):
        CALL = "call", "Call"
        MAIL = "mail", "Mail"
        GIVE_UP = "give_up", "Give up and recycle"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=0, help_text="Working days after the start; 0: at once.")
    action = models.CharField(max_length=7, choices=Action, default=Action.CALL)
    template = models.ForeignKey(MailTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.ForeignKey(
        VerdictReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"verdict": "recycled"},
        help_text="Why it is recycled, where the step gives up.",
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"Day {self.day}: {self.get_action_display()}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> EnrolmentQuerySet:
        return self.filter(ended_at=None)

    def to_give_up(self, *, at: datetime) -> EnrolmentQuerySet:
        """Those whose plan has nothing left but to give up, and whose day for it has come."""
        return self.open().filter(give_up_at__lte=at)


class Enrolment(models.Model):
    """An MQL on its way through a plan."""

    mql = models.ForeignKey(Mql, models.CASCADE, related_name="enrolments")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="enrolments")
    started_at = models.DateTimeField()
    step = models.ForeignKey(
        PlanStep,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The one that is due next. Empty while open: it was taken out of the plan.",
    )
    give_up_at = models.DateTimeField(
        null=True, blank=True, help_text="When the plan recycles the MQL, where that is what is due next."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True, default="")

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mql"], condition=Q(ended_at=None), name="enrolment_one_open_per_mql"
            ),
        ]
        indexes = [
            # Whom the job of every minute gives up on.
            models.Index(fields=["give_up_at"], condition=Q(ended_at=None), name="enrolment_to_give_up"),
        ]

    def __str__(self) -> str:
        return f"{self.mql} in {self.plan}"
