"""Teams and reps: who may be given an MQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from crm.models import User


class Team(models.Model):
    name = models.CharField(max_length=120, unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="led_teams"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RepQuerySet(models.QuerySet["Rep"]):
    def available(self) -> RepQuerySet:
        """Reps who take on new MQLs: present, and able to sign in."""
        return self.filter(available=True, user__is_active=True)

    def teammates_of(self, user: User) -> RepQuerySet:
        """Reps of the teams that `user` belongs to or leads, themselves included."""
        return self.filter(models.Q(team__reps__user=user) | models.Q(team__lead=user))

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
    turn = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Round robin: the lowest number is next."
    )

    objects = RepQuerySet.as_manager()

    class Meta:
        ordering = ["user__first_name", "user__username", "pk"]

    def __str__(self) -> str:
        return str(self.user)
