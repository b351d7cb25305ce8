"""An open tab, as the ASGI server sees it: a request in, and what is sent back as it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from django.db import connections

from crm.models import User
from leads.live import Live
from tests.leads.page_client import signed_in

Result = TypeVar("Result")

SECONDS = 10
QUIET_SECONDS = 0.5
"""How long a tab is listened to before it counts as having heard nothing. What is heard takes a fifth of that."""


async def no_page(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """The application behind: nothing here asks it."""
    raise AssertionError(f"asked for {scope['path']}")


class Tab:
    """What one tab hears."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.ended = asyncio.Event()
        self.left = asyncio.Event()
        self._news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.position = ""
        self.connected = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.body += message["body"]
        for line in message["body"].decode().splitlines():
            name, _, value = line.partition(": ")
            if name == "data":
                self._news.put_nowait(json.loads(value))
            elif name == "id":
                self.position = value
        self.connected.set()

    async def hears(self) -> dict[str, Any]:
        """The next news."""
        return await asyncio.wait_for(self._news.get(), SECONDS)

    async def hears_nothing(self) -> bool:
        try:
            await asyncio.wait_for(self._news.get(), QUIET_SECONDS)
        except TimeoutError:
            return True
        return False


async def do(call: Callable[[], Result]) -> Result:
    """Do something as another process would: in a thread, on a connection that is closed afterwards."""

    def run() -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


async def cookies_of(user: User) -> str:
    client = await do(lambda: signed_in(user))
    return f"sessionid={client.cookies['sessionid'].value}"


def scope_of(cookie: str, *, query: str = "", last: str = "") -> dict[str, Any]:
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
    if last:
        headers.append((b"last-event-id", last.encode()))
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/inbox/live/",
        "query_string": query.encode(),
        "headers": headers,
    }


async def asks(live: Live, cookie: str = "", **scope: str) -> Tab:
    """A request that is answered at once."""
    tab = Tab()
    await asyncio.wait_for(live(scope_of(cookie, **scope), tab.receive, tab.send), SECONDS)
    return tab


@asynccontextmanager
async def open_tab(live: Live, user: User, **scope: str) -> AsyncIterator[Tab]:
    """A tab of `user` that listens, until it is closed."""
    tab = Tab()
    cookie = await cookies_of(user)

    async def run() -> None:
        await live(scope_of(cookie, **scope), tab.receive, tab.send)
        tab.ended.set()

    task = asyncio.create_task(run())
    try:
        await asyncio.wait_for(tab.connected.wait(), SECONDS)
        yield tab
    finally:
        tab.left.set()
        await asyncio.wait_for(task, SECONDS)
