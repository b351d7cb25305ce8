"""Who is asking: an integration by its key, or a person by the session of the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crm.models import ApiKey
from crm.models.apikey import digest

if TYPE_CHECKING:  # it imports the framework's views, which read this module's name from the settings
    from drf_spectacular.openapi import AutoSchema

REALM = 'Bearer realm="handoff"'
USE_NOTED_EVERY = timedelta(minutes=1)


class InvalidKey(AuthenticationFailed):
    """A key was sent and opens nothing. Whether it expired or never was is nobody's business."""

    default_detail = "The key is unknown, expired or revoked."
    challenge = f'{REALM}, error="invalid_token"'


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. The request then has no user, and the key as its `auth`."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        found = ApiKey.objects.usable(at=now).filter(digest=digest(key.strip())).first()
        if found is None:
            raise InvalidKey
        # A write for each request would make the row every integration's bottleneck.
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        if found.last_used_at is None or found.last_used_at <= now - USE_NOTED_EVERY:
            ApiKey.objects.filter(stale, pk=found.pk).update(last_used_at=now)
        return AnonymousUser(), found

    def authenticate_header(self, request: Request) -> str:
        return REALM


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes a key."""

    target_class = "crm.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key from `manage.py api_key create`."}
