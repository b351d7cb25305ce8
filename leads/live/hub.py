"""The ear of a server process: one connection that listens, and the tabs that are told what it hears."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import Error, connection

from crm.embedded.server import EmbeddedServerError
from leads.live.batch import Batch, Heard, News, news
from leads.sight import Sight, sights

logger = logging.getLogger(__name__)

CHANNEL = "handoff_live"
FAILURES = (psycopg.Error, Error, EmbeddedServerError, OSError)
"""What a database that is away makes of a question. It is asked again."""

GATHER_SECONDS = 0.1
"""What happens together is told together: a drain opens hundreds of MQLs."""

SILENCE_SECONDS = 30
"""After so long without a word the connection is tried, so that one that died unnoticed is made anew."""

SIGHT_SECONDS = 60
"""How old what is known of who may see what may become. Changes of teams are known at once."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 15.0
REMEMBERED = 500
"""Batches that a tab which was away may catch up on."""

MOST_WAITING = 50
"""A tab that is so far behind is told to look at everything anew."""

CLOCK_MARGIN = 1.0
"""Seconds by which the clock of the machine that rendered a page may differ."""


@dataclass(slots=True, eq=False)
class Tab:
    """One open page. None in its queue ends it."""

    sight: Sight
    queue: asyncio.Queue[Batch | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    behind: bool = False

    def put(self, batch: Batch | None) -> None:
        try:
            self.queue.put_nowait(batch)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.behind = True
            self.queue.put_nowait(batch)

    async def hear(self) -> tuple[int, News] | None:
        """The next thing that this tab's user may know, with its number. None where the tab is to close."""
        while batch := await self.queue.get():
            known = news([batch], self.sight)
            if self.behind:
                known.everything, known.bell, self.behind = True, True, False
            if known:
                return batch.number, known
        return None


class Hub:
    """What one server process hears, and the tabs it tells."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(4)
        self.tabs: set[Tab] = set()
        self.started_at = time.time()
        self._batches: deque[Batch] = deque(maxlen=REMEMBERED)
        self._number = 0
        self._ready = asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look_again())]

    async def ready(self, *, seconds: float = 5) -> None:
        """Wait until it listens; for no longer than this where the database is away: tabs are told later."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), seconds)

    def close(self) -> None:
        """End every tab, and stop listening."""
        for tab in self.tabs:
            tab.put(None)
        for task in self._tasks:
            task.cancel()

    def position(self) -> str:
        """Names what has been told so far, for a tab that comes back."""
        return self.name(self._number)

    def name(self, number: int) -> str:
        return f"{self.token}-{number}"

    def missed(self, sight: Sight, *, after: str = "", rendered_at: float | None = None) -> News:
        """What happened since the position `after`, or since a page was rendered: everything, if that is forgotten."""
        batches = self._since(after) if after else self._rendered(rendered_at)
        return News(bell=True, everything=True) if batches is None else news(batches, sight)

    def _since(self, after: str) -> Sequence[Batch] | None:
        token, _, number = after.partition("-")
        oldest = self._batches[0].number if self._batches else self._number + 1
        if token != self.token or not number.isdecimal() or int(number) < oldest - 1:
            return None
        return [batch for batch in self._batches if batch.number > int(number)]

    def _rendered(self, at: float | None) -> Sequence[Batch] | None:
        if at is None:
            return []
        oldest = self._batches[0].at if len(self._batches) == REMEMBERED else self.started_at
        if at < oldest:
            return None
        return [batch for batch in self._batches if batch.at >= at - CLOCK_MARGIN]

    async def _listen(self) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                parameters = await asyncio.to_thread(_parameters)
                listening = await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
                async with listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    if self._ready.is_set():
                        # Whatever happened meanwhile was not heard.
                        self._publish(Heard(many=True), {})
                    self._ready.set()
                    pause = SHORTEST_PAUSE
                    await self._hear(listening)
            except FAILURES as error:
                logger.warning("lost the listening connection error=%s", type(error).__name__)
            await asyncio.sleep(pause * (1 + random.random()))  # noqa: S311 (spreads processes out)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _hear(self, listening: psycopg.AsyncConnection[Any]) -> None:
        while True:
            heard = Heard()
            async for said in listening.notifies(timeout=SILENCE_SECONDS, stop_after=1):
                heard.take(said.payload)
            async for said in listening.notifies(timeout=GATHER_SECONDS):
                heard.take(said.payload)
            if heard.teams:
                await self._see()
            # By now it is committed, so that whose they are is what everybody will see. Tries the connection too.
            rows = await listening.execute(
                "SELECT id, owner_id FROM leads_mql WHERE id = ANY(%s)", [heard.mqls()]
            )
            self._publish(heard, dict(await rows.fetchall()))

    def _publish(self, heard: Heard, owners: dict[int, int | None]) -> None:
        if not (owners or heard.before or heard.told or heard.many):
            return
        self._number += 1
        batch = Batch.of(self._number, time.time(), heard, owners)
        self._batches.append(batch)
        for tab in self.tabs:
            tab.put(batch)

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(SIGHT_SECONDS)
            try:
                await self._see()
            except FAILURES as error:
                logger.warning("could not look up who may see what error=%s", type(error).__name__)

    async def _see(self) -> None:
        """Look up anew what each tab's user may read, and end the tabs of those who may no longer sign in."""
        known = await asyncio.to_thread(look_up, {tab.sight.user for tab in self.tabs})
        for tab in self.tabs:
            if sight := known.get(tab.sight.user):
                tab.sight = sight
            else:
                tab.put(None)


def look_up(user_ids: Iterable[int]) -> dict[int, Sight]:
    """`sights`, for a thread that has no request: its connection goes back at once."""
    try:
        return sights(set(user_ids))
    finally:
        connection.close()


def _parameters() -> dict[str, Any]:
    """How Django connects, without what belongs to its own cursors."""
    parameters = dict(connection.get_connection_params())
    for own in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(own, None)
    return parameters
