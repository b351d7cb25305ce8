"""Queues with their filters, kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models.routing import Rep, Team

if TYPE_CHECKING:
    from crm.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """A user's own, and those that a lead shares with a team of theirs."""
        teams = Rep.objects.teammates_of(user).values("team")
        return self.filter(Q(user=user) | Q(team__in=teams))


class SavedView(models.Model):
    """The address of a view of the inbox, without its host and page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="saved_views",
        help_text="Whom it is shared with.",
    )
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, help_text="The part of the address behind the question mark.")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="savedview_name_unique")]

    def __str__(self) -> str:
        return self.name
