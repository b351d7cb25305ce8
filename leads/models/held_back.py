"""Contacts who qualify by a change of the rules alone, and whose MQLs are opened little by little."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm.models import Contact
from scoring.models import Publication


class HeldBackQuerySet(models.QuerySet["HeldBack"]):
    def waiting(self, publication: Publication) -> HeldBackQuerySet:
        """Who waits since `publication`. Once another one is current, nobody waits for it any more."""
        return self.filter(publication=publication, ended_at=None)

    def best_first(self) -> HeldBackQuerySet:
        return self.order_by("-contact__score__total", "contact_id")


class HeldBack(models.Model):
    """One contact waits for an MQL since `publication`, until it is their turn or they engage anew."""

    class Because(models.TextChoices):
        TURN = "turn", "It was their turn"
        ENGAGED = "engaged", "They engaged anew"
        FELL = "fell", "They no longer qualify"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="held_back")
    # Its index is that of the constraint below.
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="held_back", db_index=False)
    held_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=7, choices=Because, blank=True, default="")

    objects = HeldBackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "held back"
        ordering = ["-held_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "contact"], name="heldback_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(because=""), name="heldback_ended_because"
            ),
        ]
        indexes = [
            # How many had their turn today.
            models.Index(fields=["publication", "ended_at"], name="heldback_paced"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} since {self.held_at:%Y-%m-%d}"
