"""`manage.py grant_application ROLE`: what the application's own database role may do, and no more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.application_role import grant
from crm.errors import Invalid


class Command(BaseCommand):
    help = (
        "Let a database role work with every table and only add to the audit trail. Run it as the owner of the tables "
        "after every migration, and the application as that role."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role that DATABASE_URL of web server and worker names")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            grant(options["role"])
        except Invalid as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['role']} works with every table, and only reads and adds to the audit trail."
        )
