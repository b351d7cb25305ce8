"""When a recycled contact is to be looked at again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.models import Contact
from leads.models.mql import Mql


class ComeBack(models.Model):
    """A date, or the next thing the contact does of their own accord, that gives the rep a task."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="come_backs")
    mql = models.OneToOneField(Mql, models.CASCADE, related_name="come_back")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="come_backs")
    on_day = models.DateField(null=True, blank=True)
    on_activity = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["on_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(on_day__isnull=False) | Q(on_activity=True), name="comeback_has_a_cause"
            ),
        ]
        indexes = [
            # What the nightly job takes next.
            models.Index(fields=["on_day"], condition=Q(done_at=None), name="comeback_due"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} comes back"
