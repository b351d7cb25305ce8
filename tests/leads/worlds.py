"""What the tests of a file stand on, made once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def kept_for_a_while(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows made inside are there until the end of it: what a test with `db` does to them is taken back after the test.

    For fixtures of a module, which ask for `django_db_setup` as well, and not where tests commit. Each test fetches its
    objects anew.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
