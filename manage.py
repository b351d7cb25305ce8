#!/usr/bin/env python
"""Run one of the project's commands, such as `manage.py up`."""

import os
import sys

from django.core.management import execute_from_command_line

from crm.embedded.server import EmbeddedServerError
from crm.frames import with_room
from crm.who import by_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    try:
        with by_command(sys.argv[1:]):
            with_room(execute_from_command_line, sys.argv)
    except EmbeddedServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
