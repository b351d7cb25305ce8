"""`make bench`: how fast Handoff is on this machine, in a database of its own.

`SCALE=full` measures with a million contacts and ten million activities. `SCALE=small` shows in seconds that all of it
runs, and holds nothing against a bar.
"""

from __future__ import annotations

import os
import secrets
import sys

import django

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "crm.settings",
    # As it is served: with DEBUG on, Django keeps every query in memory.
    "DEBUG": "off",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "127.0.0.1,testserver",
    "EMAIL_URL": "dummymail://",
    "HTTPS_REDIRECT": "off",
    "LOG_LEVEL": "ERROR",
}

if __name__ == "__main__":
    os.environ.update(PRODUCTION)
    django.setup()
    # What measures reads the settings, and so comes after them.
    from tests.bench.run import main

    sys.exit(main(os.environ.get("SCALE", "usual")))
