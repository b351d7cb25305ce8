"""Reads settings from the environment. A bad value stops the start and names its variable.

`NAMES` collects every variable asked for; a test compares it with `docs/configuration.md`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

NAMES: set[str] = set()

_TRUE = ("on", "true", "yes", "1")
_FALSE = ("off", "false", "no", "0")


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


def postgres_url(url: str) -> dict[str, Any]:
    """A Django database setting from `postgres://user:password@host:port/name?option=value`."""
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ValueError(url)
    return config


def email_url(url: str) -> dict[str, Any]:
    """Django's EMAIL_… settings from `smtp+tls://user:password@host:port` and its like."""
    config: dict[str, Any] = dict(environ.Env.email_url_config(url))
    config.pop("OPTIONS", None)
    return config
