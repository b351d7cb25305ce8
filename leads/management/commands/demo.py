"""`manage.py demo`: a year of made-up history, so that every page has something true to show."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.demo_logins import DEMO_LOGINS, DEMO_PASSWORD
from crm.garbage import seldom_collected
from crm.models import Contact, User
from leads.demo.story import tell


class Command(BaseCommand):
    help = "Fill an empty database with a year of made-up companies, people, MQLs and verdicts."

    def handle(self, **options: Any) -> None:
        users = User.objects.filter(username__in=DEMO_LOGINS).count()
        if Contact.objects.exists():
            if users < len(DEMO_LOGINS):
                raise CommandError(
                    "There are contacts already, and the demo's people would mix with them. "
                    "Point DATABASE_URL at an empty database. Nothing was changed."
                )
            self.stdout.write("The demo data is there already. Nothing was changed.")
            return
        if users:
            raise CommandError(
                f"The demo makes the users {', '.join(DEMO_LOGINS)}, and one of these names is taken. "
                "Rename that user. Nothing was changed."
            )
        started = time.monotonic()
        # A year of made-up events is no log: a thousand lines would hide the one below.
        logging.disable(logging.INFO)
        try:
            with seldom_collected():
                told = tell(timezone.now())
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(
            f"{told.companies} companies, {told.contacts:,} contacts, {told.activities:,} activities, "
            f"{told.mqls} MQLs ({told.open_mqls} open) in {time.monotonic() - started:.0f} seconds. "
            f"The password of {', '.join(DEMO_LOGINS)} is {DEMO_PASSWORD}."
        )
