"""Mail to prospects: templates, and what was written with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.models import Contact
from leads.models.mql import Mql

if TYPE_CHECKING:
    from crm.models import User


class MailTemplate(models.Model):
    """A mail that reps send again and again, with merge fields as {first_name}."""

    name = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProspectMailQuerySet(models.QuerySet["ProspectMail"]):
    def waiting(self) -> ProspectMailQuerySet:
        return self.filter(state=ProspectMail.State.WAITING)

    def visible_to(self, user: User) -> ProspectMailQuerySet:
        """What `user` may read: their own, and what belongs to an MQL that they may read; staff everything."""
        if user.is_staff:
            return self
        return self.filter(Q(sender=user) | Q(mql__in=Mql.objects.visible_to(user).values("pk")))

    def changeable_by(self, user: User) -> ProspectMailQuerySet:
        """What `user` may stop: their own, and what belongs to an MQL that they may work."""
        return self.filter(Q(sender=user) | Q(mql__in=Mql.objects.changeable_by(user).values("pk")))


class ProspectMail(models.Model):
    """One mail to a contact in a rep's name. It leaves at `send_at`, and until then it can be stopped."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        STOPPED = "stopped", "Stopped"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Not delivered"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="prospect_mails")
    mql = models.ForeignKey(Mql, models.SET_NULL, null=True, blank=True, related_name="prospect_mails")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="prospect_mails"
    )
    template = models.ForeignKey(MailTemplate, models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=400)
    body = models.TextField()
    automatic = models.BooleanField(default=False, help_text="The first mail, which nobody wrote by hand.")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    because = models.CharField(
        max_length=200, blank=True, default="", help_text="Why it was stopped or refused."
    )
    message_id = models.CharField(
        "Message-ID", max_length=200, editable=False, help_text="Under which it leaves: what answers name."
    )
    created_at = models.DateTimeField(default=timezone.now)
    send_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ProspectMailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mql"], condition=Q(automatic=True), name="prospectmail_one_first_per_mql"
            ),
            models.UniqueConstraint(fields=["message_id"], name="prospectmail_message_id_unique"),
        ]
        indexes = [
            # What may leave now.
            models.Index(fields=["send_at"], condition=Q(state="waiting"), name="prospectmail_waiting"),
        ]

    def __str__(self) -> str:
        return self.subject
