"""What tests of the work stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from scoring.models import ScoringVersion
from tests.factories import publish_small_model
from tests.leads.past import Past, tell
from tests.leads.worlds import kept_for_a_while


@pytest.fixture
def small_model(db: None) -> ScoringVersion:
    return publish_small_model()


@pytest.fixture(scope="module")
def whole_past(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Past]:
    """The whole past, told once for all tests of a file and rolled back after them."""
    with kept_for_a_while(django_db_blocker):
        told = Past()
        tell(told)
        yield told


@pytest.fixture
def past(whole_past: Past, django_db_blocker: DjangoDbBlocker) -> Iterator[Past]:
    """What a test adds goes with it."""
    with kept_for_a_while(django_db_blocker):
        yield whole_past


AtOnce = Callable[..., list[Any]]


@pytest.fixture
def at_once() -> AtOnce:
    """Run calls together, each in a thread and on a connection of its own. Answers what each gave or raised."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        together = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                with connection.cursor() as cursor:
                    # A call that waits for what the test itself holds must fail and not hang.
                    cursor.execute("SET lock_timeout = '20s'")
                together.wait(timeout=30)
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as threads:
            futures = [threads.submit(one, call) for call in calls]
        return [future.exception() or future.result() for future in futures]

    return run


def raised(results: Sequence[Any]) -> list[str]:
    """The names of the errors among the results of `at_once`."""
    return [type(result).__name__ for result in results if isinstance(result, Exception)]
