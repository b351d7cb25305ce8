"""The embedded PostgreSQL server that stands in when DATABASE_URL is unset.

The server listens on loopback only, on a free port, with a generated password, and keeps everything in one folder
(`var/postgres`):

    data/       PostgreSQL's own             start    locked while somebody starts the server
    password    made once                    users    locked, shared, by every process that uses the server
    port        the last one used            keeper   locked by the keeper
    log         since the last start

A process that connects takes the shared lock on `users` and keeps it until it ends, however it ends. The keeper
(`crm.embedded.keeper`) waits until nobody holds that lock, then stops the server. So a killed process neither leaves a
server behind nor takes it away from others, and nobody has to clean up.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.db.utils import OperationalError
from psycopg import sql

from crm.embedded.placement import place

HOST = "127.0.0.1"
NAME = USER = "handoff"
START_SECONDS = 60
STOP_SECONDS = 30
PORT_TRIES = 5

# Written into postgresql.conf when the data folder is made, to be edited there.
CONFIGURATION = {"max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "4GB"}


class EmbeddedServerError(OperationalError):
    """The embedded server cannot be started or stopped. The text says why and what to do."""


@dataclass(frozen=True)
class Address:
    port: int
    password: str


def embedded(folder: Path) -> dict[str, Any]:
    """Django's database setting for the embedded server in `folder`. Nothing starts before the first connection."""
    return {
        "ENGINE": "crm.embedded",
        "NAME": NAME,
        "USER": USER,
        "HOST": HOST,
        "PORT": "",
        "FOLDER": str(folder),
    }


@dataclass(frozen=True)
class _Use:
    server: "EmbeddedServer"
    lock: int


# What this process uses, until it ends. A forked child inherits both the entry and the lock.
_uses: dict[Path, _Use] = {}
_threads = threading.RLock()
# A parent has to ask after its children, or they stay as zombies.
_children: list[subprocess.Popen[bytes]] = []


def ensure_running(folder: Path) -> Address:
    """Start the server unless it runs, and count this process among its users until it ends.

    Cheap when the server runs (one small file and one process looked at), so that it can precede every new connection, and
    a server that died is started again.
    """
    with _threads:
        if folder not in _uses:
            server = EmbeddedServer(folder)
            # Waits here while the keeper stops the server.
            _uses[folder] = _Use(server, _lock(folder / "users", fcntl.LOCK_SH))
        elif port := _uses[folder].server.port():
            return Address(port, _uses[folder].server.password)
        server = _uses[folder].server
        with exclusive(folder / "start"):
            port = server.port() or server.start()
            server.ensure_keeper()
        return Address(port, server.password)


def release(folder: Path) -> None:
    """Stop using the server, and wait until it is stopped if nobody else uses it."""
    use = _uses.pop(folder, None)
    if use is None:
        return
    try:
        fcntl.flock(use.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Others use it, and this returns at once; or the keeper is already stopping it, and this returns when it has.
        fcntl.flock(use.lock, fcntl.LOCK_SH)
    else:
        use.server.dismiss_keeper()
        use.server.stop()
    os.close(use.lock)


class EmbeddedServer:
    """One server in one folder. To start it takes the lock `start`, to stop it all of `users`."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.placement = place(folder)
        except (OSError, LookupError) as error:
            raise EmbeddedServerError(
                f"The database cannot use {folder}: {error}. Give that folder to the user who runs this, set HANDOFF_VAR to "
                "another, or set DATABASE_URL to a PostgreSQL server of your own."
            ) from error
        self.folder = folder

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    def port(self) -> int | None:
        """The port of the running server; None when it does not run or is not ready."""
        postmaster = _read_postmaster(self.placement.data)
        return postmaster.port if postmaster and postmaster.ready else None

    def start(self) -> int:
        """Start the server, whose data and database are made first where they are missing. Returns the port."""
        if not self.placement.data.exists():
            self._initialise()
        port = self._await_recovery() or self._launch()
        with psycopg.connect(
            host=HOST, port=port, user=USER, password=self.password, dbname="postgres", autocommit=True
        ) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        return port

    def stop(self) -> None:
        """End the server and wait for that. Does nothing when it does not run."""
        postmaster = _read_postmaster(self.placement.data)
        if postmaster is None:
            return
        # Disconnect clients and write a checkpoint; if that hangs, end at once and recover at the next start.
        for stop_signal in (signal.SIGINT, signal.SIGQUIT):
            postmaster.process.send_signal(stop_signal)
            if _all_gone([postmaster.process], STOP_SECONDS):
                return
        raise EmbeddedServerError(
            f"PostgreSQL (process {postmaster.process.pid}) does not stop: see {self.folder / 'log'}."
        )

    def ensure_keeper(self) -> None:
        """Start the process that stops the server after its last user, unless it is there."""
        try:
            lock = _lock(self.folder / "keeper", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        # The keeper inherits the locked file, so that at no moment there is a keeper without its lock.
        keeper = subprocess.Popen(
            [sys.executable, "-m", "crm.embedded.keeper", str(self.folder), str(lock)],
            cwd=Path(__file__).resolve().parent.parent,
            pass_fds=[lock],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _children.append(keeper)
        (self.folder / "keeper").write_text(str(keeper.pid))
        os.close(lock)

    def dismiss_keeper(self) -> None:
        """End the keeper. Only for whoever holds all of `users` and so does the keeper's work."""
        try:
            os.close(_lock(self.folder / "keeper", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            keeper = psutil.Process(int((self.folder / "keeper").read_text()))
            keeper.terminate()
            _all_gone([keeper], STOP_SECONDS)

    def _initialise(self) -> None:
        """Make the data folder, whole or not at all."""
        unfinished = self.placement.data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        # `initdb` may run as another user, who can read this file nowhere but in its own folder, which must be empty: so
        # the file lies beside it, is the other user's for that moment, and ours afterwards.
        password = self.placement.data.with_name("password.unfinished")
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        for path in (unfinished, password):
            self.placement.give(path)
        command = [
            *(
                *self.placement.prefix,
                str(self.placement.binaries / "initdb"),
                "-D",
                str(unfinished),
                "--username",
                USER,
            ),
            *("--pwfile", str(password), "--auth=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
            *(word for name, value in CONFIGURATION.items() for word in ("-c", f"{name}={value}")),
        ]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", **self.placement.process
        )
        if result.returncode != 0:
            raise EmbeddedServerError(f"PostgreSQL could not make its data folder: {result.stderr.strip()}")
        os.chown(password, os.geteuid(), os.getegid())
        shutil.move(password, self.folder / "password")
        unfinished.rename(self.placement.data)

    def _await_recovery(self) -> int | None:
        """Wait for a server that somebody else began to start; clear away what a killed one left."""
        if (postmaster := _read_postmaster(self.placement.data)) is not None:
            return self._await_ready(postmaster.process)
        # After a SIGKILL, PostgreSQL's own processes notice within moments. As long as one lives, the data are not ours.
        orphans = _processes_in(self.placement.data)
        for orphan in orphans:
            orphan.send_signal(signal.SIGQUIT)
        if not _all_gone(orphans, STOP_SECONDS):
            raise EmbeddedServerError(
                f"Processes of a killed PostgreSQL still use {self.placement.data}: {', '.join(str(o.pid) for o in orphans)}."
            )
        # PostgreSQL would believe the number in it, were it now another process's.
        (self.placement.data / "postmaster.pid").unlink(missing_ok=True)
        return None

    def _launch(self) -> int:
        log = self.folder / "log"
        for _ in range(PORT_TRIES):
            port = _free_port(self.folder / "port")
            with log.open("wb") as output:
                child = subprocess.Popen(
                    [
                        *(
                            *self.placement.prefix,
                            str(self.placement.binaries / "postgres"),
                            "-D",
                            str(self.placement.data),
                        ),
                        *(
                            "-p",
                            str(port),
                            "-c",
                            f"listen_addresses={HOST}",
                            "-c",
                            "unix_socket_directories=",
                        ),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    # Ctrl-C at a terminal is for the command that runs there.
                    start_new_session=True,
                    **self.placement.process,
                )
            _children.append(child)
            if ready := self._await_ready(child):
                (self.folder / "port").write_text(str(port))
                return ready
            if "could not bind" not in log.read_text(errors="replace"):
                break
        last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise EmbeddedServerError(f"PostgreSQL did not start. The end of {log}:\n{last_lines}")

    def _await_ready(self, process: "subprocess.Popen[bytes] | psutil.Process") -> int | None:
        """The port once the server takes connections; None when its process ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if port := self.port():
                return port
            if _ended(process):
                return None
            time.sleep(0.01)
        raise EmbeddedServerError(
            f"PostgreSQL is not ready after {START_SECONDS} seconds: see {self.folder / 'log'}."
        )


@dataclass(frozen=True)
class _Postmaster:
    process: psutil.Process
    port: int
    ready: bool


def _read_postmaster(data: Path) -> _Postmaster | None:
    """The live server of a data folder, from its `postmaster.pid`: number, folder, time, port, …, status in line 8."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        if not _works_in(process, data):
            return None
        return _Postmaster(process, int(lines[3]), ready=len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether this is a PostgreSQL process of that data folder, which is its working directory."""
    try:
        return process.name() == "postgres" and process.cwd() == str(data.resolve())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _processes_in(data: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _works_in(process, data)]


def _all_gone(wanted: Sequence[psutil.Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not all(_ended(process) for process in wanted):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _ended(process: "subprocess.Popen[bytes] | psutil.Process") -> bool:
    for child in _children:
        child.poll()
    if isinstance(process, subprocess.Popen):
        return process.poll() is not None
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _free_port(last: Path) -> int:
    """The port used last if it is free, else any."""
    wanted = [int(last.read_text())] if last.exists() else []
    for port in (*wanted, 0):
        with socket.socket() as probe:
            # As PostgreSQL will: connections of the last run that are still closing are in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerError(f"No free port on {HOST}.")


def _lock(path: Path, mode: int) -> int:
    """Open and lock a file. The lock lives as long as the returned number is open, here or in a child that inherits it."""
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, mode)
    except BlockingIOError:
        os.close(number)
        raise
    return number


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a file's lock, waiting for it."""
    number = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(number)
