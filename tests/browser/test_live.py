"""The inbox while others work: what arrives, what changes, and that nothing moves under the reader."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import User
from leads.live import Live
from leads.models import Mql
from leads.verdict import accept
from tests.browser.conftest import OpenPage
from tests.factories import make_mql, make_rep, make_user, publish_small_model
from tests.leads.page_client import signed_in


@pytest.fixture
def rep(transactional_db: None) -> User:
    publish_small_model()
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def served(rep: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an ASGI server in a thread, as `manage.py up` starts one."""
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    # Each request has a thread, whose connection would outlive it and keep the test's database from being dropped.
    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 0)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        live = Live(ASGIStaticFilesHandler(ASGIHandler()))
        config = uvicorn.Config(live, lifespan="off", log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)

        async def serve() -> None:
            await server.serve(sockets=[listening])
            if live._hub:
                live._hub.close()

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        while not server.started:
            thread.join(0.05)
        yield address
        server.should_exit = True
        thread.join(20)
        connections.close_all()
        assert not thread.is_alive()


@pytest.fixture
def inbox(served: str, rep: User, open_page: OpenPage) -> Callable[..., Page]:
    """Open the rep's inbox in a window, and wait until it listens."""

    def show(path: str = "/inbox/", user: User | None = None, **window: Any) -> Page:
        page = open_page(**window)
        session = signed_in(user or rep).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": served}])
        with page.expect_response(lambda response: "/inbox/live/" in response.url):
            page.goto(f"{served}{path}")
        return page

    return show


def test_a_new_mql_appears_counts_in_the_title_and_rings_the_bell(inbox: Callable[..., Page]) -> None:
    page = inbox()
    expect(page.locator(".mql-row-link")).to_have_count(0)

    make_mql(first_name="Ada", last_name="Lovelace", at=timezone.now())

    expect(page.locator(".mql-row-link")).to_have_text(["Ada Lovelace"])
    expect(page).to_have_title("(1) Inbox · Handoff")
    expect(page.locator("#bell")).to_contain_text("1")


def test_an_arrival_takes_nothing_from_who_types(inbox: Callable[..., Page]) -> None:
    mql = make_mql(first_name="Ada", last_name="Lovelace", at=timezone.now())
    page = inbox(f"/inbox/{mql.pk}/")
    page.get_by_text("Add a note or a task").click()
    note = page.get_by_label("Note")
    note.press_sequentially("She asked for a")
    before = note.bounding_box()

    make_mql(first_name="Grace", last_name="Hopper", at=timezone.now())
    expect(page.locator(".mql-row-link")).to_have_count(2)
    page.keyboard.type(" quote")

    expect(note).to_be_focused()
    expect(note).to_have_value("She asked for a quote")
    assert note.bounding_box() == before
    expect(page.locator("[aria-current='true'][data-row]")).to_have_text("Ada Lovelace")


def test_what_arrives_while_the_list_is_read_is_offered(inbox: Callable[..., Page]) -> None:
    make_mql(first_name="Ada", last_name="Lovelace", at=timezone.now())
    page = inbox()
    row = page.locator(".mql-row-link", has_text="Ada Lovelace")
    row.focus()
    before = row.bounding_box()

    make_mql(first_name="Grace", last_name="Hopper", at=timezone.now())

    offer = page.get_by_role("button", name="1 new")
    expect(offer).to_be_visible()
    expect(page.locator(".mql-row-link")).to_have_count(1)
    expect(row).to_be_focused()
    assert row.bounding_box() == before
    offer.click()
    expect(page.locator(".mql-row-link")).to_have_count(2)
    expect(page.locator(".mql-row-link", has_text="Grace Hopper")).to_be_focused()
    expect(offer).to_have_count(0)


def test_an_open_mql_says_that_somebody_else_changed_it(inbox: Callable[..., Page], rep: User) -> None:
    boss = make_user("boss", first_name="Ben", last_name="Ito", is_superuser=True)
    mql = make_mql(first_name="Ada", last_name="Lovelace", at=timezone.now())
    page = inbox(f"/inbox/{mql.pk}/")
    page.wait_for_timeout(1100)

    accept(Mql.objects.get(pk=mql.pk), by=boss, at=timezone.now())

    notice = page.locator("[data-live-notice]")
    expect(notice).to_contain_text("Changed by Ben Ito: accepted.")
    notice.get_by_role("button", name="Show").click()
    expect(page.get_by_role("article")).to_contain_text("by Ben Ito")
    expect(notice).to_be_empty()


def test_a_second_tab_hears_through_the_first(inbox: Callable[..., Page], served: str, rep: User) -> None:
    first = inbox()
    second = first.context.new_page()
    streams: list[str] = []
    second.on(
        "request", lambda request: streams.append(request.url) if "/inbox/live/" in request.url else None
    )
    with second.expect_response(lambda response: "/inbox/live/" in response.url):
        second.goto(f"{served}/inbox/")

    make_mql(first_name="Ada", last_name="Lovelace", at=timezone.now())

    expect(second.locator(".mql-row-link")).to_have_text(["Ada Lovelace"])
    assert all("poll=1" in url for url in streams)
    # Once the first is closed, the second holds the stream itself.
    with second.expect_request(lambda request: "/inbox/live/" in request.url and "poll" not in request.url):
        first.close()
    make_mql(first_name="Grace", last_name="Hopper", at=timezone.now())
    expect(second.locator(".mql-row-link")).to_have_count(2)
