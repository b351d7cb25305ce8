"""`manage.py evaluate`: score whom facts changed for, one contact, or everyone; or everyone into a file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.errors import FieldError, HandoffError, Invalid
from crm.models import Contact
from scoring import drain, marks
from scoring.asking import contact_asked, moment_asked, version_asked
from scoring.evaluate import ScoreRow, evaluator_of
from scoring.explain import explain
from scoring.models import ScoringVersion
from scoring.standing import blocked_by

BATCH = 5_000
HEADINGS = ["email", "fit", "engagement", "total", "grade", "qualifies"]


class Command(BaseCommand):
    help = (
        "Evaluate contacts that wait for it; with --all everyone, with --contact one. --out changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="everyone, and not only whom facts changed for"
        )
        parser.add_argument("--contact", metavar="EMAIL")
        parser.add_argument(
            "--as-of", metavar="ISO", help="a past moment, with --out or --contact: changes nothing"
        )
        parser.add_argument(
            "--version-number", "--version", dest="number", metavar="N", help="with --out or --contact"
        )
        parser.add_argument(
            "--out", metavar="FILE.csv", help="write everyone's score there, and change nothing"
        )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        # `--version` means a scoring version here, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refuse_contradictions(options)
            if options["out"]:
                self._write(options)
            elif options["as_of"] or options["number"]:
                self._show(options)
            else:
                self._evaluate(options)
        except HandoffError as error:
            raise CommandError(str(error)) from error

    def _evaluate(self, options: dict[str, Any]) -> None:
        version_asked(None)
        now = timezone.now()
        if options["contact"]:
            marks.mark([contact_asked(options["contact"]).pk], at=now)
        elif options["all"]:
            marks.mark_everyone(at=now)
        done = drain.drain(at=timezone.now())
        self.stdout.write(f"{done} evaluated")
        if options["contact"]:
            self._show(options)

    def _show(self, options: dict[str, Any]) -> None:
        contact = contact_asked(options["contact"])
        at, past = moment_asked(options["as_of"])
        found = explain([contact.pk], at=at, version=version_asked(options["number"]), past=past)[contact.pk]
        said = f"fit {found.fit} engagement {found.engagement} total {found.total} grade {found.grade}"
        self.stdout.write(f"{contact.email} {said} qualifies {'yes' if found.qualifies else 'no'}")

    def _write(self, options: dict[str, Any]) -> None:
        at, past = moment_asked(options["as_of"])
        version = version_asked(options["number"])
        path = Path(options["out"])
        try:
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(HEADINGS)
                count = 0
                for row in scored(version, at=at, past=past):
                    writer.writerow(row)
                    count += 1
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{count} contacts scored under version {version.number} into {path}")


def refuse_contradictions(options: dict[str, Any]) -> None:
    """Raise Invalid where options do not go together, or are given without a value (as by an unset shell variable)."""
    names = {"contact": "--contact", "as_of": "--as-of", "number": "--version", "out": "--out"}
    faults = [
        FieldError(names[option], "is given without a value", "give one, or leave it out")
        for option in names
        if options[option] == ""
    ]
    if options["contact"] and (options["all"] or options["out"]):
        other = "--out" if options["out"] else "--all"
        faults.append(FieldError(f"--contact, {other}", "mean one contact and everyone", "leave one out"))
    if (options["as_of"] or options["number"]) and not (options["out"] or options["contact"]):
        faults.append(
            FieldError("--as-of, --version", "change no score", "add --out FILE.csv or --contact EMAIL")
        )
    if faults:
        raise Invalid(*faults)


def scored(version: ScoringVersion, *, at: datetime, past: bool) -> Iterator[list[Any]]:
    """A row for each contact, under the headings of the file."""
    evaluator = evaluator_of(version)
    rows = evaluator.score(at=at, past=past)
    while batch := list(islice(rows, BATCH)):
        yield from _with_standing(batch, version, at=at, past=past)


def _with_standing(
    batch: list[ScoreRow], version: ScoringVersion, *, at: datetime, past: bool
) -> Iterator[list[Any]]:
    ids = [row.contact_id for row in batch]
    emails = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "email"))
    crossing = [row.contact_id for row in batch if row.crosses]
    blocks = blocked_by(crossing, evaluator_of(version).spec, at=at, past=past) if crossing else {}
    for row in batch:
        # Who was erased since the scores were read is left out.
        if row.contact_id not in emails:
            continue
        qualifies = row.crosses and not blocks.get(row.contact_id)
        yield [emails[row.contact_id], row.fit, row.engagement, row.total, row.grade, str(qualifies).lower()]
