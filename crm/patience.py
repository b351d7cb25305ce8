"""Questions to the database that people should not wait for without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

T = TypeVar("T")


def in_time(question: Callable[[], T], *, milliseconds: int) -> T | None:
    """The answer to `question`, each query of which may take so long; None where one took longer."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
            answer = question()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return answer
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None
