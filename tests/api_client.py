"""A client of the API with a key of its own."""

from __future__ import annotations

from itertools import count
from typing import Any

from rest_framework.test import APIClient

from crm.models import Scope
from crm.models.apikey import create_key

_numbers = count(1)


def api_client(*scopes: str, name: str = "") -> APIClient:
    """A client whose key has `scopes`; without any, those of an integration that reads and writes facts."""
    chosen = list(scopes) or [Scope.READ, Scope.WRITE_FACTS]
    _, key = create_key(name or f"Integration {next(_numbers)}", chosen)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def pointers(response: Any) -> list[str]:
    """Where a problem says that the faults are."""
    assert response.headers["Content-Type"] == "application/problem+json"
    return [fault.get("pointer", fault.get("parameter")) for fault in response.json()["errors"]]
