"""Hundreds of open tabs on one server process: how long from a commit until each heard of it, and what they weigh."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import perf_counter

import psutil
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm import processes
from crm.models import User
from leads.models import Mql
from tests.bench.report import Report, middle

SECONDS = 30
"""The longest that anything here may take."""

AT_ONCE = 25
"""Tabs that connect together."""


@dataclass(slots=True, eq=False)
class Tab:
    """An open page as the server sees it. `heard` holds when it heard of each MQL first."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: dict[int, float] = field(default_factory=dict)

    async def listen(self) -> None:
        while line := await self.reader.readline():
            if line.startswith(b"data: "):
                now = perf_counter()
                for mql in json.loads(line[6:])["changed"]:
                    self.heard.setdefault(mql, now)


def measure(report: Report, port: int, *, listeners: int, times: int) -> None:
    """Change MQLs that everybody sees, one after the other, and note when every tab knows."""
    server = _server_process()
    before = server.memory_info().rss
    cookies = _cookies(listeners)
    mqls = list(Mql.objects.open().order_by("pk").values_list("pk", flat=True)[: times + 1])
    took, connected, after = asyncio.run(_listen(port, cookies, mqls, lambda: server.memory_info().rss))
    tabs = f"{listeners} open tabs"
    report.add(f"{tabs}: until all are connected", connected, "s")
    report.add(f"{tabs}: from a commit to the event, median", middle(took), "s")
    report.add(f"{tabs}: from a commit to the event, 95 of 100", middle(took, 95), "s", at_most=2)
    report.add(f"{tabs}: memory of the server for each", (after - before) / listeners / 1024, "kB")


async def _listen(
    port: int, cookies: list[str], mqls: list[int], memory: Callable[[], int]
) -> tuple[list[float], float, int]:
    """Seconds from each commit to each tab, the seconds that connecting took, and the server's memory then."""
    started = perf_counter()
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for first in range(0, len(cookies), AT_ONCE):
            tabs += await asyncio.gather(*(_open(port, each) for each in cookies[first : first + AT_ONCE]))
        connected = perf_counter() - started
        tasks = [asyncio.create_task(tab.listen()) for tab in tabs]
        for tab, task in zip(tabs, tasks, strict=True):
            stack.callback(tab.writer.close)
            stack.callback(task.cancel)
        # The first finds everything cold.
        await _until_heard(mqls[0], tabs)
        took = [seconds for mql in mqls[1:] for seconds in await _until_heard(mql, tabs)]
        return took, connected, memory()


async def _open(port: int, cookie: str) -> Tab:
    reader, writer = await asyncio.open_connection(processes.HOST, port)
    request = f"GET /inbox/live/ HTTP/1.1\r\nHost: {processes.HOST}\r\nCookie: sessionid={cookie}\r\n\r\n"
    writer.write(request.encode())
    status = await asyncio.wait_for(reader.readline(), SECONDS)
    if b" 200 " not in status:
        raise RuntimeError(f"/inbox/live/: {status!r}")
    while b": connected" not in await asyncio.wait_for(reader.readline(), SECONDS):
        pass
    return Tab(reader, writer)


async def _until_heard(mql: int, tabs: list[Tab]) -> list[float]:
    """Change `mql`, and wait until every tab has heard of it."""
    committed = await asyncio.to_thread(_change, mql)
    while not all(mql in tab.heard for tab in tabs):
        if perf_counter() - committed > SECONDS:
            silent = sum(mql not in tab.heard for tab in tabs)
            raise RuntimeError(f"{silent} of {len(tabs)} tabs heard nothing in {SECONDS} seconds")
        await asyncio.sleep(0.05)
    return [tab.heard[mql] - committed for tab in tabs]


def _change(mql: int) -> float:
    """Change an MQL so that everybody sees it, and answer when that was committed.

    What nobody owned before would not do: the worker finds owners for it within a minute.
    """
    try:
        Mql.objects.filter(pk=mql).update(owner=None, first_touched_at=timezone.now())
        return perf_counter()
    finally:
        connection.close()


def _cookies(number: int) -> list[str]:
    """A session for each tab, of the reps in turn: who works has several tabs open."""
    users = list(User.objects.filter(rep__isnull=False).order_by("pk"))
    sessions = []
    for each in range(number):
        client = Client()
        client.force_login(users[each % len(users)])
        sessions.append(client.cookies["sessionid"].value)
    return sessions


def _server_process() -> psutil.Process:
    """The web server among the processes that were started from here."""
    for child in psutil.Process().children(recursive=True):
        if "crm.asgi:application" in child.cmdline():
            return child
    raise RuntimeError("no web server was started")
