"""Threads that answer one request after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from asgiref.sync import ThreadSensitiveContext

from crm.frames import RoomyThread

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Pages = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

MOST_IDLE = 16
"""Threads that are kept for the next request. Under load there are as many as there are requests."""


class KeptThreads:
    """Runs Django's handler on threads of our making, which have room for its frames and stay for the next request.

    Left to itself, Django starts a thread for each request, and another one to end it. Here, too, only one request is
    on a thread at a time, so that what is kept by thread, such as the connection to the database, is nobody else's.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._idle: list[RoomyThread] = []

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        thread = self._idle.pop() if self._idle else RoomyThread("page")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._pages(scope, receive, send)
        finally:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(thread)
            else:
                thread.shutdown(wait=False)
