"""Companies, and what was true of them at any past moment."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone

from crm.search import Folded


class CompanyAttributes(models.Model):
    """The columns of a company that scoring rules can name. A database trigger keeps their history."""

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True, default="")
    industry = models.CharField(max_length=120, blank=True, default="")
    employees = models.PositiveIntegerField(null=True, blank=True)
    revenue = models.DecimalField("annual revenue", max_digits=16, decimal_places=2, null=True, blank=True)
    country = models.CharField(max_length=80, blank=True, default="")
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class Company(CompanyAttributes):
    """An account. Its registrable domain, when known, is what identifies it; else its external id or name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="companies"
    )
    external_id = models.CharField(
        max_length=120, blank=True, default="", help_text="Its id in the system it came from."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "companies"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=~Q(domain=""), name="company_domain_unique"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="company_external_id_unique"
            ),
            models.UniqueConstraint(
                Lower("name"), condition=Q(domain="", external_id=""), name="company_bare_name_unique"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="company_has_name"),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="company_domain_lower"),
            models.CheckConstraint(
                condition=Q(revenue=None) | Q(revenue__gte=0), name="company_revenue_not_negative"
            ),
        ]
        indexes = [
            # Finding a company by the name that a contact gives.
            models.Index(Lower("name"), name="company_name_lower"),
            # Searching companies by a part of the name.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="company_name_trigram"),
            # Searching people by their companies' names.
            GinIndex(OpClass(Folded("name"), name="gin_trgm_ops"), name="company_folded"),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyVersion(CompanyAttributes):
    """What a company's attributes were from `valid_from` (unset: since ever) until `valid_to` (unset: still).

    Written by a trigger on every insert and on every change of an attribute; never by Python.
    """

    # Its index is the one below that begins with it.
    company = models.ForeignKey(Company, models.CASCADE, related_name="versions", db_index=False)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = [F("valid_from").asc(nulls_first=True), "pk"]
        indexes = [
            # The version that held at a moment, for one company or all of them in order.
            models.Index(fields=["company", "valid_from"], name="companyversion_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.name} until {self.valid_to or 'now'}"
