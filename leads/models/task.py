"""What a rep must do by a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone

from crm.models import Contact
from leads.models.mql import Mql
from leads.models.routing import Rep, led_by, teammates
from leads.roles import only_reads

if TYPE_CHECKING:
    from crm.models import User


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)

    def visible_to(self, user: User) -> TaskQuerySet:
        """What `user` may read: staff and whoever only reads everything; reps and team leads their teams' and what
        nobody has.
        """
        if user.is_staff:
            return self
        theirs = Q(assignee=user) | Q(assignee=None) | Q(assignee__in=teammates(user))
        return self.filter(theirs | Q(only_reads(user)))

    def changeable_by(self, user: User) -> TaskQuerySet:
        """What `user` may act on: their own, their led teams', and, for whoever is in a team, what nobody has."""
        if user.is_superuser:
            return self
        in_a_team = Exists(Rep.objects.teammates_of(user))
        return self.filter(Q(assignee=user) | Q(assignee__in=led_by(user)) | (Q(assignee=None) & in_a_team))


class Task(models.Model):
    """A first touch, a follow-up, a callback."""

    class Kind(models.TextChoices):
        FIRST_TOUCH = "first_touch", "First touch"
        FOLLOW_UP = "follow_up", "Follow-up"
        CALLBACK = "callback", "Callback"
        CALL = "call", "Call"
        MAIL = "mail", "Mail"
        COME_BACK = "come_back", "Come back to"

    kind = models.CharField(max_length=11, choices=Kind, default=Kind.FOLLOW_UP)
    title = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tasks")
    mql = models.ForeignKey(Mql, models.CASCADE, null=True, blank=True, related_name="tasks")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    step = models.ForeignKey(
        "leads.PlanStep", models.SET_NULL, null=True, blank=True, editable=False, related_name="tasks"
    )
    due_at = models.DateTimeField()
    snoozed_times = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    outcome = models.CharField(max_length=200, blank=True, default="")

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mql"], condition=Q(kind="first_touch"), name="task_one_first_touch_per_mql"
            ),
        ]
        indexes = [
            # A rep's open tasks, the most pressing first.
            models.Index(
                fields=["assignee", "due_at"], condition=Q(done_at=None), name="task_open_of_assignee"
            ),
        ]

    def __str__(self) -> str:
        return self.title
