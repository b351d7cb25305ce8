"""`/inbox/live/`: what a tab hears, as server-sent events; or, asked with `poll`, what it has missed, as JSON.

Answered before Django's own handler, which would keep a thread for as long as a tab is open. What that does for other
pages is done here: the host is checked, the session says who asks, and nobody else's news is told.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from leads.live.batch import News
from leads.live.hub import Hub, Tab
from leads.sight import Sight, sights

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
"""Proxies close a connection on which nothing is said; and a browser that is gone is noticed when it is spoken to."""

LONGEST_SECONDS = 600.0
"""Then a tab comes back with its session, which may have ended meanwhile."""

RETRY_MILLISECONDS = 2000
MOMENT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class Live:
    """An ASGI application that answers for live news, and hands everything else on to `application`."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == reverse("live"):
            await self._answer(scope, receive, send)
        else:
            await self.application(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = ASGIRequest(scope, BytesIO())
        status, sight = await asyncio.to_thread(_who_asks, request)
        if sight is None:
            await _send_json(send, status, {})
            return
        hub = self._listening_hub()
        await hub.ready()
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        after = request.headers.get("Last-Event-ID", "") or asked.get("after", [""])[0]
        rendered_at = _moment(asked.get("rendered", [""])[0])
        if "poll" in asked:
            missed = hub.missed(sight, after=after, rendered_at=rendered_at)
            await _send_json(send, 200, {"id": hub.position(), **missed.as_json()})
        else:
            await _stream(hub, Tab(sight), receive, send, after=after, rendered_at=rendered_at)

    def _listening_hub(self) -> Hub:
        """This process's hub, which begins to listen with the first tab."""
        if self._hub is None:
            self._hub = Hub()
            _leave_when_told_to(self._hub)
        return self._hub


def _who_asks(request: HttpRequest) -> tuple[int, Sight | None]:
    """What the session's user may read; or, with no such user, the status that says why."""
    try:
        request.get_host()
        request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(
            request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        )
        user = get_user(request)
        return (200, sights([user.pk]).get(user.pk)) if user.is_authenticated else (403, None)
    except DisallowedHost:
        return 400, None
    finally:
        # This thread is everybody's and may not be asked again for long.
        connection.close()


def _moment(written: str) -> float | None:
    """When a page says it was rendered, in seconds since 1970. None where it says nothing sensible."""
    return float(written) if MOMENT.fullmatch(written) else None


async def _stream(
    hub: Hub, tab: Tab, receive: Receive, send: Send, *, after: str, rendered_at: float | None
) -> None:
    hub.tabs.add(tab)
    watch = asyncio.create_task(_end_when_left(tab, receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # Asked for after the tab was added: what happens in between may be told twice, and is not lost.
        missed = hub.missed(tab.sight, after=after, rendered_at=rendered_at)
        hello = f"retry: {RETRY_MILLISECONDS}\n: connected\n\n" + _event(hub.position(), missed)
        await _say(send, hello)
        await _tell(hub, tab, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        # The browser went away while it was spoken to.
        return
    finally:
        hub.tabs.discard(tab)
        watch.cancel()


async def _tell(hub: Hub, tab: Tab, send: Send) -> None:
    """Tell a tab its news until it leaves or has been here long enough."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LONGEST_SECONDS * (1 + random.random() / 2)  # noqa: S311 (spreads returns out)
    while loop.time() < ends_at:
        try:
            heard = await asyncio.wait_for(tab.hear(), HEARTBEAT_SECONDS)
        except TimeoutError:
            await _say(send, ": still here\n\n")
            continue
        if heard is None:
            return
        number, known = heard
        await _say(send, _event(hub.name(number), known))


async def _end_when_left(tab: Tab, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    tab.put(None)


def _event(position: str, known: News) -> str:
    """One server-sent event; without news, its position alone."""
    said = f"data: {json.dumps(known.as_json())}\n" if known else ""
    return f"id: {position}\n{said}\n"


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _send_json(send: Send, status: int, content: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    # nginx would otherwise keep events back until it has a buffer full of them.
    (b"x-accel-buffering", b"no"),
]


def _leave_when_told_to(hub: Hub) -> None:
    """End the tabs as soon as the server is told to stop: it waits for open answers, and these have no end."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def leave(number: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(hub.close)
            if callable(before):
                before(number, frame)

        signal.signal(number, leave)
