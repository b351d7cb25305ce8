"""The tasks page without a mouse: done, put off, handed on; the focus stays in the list."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Task
from leads.tasks import add_task
from tests.browser.conftest import OpenPage
from tests.factories import make_contact, make_rep

TITLES = ["Call Ada", "Write to Grace", "Ask Joan"]


@pytest.fixture
def sdr(transactional_db: None) -> User:
    """A rep with a teammate, and a task that is overdue, one of now and one that is coming."""
    user = make_rep("sdr", first_name="Sam", last_name="Reyes").user
    make_rep("bea", first_name="Bea", last_name="Ito")
    now = timezone.now()
    for hours, title in zip((-2, -1, 50), TITLES, strict=True):
        contact = make_contact(first_name=title.split()[-1], last_name="Klein")
        add_task(contact, title, due_at=now + timedelta(hours=hours), by=user, at=now)
    return user


@pytest.fixture
def page(sdr: User, open_page: OpenPage) -> Page:
    page = open_page(user=sdr)
    page.goto("/tasks/")
    expect(page.locator("[data-row]")).to_have_text(TITLES)
    page.wait_for_load_state()
    return page


def test_tasks_are_done_put_off_and_handed_on_by_key(page: Page) -> None:
    keys, rows, dialog = page.keyboard, page.locator("[data-row]"), page.get_by_role("dialog")
    told = page.get_by_role("status")

    # Done: the row leaves, and the next one is at hand.
    keys.press("j")
    keys.press("x")
    expect(told.filter(has_text="Done: Call Ada.")).to_be_visible()
    expect(rows).to_have_text(TITLES[1:])
    assert Task.objects.get(title="Call Ada").done_at

    # Put off: the first choice has the focus.
    expect(rows.first).to_be_focused()
    keys.press("s")
    expect(dialog.get_by_role("button", name="In an hour")).to_be_focused()
    keys.press("Enter")
    expect(told.filter(has_text="“Write to Grace” is snoozed until")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert Task.objects.get(title="Write to Grace").due_at > timezone.now()

    # Handed on.
    rows.filter(has_text="Ask Joan").focus()
    keys.press("m")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    keys.type("Bea")
    keys.press("Tab")
    keys.press("Enter")
    expect(told.filter(has_text="“Ask Joan” is Bea Ito’s now.")).to_be_visible()
    expect(rows).to_have_text(["Write to Grace"])
    assert Task.objects.get(title="Ask Joan").assignee == User.objects.get(username="bea")


def test_the_focus_stays_in_the_list_when_a_row_leaves_it(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()

    page.keyboard.press("x")

    expect(page.locator("[data-row]")).to_have_text(["Call Ada", "Ask Joan"])
    page.wait_for_function("document.activeElement.matches('[data-row]')")


def test_a_calendar_feed_is_made_and_read_without_signing_in(page: Page, open_page: OpenPage) -> None:
    page.get_by_role("link", name="Calendar feed").click()
    page.get_by_role("button", name="Make an address").click()
    private = page.get_by_label("Your private address").input_value()

    answer = open_page().request.get(urlsplit(private).path)

    assert answer.headers["content-type"].startswith("text/calendar")
    assert all(f"SUMMARY:{title}" in answer.text() for title in TITLES)
