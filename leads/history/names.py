"""Names of people, and of whoever else changes something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import cached_property

from crm.models import User


class People:
    """Names of users by their ids, read at once: whom to expect is said before the first is asked for."""

    def __init__(self) -> None:
        self._expected: set[int] = set()

    def expect(self, users: Iterable[int | None]) -> None:
        self._expected |= {user for user in users if user}

    def name(self, user: int | None) -> str:
        return self._names.get(user, "a former user") if user else "nobody"

    @cached_property
    def _names(self) -> dict[int, str]:
        return {user.pk: str(user) for user in User.objects.filter(pk__in=self._expected)}


def who(by: dict[str, Any] | None) -> str:
    """Whoever did it, as the subject of a sentence. A user is called what they were called then."""
    if by is None:
        return "Somebody outside the application"
    match by.get("kind"):
        case "user":
            return str(by["name"])
        case "key":
            return f"The API key “{by['name']}”"
        case "job":
            return f"The job “{by['name']}”"
        case "shell":
            account = f"{by['account']}, in the shell" if by.get("account") else "Somebody in the shell"
            return f"{account} ({by['command']})" if by.get("command") else account
    return "Somebody who was not signed in"
