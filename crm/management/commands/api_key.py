"""`manage.py api_key create NAME --scope SCOPE…`: a key for an integration, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.models import ApiKey, Scope
from crm.models.apikey import create_key

LONGEST_NAME = 120


class Command(BaseCommand):
    help = "Make a key for an integration. It is printed alone on the last line, this once: only a digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="make a key")
        create.add_argument("name", help="what the key is for, as in “Website”")
        create.add_argument(
            "--scope",
            action="extend",
            nargs="+",
            required=True,
            choices=Scope.values,
            help="what it may do: " + "; ".join(f"{scope} ({scope.label.lower()})" for scope in Scope),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise CommandError(f"The name has {len(name)} characters: give it 1 to {LONGEST_NAME}.")
        if ApiKey.objects.filter(name=name).exists():
            raise CommandError(f"There is a key named “{name}” already: give this one another name.")
        _, key = create_key(name, sorted(set(options["scope"])))
        self.stderr.write(f"The key of “{name}”. It is not shown again.")
        self.stdout.write(key)
