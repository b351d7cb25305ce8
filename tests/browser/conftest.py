"""A real browser on the real pages. Any error in its console fails the test."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from crm.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 15
WINDOW: ViewportSize = {"width": 1440, "height": 900}
KEPT_BY_PAGES = "local_storage,indexeddb,cache_storage,service_workers"
REFUSED = ("a status of 403 (Forbidden)", "a status of 409 (Conflict)")

OpenPage = Callable[..., Page]
Idle = defaultdict[tuple[bool, bool], list[BrowserContext]]
"""Contexts by whether they run scripts and have a finger, which is settled once for each."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium, and no longer than needed: Playwright occupies the thread with an event loop."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        missing = f"none of {', '.join(NAMES)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, where Django would take every query for one from a coroutine.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def idle(chromium: Browser) -> Idle:
    """The contexts that no test uses now. A new one costs a second: it fetches every file anew."""
    return defaultdict(list)


def _leave_as_new(context: BrowserContext) -> None:
    """Close what was opened in it and forget who was signed in and what pages kept, but not the cache of files.

    A blank page stays, since the cache goes with the last page.
    """
    blank, *opened = context.pages
    origins = {"/".join(page.url.split("/")[:3]) for page in opened if page.url.startswith("http")}
    for page in opened:
        page.close()
    context.clear_cookies()
    developer = context.new_cdp_session(blank)
    for origin in origins:
        developer.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT_BY_PAGES})
    developer.detach()


def _session_of(user: User) -> str:
    """The cookie of one who has signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Windows:
    """The windows of one test, and what their consoles complain of."""

    def __init__(self, browser: Browser, idle: Idle, address: str) -> None:
        self._browser, self._idle, self._address = browser, idle, address
        self._taken: list[tuple[tuple[bool, bool], BrowserContext]] = []
        self.complaints: list[str] = []

    def open(
        self,
        *,
        width: int = WINDOW["width"],
        height: int = WINDOW["height"],
        javascript: bool = True,
        theme: Literal["light", "dark"] = "light",
        user: User | None = None,
        touch: bool = False,
        refused: bool = False,
    ) -> Page:
        """A window of some width, signed in as `user` if given one, for a finger with `touch`. Where a form is to be
        `refused`, the answer's status is no complaint, although the browser notes it as an error.
        """
        context = self._context((javascript, touch))
        if user:
            session = {"name": settings.SESSION_COOKIE_NAME, "value": _session_of(user)}
            context.add_cookies([{**session, "url": self._address}])
        page = context.new_page()
        if (width, height) != (WINDOW["width"], WINDOW["height"]):
            page.set_viewport_size({"width": width, "height": height})
        if theme != "light":
            page.emulate_media(color_scheme=theme)
        page.on("console", lambda message: self._note(message, refused))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _context(self, kind: tuple[bool, bool]) -> BrowserContext:
        javascript, touch = kind
        if self._idle[kind]:
            context = self._idle[kind].pop()
        else:
            context = self._browser.new_context(
                viewport=WINDOW,
                base_url=self._address,
                java_script_enabled=javascript,
                has_touch=touch,
            )
        if not context.pages:
            context.new_page()
        context.set_default_timeout(SECONDS * 1000)
        self._taken.append((kind, context))
        return context

    def _note(self, message: ConsoleMessage, refused: bool) -> None:
        if message.type not in ("error", "warning"):
            return
        if not (refused and any(status in message.text for status in REFUSED)):
            self.complaints.append(f"{message.type}: {message.text}")

    def give_back(self) -> None:
        """Leave the contexts as new, for the next test."""
        for kind, context in self._taken:
            _leave_as_new(context)
            self._idle[kind].append(context)


@pytest.fixture
def open_page(chromium: Browser, idle: Idle, live_server: LiveServer) -> Iterator[OpenPage]:
    """Opens browser windows: see `Windows.open`. What a console complains of fails the test in the end."""
    expect.set_options(timeout=SECONDS * 1000)
    windows = Windows(chromium, idle, live_server.url)
    yield windows.open
    windows.give_back()
    assert windows.complaints == []
