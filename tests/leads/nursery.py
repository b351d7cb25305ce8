"""Real workers for tests, a dozen a minute: each is `manage.py qcluster`, forked where Django is loaded already.

`python -m tests.leads.nursery` reads a line for each worker wanted and answers with its process id, which is also that
of its process group. At the end of its input it kills those that are left.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import connection


class Nursery:
    """Starts workers on the database that this process is connected to. `var` is their folder for mail."""

    def __init__(self, var: Path) -> None:
        environment = {**os.environ, "DATABASE_URL": _database_url(), "HANDOFF_VAR": str(var)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.leads.nursery"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        """Start a worker. Returns its process group."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """Kill all workers that are left."""
        self.process.communicate(timeout=30)


def name_of(group: int) -> str:
    """What a worker calls itself to the database."""
    return f"worker {group}"


def kill(group: int) -> None:
    """End a worker with all its processes, at once and without a word."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _database_url() -> str:
    held = {
        name: quote(str(connection.settings_dict[name]), safe="") for name in ("USER", "PASSWORD", "NAME")
    }
    where = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
    login = f"{held['USER']}:{held['PASSWORD']}" if held["PASSWORD"] else held["USER"]
    return f"postgres://{login}@{where}/{held['NAME']}"


def _start() -> int:
    if group := os.fork():
        return group
    os.setsid()
    os.environ["PGAPPNAME"] = name_of(os.getpid())
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    execute_from_command_line(["manage.py", "qcluster"])
    os._exit(0)


def _main() -> None:
    django.setup()
    # What each worker would otherwise load by itself: addresses, views, templates.
    call_command("check", stdout=sys.stderr)
    groups = []
    for _ in sys.stdin:
        groups.append(_start())
        sys.stdout.write(f"{groups[-1]}\n")
        sys.stdout.flush()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    for group in groups:
        kill(group)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    _main()
