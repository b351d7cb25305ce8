"""Room for Python's frames, so that deep calls do not ask the system for memory again and again.

CPython keeps the frames of a thread in chunks of 16 KiB, and gives a chunk back as soon as no call needs it. A loop
whose calls cross the end of one maps and frees memory each time round: a page of the inbox did so a thousand times,
which was a quarter of its time. Below a frame that is larger than a chunk stands one chunk for all that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SLOTS = 33_000
"""Values for which the frame has room. Their chunk is the next power of two, 512 KiB, half of which is left for what is
called. Only what is used of it takes memory.
"""


def with_room(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns, with room for all frames of what it calls."""
    return call(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)


class RoomyThread(ThreadPoolExecutor):
    """One thread that runs what it is given, one after the other, with room for its frames."""

    def __init__(self, name: str) -> None:
        super().__init__(max_workers=1, thread_name_prefix=name)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return super().submit(lambda: with_room(fn, *args, **kwargs))
