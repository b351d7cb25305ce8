"""Keys of integrations. Only a digest is kept: the key itself is shown once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

PREFIX = "hk_"


class Scope(models.TextChoices):
    READ = "read", "Read everything"
    WRITE_FACTS = "write:facts", "Write companies, contacts and activities"
    WRITE_WORK = "write:work", "Act on MQLs and tasks"
    ADMIN = "admin", "Everything"


def digest(key: str) -> str:
    """SHA-256 of a key, in hex. Keys are 256 random bits, so neither salt nor stretching is wanted."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, *, at: datetime) -> ApiKeyQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)


class ApiKey(models.Model):
    """One integration's key, with what it may do."""

    name = models.CharField(max_length=120, unique=True)
    hint = models.CharField(max_length=12, editable=False, help_text="The key's first characters.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                name="apikey_scopes_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


def create_key(name: str, scopes: list[str], *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Make a key. Returns the row and the key's only clear copy."""
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        name=name, hint=key[:8], digest=digest(key), scopes=scopes, expires_at=expires_at
    )
    return row, key
