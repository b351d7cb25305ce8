"""The threads that answer requests: one request at a time, kept for the next, with room for deep calls."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from crm.frames import RoomyThread, with_room
from crm.threads import MOST_IDLE, KeptThreads


class Noting:
    """Pages that note on which thread each request is, and how many are there at a time."""

    def __init__(self, *, together: int = 1) -> None:
        self.threads: list[int] = []
        self.together = threading.Barrier(together)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await sync_to_async(self.note)()

    def note(self) -> None:
        self.together.wait(timeout=10)
        self.threads.append(threading.get_ident())


async def ask(pages: KeptThreads, times: int) -> None:
    """That many requests at once."""
    await asyncio.gather(*(pages({}, _nothing, _nothing) for _ in range(times)))


async def _nothing(*_: Any) -> dict[str, Any]:
    return {}


def test_the_next_request_is_on_the_thread_of_the_last_one() -> None:
    noted = Noting()
    pages = KeptThreads(noted)

    asyncio.run(ask(pages, 1))
    asyncio.run(ask(pages, 1))

    assert noted.threads[0] == noted.threads[1] != threading.get_ident()


def test_requests_at_once_are_each_on_their_own() -> None:
    number = MOST_IDLE + 4
    noted = Noting(together=number)

    asyncio.run(ask(KeptThreads(noted), number))

    assert len(set(noted.threads)) == number


def test_a_request_that_fails_gives_its_thread_back() -> None:
    async def broken(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    pages = KeptThreads(broken)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(pages, 1))

    assert len(pages._idle) == 1


def deep(levels: int) -> int:
    return levels and deep(levels - 1)


def at_every_depth() -> None:
    for depth in range(1, 300):
        for _ in range(5):
            deep(depth)


def faults_of(call: Callable[[], None]) -> int:
    """How often the second time asks the system for a page of memory."""
    call()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    call()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_what_is_called_with_room_asks_for_no_memory_at_any_depth() -> None:
    assert with_room(faults_of, at_every_depth) < 100


def test_what_a_roomy_thread_is_given_returns_and_raises_as_ever() -> None:
    thread = RoomyThread("test")

    assert thread.submit(divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        thread.submit(divmod, 7, 0).result()
