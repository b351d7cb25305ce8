"""One embedded PostgreSQL server in one folder: made, started, recovered, stopped.

It listens on loopback only, on a free port, with a generated password. Who may start or stop it when is for
`crm.database` to say.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
from django.db.utils import OperationalError
from psycopg import sql

from crm.embedded import postmaster
from crm.embedded.locks import lock
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


class EmbeddedServer:
    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.placement = place(folder)
        except (OSError, LookupError) as error:
            raise EmbeddedServerError(
                f"The database cannot use {folder}: {error}. Give that folder to the user who runs this, "
                "set HANDOFF_VAR to another, or set DATABASE_URL to a PostgreSQL server of your own."
            ) from error
        self.folder = folder
        self.data = self.placement.data
        self.log = folder / "log"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    def port(self) -> int | None:
        """The port of the running server; None when it does not run or is not ready."""
        running = postmaster.find_postmaster(self.data)
        return running.port if running and running.ready else None

    def start(self) -> int:
        """Start the server, whose data and database are made first where they are missing. Returns the port."""
        if not self.data.exists():
            self._make_data()
        port = self._await_other_start() or self._launch()
        with psycopg.connect(
            host=HOST, port=port, user=USER, password=self.password, dbname="postgres", autocommit=True
        ) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        # Root may have written files into the folder of an ordinary user, who must be able to go on alone.
        for path in self.folder.iterdir():
            self.placement.give(path)
        return port

    def stop(self) -> None:
        """End the server and wait for that. Does nothing when it does not run."""
        running = postmaster.find_postmaster(self.data)
        if running is None:
            return
        # Disconnect clients and write a checkpoint; if that hangs, end at once and recover at the next start.
        for stop_signal in (signal.SIGINT, signal.SIGQUIT):
            running.process.send_signal(stop_signal)
            if postmaster.await_end([running.process], STOP_SECONDS):
                return
        raise EmbeddedServerError(
            f"PostgreSQL (process {running.process.pid}) does not stop: see {self.log}."
        )

    def ensure_keeper(self) -> None:
        """Start the process that stops the server after its last user, unless it is there."""
        try:
            own_lock = lock(self.folder / "keeper", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        # The keeper inherits the locked file, so that at no moment there is a keeper without its lock.
        keeper = subprocess.Popen(
            [sys.executable, "-m", "crm.embedded.keeper", str(self.folder), str(own_lock)],
            cwd=Path(__file__).resolve().parents[2],
            pass_fds=[own_lock],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        postmaster.children.append(keeper)
        (self.folder / "keeper").write_text(str(keeper.pid))
        os.close(own_lock)

    def dismiss_keeper(self) -> None:
        """End the keeper. Only for whoever holds all of `users` and so does the keeper's work."""
        try:
            os.close(lock(self.folder / "keeper", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            keeper = psutil.Process(int((self.folder / "keeper").read_text()))
            keeper.terminate()
            postmaster.await_end([keeper], STOP_SECONDS)

    def _make_data(self) -> None:
        """Make the data folder, whole or not at all."""
        unfinished = self.data.with_name("data.unfinished")
        password = self.data.with_name("password.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        password.unlink(missing_ok=True)
        unfinished.mkdir(parents=True, mode=0o700)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        for path in (unfinished, password):
            self.placement.give(path)
        arguments = [
            *("-D", str(unfinished), "--username", USER, "--pwfile", str(password), "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
            *(word for name, value in CONFIGURATION.items() for word in ("-c", f"{name}={value}")),
        ]
        made = subprocess.run(
            [*self.placement.prefix, str(self.placement.binaries / "initdb"), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **self.placement.process,
        )
        if made.returncode != 0:
            raise EmbeddedServerError(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")
        shutil.move(password, self.folder / "password")
        unfinished.rename(self.data)

    def _await_other_start(self) -> int | None:
        """The port of a server whose starter was killed over it. None once nothing is left of any server."""
        if running := postmaster.find_postmaster(self.data):
            return self._await_ready(running.process)
        # A killed server's other processes notice within moments. While one lives, the data are not ours.
        orphans = postmaster.find_processes(self.data)
        for orphan in orphans:
            orphan.send_signal(signal.SIGQUIT)
        if not postmaster.await_end(orphans, STOP_SECONDS):
            numbers = ", ".join(str(orphan.pid) for orphan in orphans)
            raise EmbeddedServerError(f"Processes {numbers} of a killed PostgreSQL still use {self.data}.")
        # PostgreSQL would refuse to start if the number in it were another process's by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        return None

    def _launch(self) -> int:
        for _ in range(PORT_TRIES):
            port = _free_port(self.folder / "port")
            arguments = ["-D", str(self.data), "-p", str(port)]
            arguments += ["-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="]
            with self.log.open("wb") as output:
                server = subprocess.Popen(
                    [*self.placement.prefix, str(self.placement.binaries / "postgres"), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    # Ctrl-C at a terminal is for the command that runs there.
                    start_new_session=True,
                    **self.placement.process,
                )
            postmaster.children.append(server)
            if self._await_ready(server):
                (self.folder / "port").write_text(str(port))
                return port
            if "could not bind" not in self.log.read_text(errors="replace"):
                break
        last_lines = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        raise EmbeddedServerError(f"PostgreSQL did not start. The end of {self.log}:\n{last_lines}")

    def _await_ready(self, process: postmaster.Process) -> int | None:
        """The port once the server takes connections; None when its process ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if port := self.port():
                return port
            if postmaster.has_ended(process):
                return None
            time.sleep(0.01)
        raise EmbeddedServerError(f"PostgreSQL is not ready after {START_SECONDS} seconds: see {self.log}.")


def _free_port(last: Path) -> int:
    """The port used last if it is free, else any."""
    wanted = [int(last.read_text())] if last.exists() else []
    for port in (*wanted, 0):
        with socket.socket() as probe:
            # As PostgreSQL does: connections of the last run that are still closing are in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerError(f"No port is free on {HOST}.")
