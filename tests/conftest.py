"""What every test stands on: the embedded server (or DATABASE_URL), with a database for each run and worker."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import psutil
import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tests.emptied import keep_copies
from tests.processes import Started

# Two runs in one checkout must not meet: the databases of a run carry the number of its process.
PREFIX = "test_handoff_"


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    owner = os.getppid() if is_worker else os.getpid()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"{PREFIX}{owner}"
    # A crash may cost the tests their data and nobody any: waiting for the disk buys nothing.
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    post_migrate.connect(restore_reasons)


def restore_reasons(*, sender: AppConfig, **_: Any) -> None:
    """Put back what a migration put in, once a test with real commits has emptied every table.

    Django says that it flushed the tables with the signal that it sends after migrations.
    """
    if sender.name == "leads":
        import_module("leads.migrations.0002_verdict_reasons").add_reasons(apps, None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Before this run makes its databases, drop those of runs that were killed."""
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        for (name,) in cursor.fetchall():
            run = name.removeprefix(PREFIX).split("_")[0]
            if run.isdecimal() and not psutil.pid_exists(int(run)):
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """After a test with real commits every table is emptied, which the audit trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_kept_whole_%'"
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        keep_copies()


@pytest.fixture
def beside() -> Iterator[Started]:
    """Start a call in a thread, on a connection of its own."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        yield lambda call: threads.submit(run, call)
