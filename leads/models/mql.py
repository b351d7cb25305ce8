"""Marketing qualified leads, from opening to sales' verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, Q

from crm.models import Contact
from crm.search import folded_words, has_word, like_word
from leads.models.routing import Rep, led_by, teammates
from leads.roles import only_reads
from scoring.models import ScoringVersion

if TYPE_CHECKING:
    from crm.models import User


class Verdict(models.TextChoices):
    QUALIFIED = "qualified", "Qualified (SQL)"
    RECYCLED = "recycled", "Recycled to nurture"
    DISQUALIFIED = "disqualified", "Disqualified"


class VerdictReason(models.Model):
    """A reason that reps may give for turning an MQL down. Administrators keep the list."""

    verdict = models.CharField(
        max_length=12, choices=[(v, v.label) for v in (Verdict.RECYCLED, Verdict.DISQUALIFIED)]
    )
    text = models.CharField(max_length=120)
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["verdict", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["verdict", "text"], name="verdictreason_unique")]

    def __str__(self) -> str:
        return self.text


class MqlQuerySet(models.QuerySet["Mql"]):
    def open(self) -> MqlQuerySet:
        return self.filter(closed_at=None)

    def visible_to(self, user: User) -> MqlQuerySet:
        """What `user` may read: staff and whoever only reads everything; reps and team leads their teams' and what has
        no owner.
        """
        if user.is_staff:
            return self
        return self.filter(Q(owner=user) | Q(owner=None) | Q(owner__in=teammates(user)) | Q(only_reads(user)))

    def changeable_by(self, user: User) -> MqlQuerySet:
        """What `user` may act on: their own, their led teams', and, for whoever is in a team, what has no owner."""
        if user.is_superuser:
            return self
        in_a_team = Exists(Rep.objects.teammates_of(user))
        return self.filter(Q(owner=user) | Q(owner__in=led_by(user)) | (Q(owner=None) & in_a_team))

    def found_by(self, text: str) -> MqlQuerySet:
        """Of whom every word of `text` is in the name, e-mail, title or company, or means the same; if there are none,
        who has words much like these.
        """
        words = folded_words(text)
        exact = similar = self
        for word in words:
            in_it = has_word("search", word)
            exact = exact.filter(in_it | Q(document=SearchQuery(word, config="english")))
            similar = similar.filter(in_it | like_word("search", word))
        return exact if not words or exact.exists() else similar


class Mql(models.Model):
    """One qualification of one contact. Score and reasons are kept as they stood when it opened."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="mqls")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="mqls"
    )
    routed_because = models.CharField("why this owner", max_length=200, blank=True, default="")
    version = models.ForeignKey(ScoringVersion, models.PROTECT, related_name="mqls")
    fit = models.DecimalField(max_digits=14, decimal_places=2)
    engagement = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    grade = models.CharField(max_length=2)
    explanation = models.JSONField(help_text="The whole explanation, as `explain --json` gives it.")
    search = models.TextField(
        default="", editable=False, help_text="What it is searched by: `leads.search` keeps it in step."
    )
    document = models.GeneratedField(
        expression=SearchVector("search", config="english"), output_field=SearchVectorField(), db_persist=True
    )
    signal_at = models.DateTimeField(
        null=True, editable=False, help_text="The newest time that the contact's engagement rose."
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="By when sales must have touched it first (SLA).")
    sla_minutes = models.PositiveIntegerField(
        null=True, editable=False, help_text="Working time the owner has."
    )
    sla_started_at = models.DateTimeField(
        null=True, editable=False, help_text="When the owner's clock started."
    )
    remind_at = models.DateTimeField(null=True, editable=False, help_text="Unset once the owner is reminded.")
    breach_at = models.DateTimeField(null=True, editable=False, help_text="Unset once the team lead is told.")
    reassign_at = models.DateTimeField(null=True, editable=False, help_text="Unset once it has moved on.")
    below_since = models.DateTimeField(
        null=True, editable=False, help_text="Since when the live version would not open it any more."
    )
    first_touched_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default="")
    reason = models.CharField(max_length=120, blank=True, default="")
    note = models.TextField(blank=True, default="")
    budget = models.CharField(max_length=200, blank=True, default="")
    authority = models.CharField(max_length=200, blank=True, default="")
    need = models.CharField(max_length=200, blank=True, default="")
    timeline = models.CharField(max_length=200, blank=True, default="")

    objects = MqlQuerySet.as_manager()

    class Meta:
        verbose_name = "MQL"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(closed_at=None), name="mql_one_open_per_contact"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, verdict="")
                | Q(closed_at__isnull=False, verdict__in=Verdict.values),
                name="mql_closed_by_verdict",
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=["recycled", "disqualified"]) | ~Q(reason=""),
                name="mql_turned_down_has_reason",
            ),
        ]
        indexes = [
            # The inbox: open ones, the best and the oldest or newest first; closed ones, the last first.
            models.Index(
                fields=["-total", "-opened_at", "-id"], condition=Q(closed_at=None), name="mql_open_by_score"
            ),
            models.Index(fields=["opened_at", "id"], condition=Q(closed_at=None), name="mql_open_by_age"),
            models.Index(
                fields=["-closed_at", "-id"], condition=Q(closed_at__isnull=False), name="mql_closed_last"
            ),
            # Searching them by parts of words, by words much like these, and by what words mean.
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="mql_search"),
            GinIndex(fields=["document"], name="mql_document"),
            # A rep's own open ones.
            models.Index(fields=["owner", "due_at"], condition=Q(closed_at=None), name="mql_open_of_owner"),
            # What the SLA job does next.
            *(
                models.Index(
                    fields=[name],
                    condition=Q(closed_at=None, first_touched_at=None),
                    name=f"mql_{name.removesuffix('_at')}_next",
                )
                for name in ("remind_at", "breach_at", "reassign_at")
            ),
            # What was opened in a period.
            models.Index(fields=["opened_at"], name="mql_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} {self.grade}"
