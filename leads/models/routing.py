"""Teams and reps: who may be given an MQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from leads.models.working_time import WorkingHours

if TYPE_CHECKING:
    from crm.models import User


class Team(models.Model):
    name = models.CharField(max_length=120, unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="led_teams"
    )
    hours = models.ForeignKey(
        WorkingHours,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="teams",
        help_text="Empty: the organisation's.",
    )
    first_mail = models.ForeignKey(
        "leads.MailTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Sent to a new MQL in the owner's name. Empty: none.",
    )
    first_mail_delay_minutes = models.PositiveIntegerField(
        default=30, help_text="How long the owner may stop it, in minutes of working time."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


TEAMMATES = """
    SELECT rep.user_id FROM leads_rep rep
    WHERE rep.team_id IN (
        SELECT team_id FROM leads_rep WHERE user_id = %s UNION SELECT id FROM leads_team WHERE lead_id = %s
    )
"""
LED = "SELECT rep.user_id FROM leads_rep rep JOIN leads_team team ON team.id = rep.team_id WHERE team.lead_id = %s"


def teammates(user: User) -> RawSQL:
    """The users of `Rep.objects.teammates_of(user)`, for conditions.

    A page asks for them in half a dozen of its queries. Django takes longer to put together the same from its models
    than the database to answer.
    """
    return RawSQL(TEAMMATES, (user.pk, user.pk))  # noqa: S611 (values go apart)


def led_by(user: User) -> RawSQL:
    """The users of the teams that `user` leads, for conditions."""
    return RawSQL(LED, (user.pk,))  # noqa: S611 (values go apart)


class RepQuerySet(models.QuerySet["Rep"]):
    def available(self) -> RepQuerySet:
        """Reps who take on new MQLs: present, and able to sign in."""
        return self.filter(available=True, user__is_active=True)

    def teammates_of(self, user: User) -> RepQuerySet:
        """Reps of the teams that `user` belongs to or leads, themselves included."""
        return self.filter(Q(team__reps__user=user) | Q(team__lead=user))

    def takes_part(self, user: User) -> bool:
        """Whether `user` works contacts: whoever is in a team or leads one, and administrators. Others read."""
        return user.is_superuser or self.teammates_of(user).exists()


class Rep(models.Model):
    """A user who works MQLs."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rep")
    team = models.ForeignKey(Team, models.PROTECT, related_name="reps")
    available = models.BooleanField(default=True, help_text="Unset while away: an absent rep gets nothing.")
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Most open MQLs at a time: a rep with that many is given no more. Empty: no limit.",
    )
    hours = models.ForeignKey(
        WorkingHours,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reps",
        help_text="Empty: the team's.",
    )
    daily_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most new MQLs in a day. Empty: no limit."
    )
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Round robin: a rep of weight 2 is given twice as many as one of weight 1.",
    )
    turn = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Round robin over everybody: the lowest number is next."
    )
    team_turn = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Round robin within the team: the lowest number is next."
    )

    objects = RepQuerySet.as_manager()

    class Meta:
        ordering = ["user__first_name", "user__username", "pk"]

    def __str__(self) -> str:
        return str(self.user)


class Absence(models.Model):
    """Whole days on which a rep is away, both ends included, by the calendar where they work."""

    rep = models.ForeignKey(Rep, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="absence_first_before_last"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rep} away from {self.first_day} to {self.last_day}"
