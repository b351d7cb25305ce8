"""Named lists of domains (competitors, students, target accounts) that conditions ask for by name."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class DomainList(models.Model):
    name = models.SlugField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DomainListEntry(models.Model):
    """One domain of a list. Its subdomains belong to the list too."""

    list = models.ForeignKey(DomainList, models.CASCADE, related_name="entries")
    domain = models.CharField(max_length=253)

    class Meta:
        verbose_name_plural = "domain list entries"
        ordering = ["domain", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["list", "domain"], name="domainlistentry_unique"),
            models.CheckConstraint(
                condition=Q(domain=Lower("domain")) & ~Q(domain=""), name="domainlistentry_lower"
            ),
        ]

    def __str__(self) -> str:
        return self.domain
