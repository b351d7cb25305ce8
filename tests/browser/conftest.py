"""A real browser on the real pages. Any error in its console fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
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
REFUSED = ("a status of 403 (Forbidden)", "a status of 409 (Conflict)")

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
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


def _session_of(user: User) -> str:
    """The cookie of one who has signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open a browser window of some width, signed in as `user` if given one, for a finger with `touch`.

    What its console complains of fails the test in the end. Where a form is to be `refused`, the answer's status is no
    complaint, although the browser notes it as an error.
    """
    expect.set_options(timeout=SECONDS * 1000)
    complaints: list[str] = []

    def note(message: ConsoleMessage, refused: bool) -> None:
        if message.type not in ("error", "warning"):
            return
        if not (refused and any(status in message.text for status in REFUSED)):
            complaints.append(f"{message.type}: {message.text}")

    def window(
        *,
        width: int = 1440,
        height: int = 900,
        javascript: bool = True,
        theme: Literal["light", "dark"] = "light",
        user: User | None = None,
        touch: bool = False,
        refused: bool = False,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=live_server.url,
            java_script_enabled=javascript,
            color_scheme=theme,
            has_touch=touch,
        )
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
        page.on("console", lambda message: note(message, refused))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield window
    for context in chromium.contexts:
        context.close()
    assert complaints == []
