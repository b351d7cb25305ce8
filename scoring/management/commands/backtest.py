"""`manage.py backtest`: what a version would have made of the past weeks, held against what sales said."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.errors import HandoffError
from scoring.asking import version_asked
from scoring.backtest.period import MOST_WEEKS, WEEKS, last_weeks
from scoring.backtest.run import backtest
from scoring.backtest.sentences import headline
from scoring.versions import spec_of


class Command(BaseCommand):
    help = "Replay the past weeks with a version, as of each day, and hold it against what sales said."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--version-number", "--version", dest="number", metavar="N", help="else the live one"
        )
        parser.add_argument("--against", metavar="N", help="another version, replayed for comparison")
        parser.add_argument("--weeks", type=int, default=WEEKS, help=f"how far back, {WEEKS} unless given")
        parser.add_argument("--json", action="store_true", help="everything, for machines")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        # `--version` means a scoring version here, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["weeks"] <= MOST_WEEKS:
            raise CommandError(f"--weeks: {options['weeks']} is none of 1 to {MOST_WEEKS}")
        try:
            version = version_asked(options["number"])
            against = version_asked(options["against"]) if options["against"] else None
        except HandoffError as error:
            raise CommandError(str(error)) from error
        period = last_weeks(options["weeks"], now=timezone.now())
        result, _ = backtest(spec_of(version), period, against=spec_of(against) if against else None)
        if options["json"]:
            self.stdout.write(json.dumps(result, indent=2))
        else:
            self.stdout.write("\n".join(headline(result)))
