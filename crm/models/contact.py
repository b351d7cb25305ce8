"""Contacts, and what was true of them at any past moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from crm.models.company import Company
from crm.search import Folded, folded_words, has_word, like_word


class Stage(models.TextChoices):
    """Where a contact stands. Which stage may follow which is said in `crm.stages`."""

    SUBSCRIBER = "subscriber", "Subscriber"
    LEAD = "lead", "Lead"
    MQL = "mql", "MQL"
    SAL = "sal", "SAL"
    SQL = "sql", "SQL"
    OPPORTUNITY = "opportunity", "Opportunity"
    CUSTOMER = "customer", "Customer"
    NURTURE = "nurture", "Nurture"
    DISQUALIFIED = "disqualified", "Disqualified"


class EmailType(models.TextChoices):
    BUSINESS = "business", "Business"
    FREE = "free", "Free"
    ACADEMIC = "academic", "Academic"
    DISPOSABLE = "disposable", "Disposable"


class Consent(models.TextChoices):
    """Whether a contact may be approached on one channel. Unknown is neither yes nor no."""

    UNKNOWN = "", "Unknown"
    ALLOWED = "allowed", "Allowed"
    OPTED_OUT = "opted_out", "Opted out"


class ContactAttributes(models.Model):
    """The columns of a contact that scoring rules can name. A database trigger keeps their history."""

    email = models.CharField("e-mail", max_length=254)
    email_domain = models.CharField(max_length=253, editable=False)
    email_type = models.CharField(max_length=10, choices=EmailType, editable=False)
    first_name = models.CharField(max_length=120, blank=True, default="")
    last_name = models.CharField(max_length=120, blank=True, default="")
    job_title = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=60, blank=True, default="")
    country = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=120, blank=True, default="")
    utm_source = models.CharField(max_length=200, blank=True, default="")
    utm_medium = models.CharField(max_length=200, blank=True, default="")
    utm_campaign = models.CharField(max_length=200, blank=True, default="")
    utm_term = models.CharField(max_length=200, blank=True, default="")
    utm_content = models.CharField(max_length=200, blank=True, default="")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="%(class)ss")
    stage = models.CharField("lifecycle stage", max_length=12, choices=Stage, default=Stage.LEAD)
    recycled_at = models.DateTimeField(null=True, blank=True, editable=False)
    sales_consent = models.CharField(
        "may sales contact them?", max_length=9, choices=Consent, blank=True, default=Consent.UNKNOWN
    )
    sales_consent_at = models.DateTimeField("since", null=True, blank=True, editable=False)
    sales_consent_ground = models.CharField("on what ground", max_length=200, blank=True, default="")
    marketing_consent = models.CharField(
        "may marketing mail them?", max_length=9, choices=Consent, blank=True, default=Consent.UNKNOWN
    )
    marketing_consent_at = models.DateTimeField("since", null=True, blank=True, editable=False)
    marketing_consent_ground = models.CharField("on what ground", max_length=200, blank=True, default="")
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


MOST_COMPANIES_LISTED = 1000
SEARCHED = Folded("first_name", "last_name", "email", "job_title")


class ContactQuerySet(models.QuerySet["Contact"]):
    def matching(self, text: str) -> ContactQuerySet:
        """Contacts in whose name, e-mail, title or company every word of `text` is, the first eight of them; if there
        are none, those who have words much like these.
        """
        words = folded_words(text)
        exact = self._having(words, has_word)
        return exact if not words or exact.exists() else self._having(words, like_word)

    def _having(self, words: Sequence[str], condition: Callable[[str, str], Q]) -> ContactQuerySet:
        people = self.alias(searched=SEARCHED)
        for word in words:
            holds = condition("searched", word)
            people = people.filter(holds | Q(company__in=_companies(holds)))
        return people


def _companies(condition: Q) -> QuerySet[Company, int] | list[int]:
    """Ids of companies for whose folded name `condition` holds.

    They are looked up first: then the rest is about one table, and the planner may combine its indexes. A word that
    very many companies have is left to it whole.
    """
    named = Company.objects.alias(searched=Folded("name")).filter(condition)
    companies = named.order_by().values_list("pk", flat=True)
    few = list(companies[: MOST_COMPANIES_LISTED + 1])
    return few if len(few) <= MOST_COMPANIES_LISTED else companies


class Contact(ContactAttributes):
    """A person. The e-mail, kept in lower case, is unique and identifies them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    external_id = models.CharField(
        max_length=120, blank=True, default="", help_text="Its id in the system it came from."
    )
    stage_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="contact_email_unique"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="contact_external_id_unique"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & Q(email__contains="@"), name="contact_email_lower"
            ),
            models.CheckConstraint(
                condition=Q(email_type__in=EmailType.values), name="contact_email_type_known"
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="contact_stage_known"),
            models.CheckConstraint(
                condition=Q(sales_consent__in=Consent.values) & Q(marketing_consent__in=Consent.values),
                name="contact_consent_known",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.NURTURE) | Q(recycled_at__isnull=False),
                name="contact_nurtured_since",
            ),
        ]
        indexes = [
            # The contact list, newest first.
            models.Index(fields=["-created_at", "-id"], name="contact_newest"),
            # Linking people to a company that is recorded after them.
            models.Index(fields=["email_domain"], name="contact_email_domain"),
            # Restarting engagement: the evaluator joins these few, not everyone.
            models.Index(
                fields=["id"],
                condition=Q(recycled_at__isnull=False),
                include=["recycled_at"],
                name="contact_recycled",
            ),
            # Searching people by parts of their name, address or title.
            GinIndex(OpClass(SEARCHED, name="gin_trgm_ops"), name="contact_folded"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


class ContactVersion(ContactAttributes):
    """What a contact's attributes were from `valid_from` (unset: since ever) until `valid_to` (unset: still).

    Written by a trigger on every insert and on every change of an attribute; never by Python.
    """

    # Its index is the one below that begins with it.
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="versions", db_index=False)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = [F("valid_from").asc(nulls_first=True), "pk"]
        indexes = [
            # The version that held at a moment, for one contact or all of them in order.
            models.Index(fields=["contact", "valid_from"], name="contactversion_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.email} until {self.valid_to or 'now'}"
