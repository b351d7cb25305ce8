"""`manage.py scoring_model import | export | check`: scoring models as files, reviewed in git."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from crm.errors import FieldError, HandoffError, Invalid
from scoring.asking import version_asked
from scoring.model_file import check_file, check_model, read_file, write_model
from scoring.model_import import import_model
from scoring.model_lists import lists_of
from scoring.personas import persona_faults
from scoring.publish import publish
from scoring.rule_warnings import warnings_of
from scoring.versions import spec_of


class Command(BaseCommand):
    requires_migrations_checks = True
    help = "Read a scoring model from a file, write one to standard output, or check a file and its personas."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        reading = actions.add_parser("import", help="make a draft of a file; the last line is `version N`")
        reading.add_argument("file", type=Path)
        reading.add_argument("--publish", action="store_true", help="and make it the live version")
        writing = actions.add_parser("export", help="write a version as a file to standard output")
        writing.add_argument("version_asked", metavar="VERSION", help="a number, or `live`")
        checking = actions.add_parser("check", help="exit 1 where the file or a persona has a fault")
        checking.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["action"]:
                case "import":
                    self._import(options["file"], publishing=options["publish"])
                case "export":
                    spec = spec_of(version_asked(options["version_asked"]))
                    self.stdout.write(write_model(spec, lists_of(spec)), ending="")
                case "check":
                    self._check(options["file"])
        except HandoffError as error:
            raise CommandError("\n".join(str(fault) for fault in error.errors)) from error

    def _check(self, path: Path) -> None:
        with _naming(path):
            spec = check_model(_text(path), at=timezone.now())
        rules, personas = len(spec.rules), len(spec.personas)
        for warning in warnings_of(spec):
            about = warning.rule or warning.group
            self.stdout.write(f"{path}: {f'“{about}”: ' if about else ''}{warning.problem} {warning.mend}")
        self.stdout.write(f"{path} is sound: {rules} rules, and {personas} personas come out as they should.")

    def _import(self, path: Path, *, publishing: bool) -> None:
        now = timezone.now()
        # One transaction: a version that may not be published leaves no draft behind.
        with _naming(path), transaction.atomic():
            text = _text(path)
            file = check_file(text, at=now) if publishing else read_file(text)
            imported = import_model(file, by=None, at=now, note=f"Imported from {path.name}")
            if publishing:
                publish(imported.draft, by=None, at=now)
        for name in imported.lists:
            self.stdout.write(f"made the domain list {name}")
        for fault in [] if publishing else persona_faults(file.model, at=now):
            self.stderr.write(f"The draft cannot be published yet: {fault.problem} ({fault.mend})")
        self.stdout.write(f"version {imported.draft.number}")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the file's name before each fault of it."""
    try:
        yield
    except Invalid as error:
        named = [
            FieldError(f"{path}: {one.field}".removesuffix(": "), one.problem, one.mend)
            for one in error.errors
        ]
        raise Invalid(*named) from error


def _text(path: Path) -> str:
    """What the file holds. Raises Invalid where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid(
            FieldError("", f"cannot be read: {error.strerror}", "give the path of a file")
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Invalid(FieldError(f"line {line}", "is not UTF-8", "save the file as UTF-8")) from error
