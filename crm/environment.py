"""Reads settings from the environment. A bad value stops the start and names its variable.

`NAMES` collects every variable asked for; a test compares it with `docs/configuration.md`.
"""

import os
from collections.abc import Callable, Sequence
from datetime import time
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

NAMES: set[str] = set()

_TRUE = ("on", "true", "yes", "1")
_FALSE = ("off", "false", "no", "0")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def load_file(path: Path) -> None:
    """Take variables that the environment does not set from a `.env` file, if there is one."""
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks. Unset and empty are the same: `default`."""
    NAMES.add(name)
    return os.environ.get(name, "").strip() or default


def switch(name: str, *, default: bool) -> bool:
    """On or off."""
    value = text(name).lower()
    if value and value not in _TRUE + _FALSE:
        raise ImproperlyConfigured(
            f"{name}: {value!r} is neither on nor off. Write one of {', '.join(_TRUE + _FALSE)}."
        )
    return value in _TRUE if value else default


def whole_number(name: str, default: int, *, at_least: int, at_most: int) -> int:
    """A whole number between two bounds, both allowed."""
    value = text(name, str(default))
    if not value.lstrip("-").isdecimal() or not at_least <= int(value) <= at_most:
        raise ImproperlyConfigured(f"{name}: {value!r} is not a whole number from {at_least} to {at_most}.")
    return int(value)


def one_of(name: str, default: str, choices: Sequence[str]) -> str:
    """One of a few words, written in capitals or not."""
    value = text(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name}: {value!r} is none of {', '.join(choices)}.")
    return value


def words(name: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def parsed(name: str, default: str, parse: Callable[[str], T], example: str) -> T:
    """What `parse` makes of the variable. `example` shows in the error how to write it."""
    value = text(name, default)
    try:
        return parse(value)
    except (ValueError, LookupError, OSError, ImproperlyConfigured) as error:
        # The value may hold a password: it is not repeated.
        raise ImproperlyConfigured(
            f"{name}: not understood ({type(error).__name__}). Write it like {example}."
        ) from None


def time_of_day(value: str) -> time:
    """A wall-clock time from `HH:MM`."""
    clock = time.fromisoformat(value)
    if clock.tzinfo:
        raise ValueError(value)
    return clock


def weekdays(value: str) -> frozenset[int]:
    """Days of the week, Monday being 0, from their first three letters, separated by commas."""
    return frozenset(_DAYS.index(day.strip().lower()) for day in value.split(","))


def web_address(value: str) -> str:
    """A scheme and host that pages are reached under, without the slash at the end."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(value)
    return value.rstrip("/")


def postgres_url(url: str) -> dict[str, Any]:
    """A Django database setting from `postgres://user:password@host:port/name?option=value`."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ValueError(url)
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if not config["NAME"]:
        raise ValueError(url)
    return config


def redis_url(url: str) -> str:
    """The same address, if it is one that the Redis client knows; "" for none."""
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(url)
    return url


def email_url(url: str) -> dict[str, Any]:
    """Django's EMAIL_… settings from `smtp+tls://user:password@host:port` and its like."""
    config: dict[str, Any] = dict(environ.Env.email_url_config(url))
    config.pop("OPTIONS", None)
    return config
