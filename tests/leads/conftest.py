"""What tests of the work stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from scoring.models import ScoringVersion
from tests.factories import publish_small_model


@pytest.fixture
def small_model(db: None) -> ScoringVersion:
    return publish_small_model()


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
