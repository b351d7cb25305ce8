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


@pytest.fixture
def open_page(chromium: Browser, idle: Idle, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open a browser window of some width, signed in as `user` if given one, for a finger with `touch`.

    What its console complains of fails the test in the end. Where a form is to be `refused`, the answer's status is no
    complaint, although the browser notes it as an error.
    """
    expect.set_options(timeout=SECONDS * 1000)
    complaints: list[str] = []
    taken: list[tuple[tuple[bool, bool], BrowserContext]] = []

    def note(message: ConsoleMessage, refused: bool) -> None:
        if message.type not in ("error", "warning"):
            return
        if not (refused and any(status in message.text for status in REFUSED)):
            complaints.append(f"{message.type}: {message.text}")

    def window(
        *,
        width: int = WINDOW["width"],
        height: int = WINDOW["height"],
        javascript: bool = True,
        theme: Literal["light", "dark"] = "light",
        user: User | None = None,
        touch: bool = False,
        refused: bool = False,
    ) -> Page:
        kind = (javascript, touch)
        context = (
            idle[kind].pop()
            if idle[kind]
            else chromium.new_context(
                viewport=WINDOW,
                base_url=live_server.url,
                java_script_enabled=javascript,
                has_touch=touch,
            )
        )
        if not context.pages:
            context.new_page()
        taken.append((kind, context))
        if user:
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": _session_of(user),
                        "url": live_server.url,
                    }
                ]
            )
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        if (width, height) != (WINDOW["width"], WINDOW["height"]):
            page.set_viewport_size({"width": width, "height": height})
        if theme != "light":
            page.emulate_media(color_scheme=theme)
        page.on("console", lambda message: note(message, refused))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield window
    for kind, context in taken:
        _leave_as_new(context)
        idle[kind].append(context)
    assert complaints == []
