"""`manage.py import_contacts`: contacts, companies and activities from a file, by a map of its columns."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from crm.contact_import import Report, import_file, read_map
from crm.contact_import.spec import ImportMap
from crm.errors import HandoffError
from crm.garbage import seldom_collected


class Command(BaseCommand):
    help = (
        "Import contacts, companies or activities from a CSV file, by a map of its columns (docs/import.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file, as it was exported; may be gzipped")
        parser.add_argument("--map", type=Path, required=True, help="what its columns mean, as YAML")
        parser.add_argument("--dry-run", action="store_true", help="do everything and take it back")
        parser.add_argument(
            "--rejected",
            type=Path,
            help="where to write rejected rows (default: FILE.rejected.csv beside FILE)",
        )

    def handle(self, *, file: Path, map: Path, dry_run: bool, rejected: Path | None, **_: Any) -> None:  # noqa: A002
        import_map = _read_map(map)
        try:
            report = _import(file, import_map, rejected or _beside(file), dry_run=dry_run)
        except HandoffError as error:
            name = map if import_map.document.faults else file
            raise CommandError("\n".join(f"{name}: {fault}" for fault in error.errors)) from error
        except KeyboardInterrupt:
            raise CommandError("stopped: start it again, and it finishes the rest", returncode=130) from None
        self.stdout.write("\n".join(report.lines()))
        if report.failed:
            raise CommandError("no row could be imported")


def _read_map(path: Path) -> ImportMap:
    try:
        return read_map(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    except HandoffError as error:
        raise CommandError("\n".join(f"{path}: {fault}" for fault in error.errors)) from error


def _import(path: Path, import_map: ImportMap, rejected_path: Path, *, dry_run: bool) -> Report:
    if not path.is_file():
        raise CommandError(f"{path} is not a file")
    with seldom_collected(), tqdm(unit="B", unit_scale=True, disable=None, leave=False) as bar:

        def show(position: int, size: int) -> None:
            bar.total = size
            bar.update(position - bar.n)

        return import_file(
            path, import_map, at=timezone.now(), rejected_path=rejected_path, dry_run=dry_run, progress=show
        )


def _beside(path: Path) -> Path:
    """`FILE.rejected.csv` beside `FILE.csv`; under `var/imports` where that folder cannot be written."""
    name = f"{path.stem if path.suffix.lower() == '.csv' else path.name}.rejected.csv"
    if os.access(path.parent, os.W_OK):
        return path.parent / name
    folder = Path(settings.VAR_DIR) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
