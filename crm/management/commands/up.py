"""`manage.py up`: everything Handoff needs, in one terminal, until Ctrl-C."""

import signal
import socket
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from crm import database, processes
from crm.demo_logins import DEMO_LOGINS, DEMO_PASSWORD, logins_with_demo_password, refuse_demo_passwords
from crm.embedded.server import EmbeddedServerError
from crm.health import missing_migrations
from crm.models import Contact
from crm.who import by_command

WEB_START_SECONDS = 60


class Command(BaseCommand):
    help = "Start the database, the web server and the worker, and stop them all on Ctrl-C."
    # The tables that some checks look at may not be there yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (default: 8000)")
        parser.add_argument(
            "--no-demo", action="store_true", help="do not load demo data into an empty database"
        )
        parser.add_argument("--no-worker", action="store_true", help="do not start the worker")

    def handle(self, *, port: int, no_demo: bool, no_worker: bool, **options: Any) -> None:
        _refuse_unless_free(port)
        # A shell that starts a command in the background makes it ignore SIGINT: so that one is set as well.
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.default_int_handler)
        children: list[processes.Child] = []
        try:
            self._prepare(demo=not no_demo)
            children.append(processes.web_server(port))
            if not no_worker:
                children.append(processes.worker())
            for child in children:
                child.start()
            self._watch(children, port)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(name, signal.SIG_IGN)
            processes.stop(children)
            connection.close()
            if "FOLDER" in connection.settings_dict:
                database.release(Path(connection.settings_dict["FOLDER"]))

    def _prepare(self, *, demo: bool) -> None:
        """Bring the database, its tables and its first rows to where the web server can start."""
        try:
            connection.ensure_connection()
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"DATABASE_URL: cannot connect: {str(error).strip()}") from error
        if missing_migrations():
            self.stdout.write("Bringing the tables up to date.")
            call_command("migrate", verbosity=0, interactive=False)
        if settings.DEBUG:
            if demo and "demo" in get_commands() and not Contact.objects.exists():
                self.stdout.write("Loading demo data.")
                with by_command(["demo"]):
                    call_command("demo", stdout=self.stdout)
            return
        try:
            refuse_demo_passwords()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        call_command("collectstatic", verbosity=0, interactive=False)

    def _watch(self, children: list[processes.Child], port: int) -> None:
        """Say when the pages are there; keep the worker alive until somebody stops us or the web server ends."""
        web, *others = children
        told = False
        deadline = time.monotonic() + WEB_START_SECONDS
        while (code := web.exit_code()) is None:
            if not told and (told := processes.is_alive(port)):
                self._tell(port)
            if not told and time.monotonic() > deadline:
                raise CommandError(f"The web server does not answer after {WEB_START_SECONDS} seconds.")
            for child in others:
                child.restart_when_due()
            time.sleep(0.2 if told else 0.05)
        raise CommandError(f"The web server ended by itself (exit code {code}). Its last words are above.")

    def _tell(self, port: int) -> None:
        self.stdout.write(f"\nHandoff is at http://{processes.HOST}:{port}")
        if settings.DEBUG and (names := logins_with_demo_password()):
            self.stdout.write(f"Log in with the password {DEMO_PASSWORD} as")
            for name in DEMO_LOGINS:
                if name in names:
                    self.stdout.write(f"  {name:<10} {DEMO_LOGINS[name]}")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()


def _refuse_unless_free(port: int) -> None:
    if not 1 <= port <= 65535:
        raise CommandError(f"--port {port}: a port is a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((processes.HOST, port))
        except OSError as error:
            other = port % 65535 + 1
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). "
                f"Choose another: --port {other}, or make run PORT={other}."
            ) from error
