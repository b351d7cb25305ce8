"""Working on the past beside those who wait for an answer now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def quietly() -> Iterator[None]:
    """A short transaction that takes one core and leaves the others to whoever waits."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off")
        yield
