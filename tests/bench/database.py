"""A database for one run, made with every migration and dropped at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psutil
from django.core.management import call_command
from django.db import connection
from psycopg import sql

PREFIX = "handoff_bench_"


@contextmanager
def own_database() -> Iterator[str]:
    """Connect this process to a new database, and name it in DATABASE_URL for the processes it starts."""
    usual = connection.settings_dict["NAME"]
    own = f"{PREFIX}{os.getpid()}"
    _drop_abandoned()
    _execute("CREATE DATABASE {}", own)
    try:
        _connect_to(own)
        call_command("migrate", verbosity=0, interactive=False)
        yield own
    finally:
        _connect_to(usual)
        _execute("DROP DATABASE {} WITH (FORCE)", own)


def _drop_abandoned() -> None:
    """Drop what runs left behind that were killed."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        if not psutil.pid_exists(int(name.removeprefix(PREFIX))):
            _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    os.environ["DATABASE_URL"] = _url()


def _url() -> str:
    held = {key: quote(str(connection.settings_dict[key]), safe="") for key in ("USER", "PASSWORD", "NAME")}
    login = f"{held['USER']}:{held['PASSWORD']}" if held["PASSWORD"] else held["USER"]
    where = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
    return f"postgres://{login}@{where}/{held['NAME']}"


def _execute(statement: str, name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
