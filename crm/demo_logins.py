"""The demo users, and what keeps their well-known password out of production.

`manage.py demo` makes them. With DEBUG off, the web application (`crm.asgi`, `crm.wsgi`) refuses to start while one of
them can still sign in with the demo password; `migrate` and `check --database default` say the same as a check.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

DEMO_PASSWORD = "handoff-demo"  # noqa: S105 (known to everybody, which is why this module exists)
DEMO_LOGINS = {
    "sdr": "sales development representative",
    "lead": "team lead",
    "marketer": "marketer",
    "admin": "administrator",
}


def logins_with_demo_password() -> list[str]:
    """User names of active demo users who still have the demo password. None before the first migration."""
    users = get_user_model()
    if users._meta.db_table not in connection.introspection.table_names():
        return []
    rows = users.objects.filter(username__in=DEMO_LOGINS, is_active=True).order_by("username")
    return [
        username
        for username, password in rows.values_list("username", "password")
        if check_password(DEMO_PASSWORD, password)
    ]


def check_demo_passwords(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The system check, run by `migrate` and by `check --database default`."""
    if settings.DEBUG or not databases:
        return []
    return [
        Error(
            f"The user {name} still has the demo password.",
            hint=f"Give it another with `manage.py changepassword {name}`, or delete the user.",
            id="crm.E001",
        )
        for name in logins_with_demo_password()
    ]


def refuse_demo_passwords() -> None:
    """Stop the start of a production web process while somebody could sign in with the demo password."""
    if settings.DEBUG:
        return
    # ASGI servers import the application inside their event loop, where Django refuses to query.
    with ThreadPoolExecutor(max_workers=1) as thread:
        names = thread.submit(_names_in_own_connection).result()
    if names:
        raise ImproperlyConfigured(
            f"These users still have the demo password: {', '.join(names)}. Give each another with "
            "`manage.py changepassword NAME`, or delete them, before starting with DEBUG off."
        )


def _names_in_own_connection() -> list[str]:
    try:
        return logins_with_demo_password()
    finally:
        connection.close()
