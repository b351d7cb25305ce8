"""The web server and the worker as child processes of `manage.py up`."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from django.conf import settings

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
STOP_SECONDS = 10
LONGEST_PAUSE_SECONDS = 30
# A child that lived this long was well; the pause before its next start begins anew.
WELL_SECONDS = 60


@dataclass
class Child:
    """A module run by a process and session of its own, so that Ctrl-C at the terminal reaches only `up`."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    _pipe: list[int] = field(default_factory=list)

    def start(self) -> None:
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crm.child", str(reading), *self.arguments],
            cwd=settings.BASE_DIR,
            env={**os.environ, **self.environment},
            pass_fds=[reading],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reading)
        self._pipe = [writing]
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def restart_when_due(self) -> None:
        """Start a dead child again after a pause that doubles with each early death."""
        code = self.exit_code()
        if code is None:
            return
        now = time.monotonic()
        if now - self.started_at > WELL_SECONDS:
            self.deaths = 0
        if now - self.started_at < min(2**self.deaths, LONGEST_PAUSE_SECONDS):
            return
        logger.warning("restarted child=%s exit_code=%s", self.name, code)
        # What it started itself would otherwise go on beside its successor.
        self.kill()
        self.deaths += 1
        self.start()

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End whatever is left of it and of the processes it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for number in self._pipe:
            os.close(number)
        self._pipe = []


def web_server(port: int) -> Child:
    """uvicorn on loopback. Static files are WhiteNoise's, inside the application."""
    return Child(
        "web",
        [
            *("uvicorn", "crm.asgi:application", "--host", HOST, "--port", str(port)),
            *(
                "--lifespan",
                "off",
                "--log-level",
                "warning",
                "--no-access-log",
                "--timeout-graceful-shutdown",
                "3",
            ),
        ],
        {},
    )


def worker() -> Child:
    """django-q2's cluster, which keeps its own connections instead of sharing a pool."""
    return Child("worker", ["django", "qcluster"], {"DATABASE_POOL": "off"})


def stop(children: Sequence[Child]) -> None:
    """Ask all to stop, wait, then end those that have not. A job cut short runs again later."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    while (
        any(child.process and child.exit_code() is None for child in children) and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    for child in children:
        child.kill()


def is_alive(port: int) -> bool:
    """Whether the web server answers on its liveness address."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
