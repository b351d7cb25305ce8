"""Real processes in tests: waiting for what they do, and running them as an ordinary user when we are root."""

import os
import pwd
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from crm.embedded.placement import others_may_enter

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


SECONDS = 30
"""The longest that one of several at once may wait for another."""

Started = Callable[[Callable[[], Any]], Future[Any]]
"""Starts a call beside the test, as the fixture `beside` does."""


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the view would stay as it was first read.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event_type = 'Lock')
            """
        )
        return bool(cursor.fetchone()[0])


def eventually(condition: Callable[[], bool], *, seconds: float = 60) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def ordinary_python() -> str:
    """A Python that any user can run and that finds our packages; the test is skipped where there is none."""
    for program in (Path(sys.executable), *Path("/usr/bin").glob(f"python3.{sys.version_info.minor}")):
        reachable = (program.resolve(), Path(settings.BASE_DIR), Path(psycopg.__file__).parent)
        if all(others_may_enter(path) for path in reachable):
            return str(program)
    pytest.skip("no Python here that another user can run with these packages")


def ordinary_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def as_ordinary_user(**variables: str) -> dict[str, Any]:
    """Arguments of `subprocess.Popen` for `ordinary_python`."""
    user = ordinary_user()
    packages = Path(psycopg.__file__).parents[1]
    own = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": own | variables}
