"""The inbox without a mouse: every step by key, and the focus never lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import Stage, User
from leads.models import Mql, Verdict, VerdictReason
from leads.views.listing import PAGE
from scoring.drain import drain
from tests.browser.conftest import OpenPage
from tests.factories import (
    NOW,
    make_company,
    make_qualifying,
    make_qualifying_people,
    make_rep,
    publish_small_model,
)

REASON = "No project yet"
NAMES = ["Ada Lovelace", "Grace Hopper", "Joan Clarke"]


@pytest.fixture
def sdr(transactional_db: None) -> User:
    """A rep with three MQLs, one better than the other."""
    now = timezone.now()
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text=REASON)
    user = make_rep("sdr", first_name="Sam", last_name="Reyes").user
    make_company("acme.example", name="Acme")
    people = []
    for name in NAMES:
        first, last = name.split()
        people.append(make_qualifying(f"{first}@acme.example", first_name=first, last_name=last, at=now))
    drain(at=now)
    for points, contact in zip((90, 85, 80), people, strict=True):
        Mql.objects.filter(contact=contact).update(due_at=now + timedelta(hours=9), total=points)
    return user


@pytest.fixture
def page(sdr: User, open_page: OpenPage) -> Page:
    page = open_page(user=sdr)
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_text(NAMES)
    page.wait_for_load_state()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()"))


def is_open(page: Page, name: str) -> None:
    expect(page.get_by_role("article", name=name)).to_be_visible()


def test_an_mql_is_opened_accepted_noted_and_qualified_by_keys_alone(page: Page) -> None:
    keys = page.keyboard

    keys.press("j")
    keys.press("Enter")
    is_open(page, "Ada Lovelace")
    keys.press("a")
    expect(page.get_by_role("status").filter(has_text="You accepted Ada Lovelace.")).to_be_visible()
    keys.press("n")
    expect(page.get_by_label("Note")).to_be_focused()
    keys.type("Wants a trial")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".timeline")).to_contain_text("Wants a trial")
    keys.press("q")
    expect(page.get_by_role("dialog", name="Qualify Ada Lovelace")).to_be_visible()
    expect(page.get_by_label("Budget")).to_be_focused()
    keys.type("10 000")
    keys.press("Enter")

    expect(page.locator(".outcome")).to_contain_text("10 000")
    ada = Mql.objects.get(contact__email="ada@acme.example")
    assert (ada.verdict, ada.contact.stage) == (Verdict.QUALIFIED, Stage.SQL)


@pytest.mark.parametrize("start", [".mql-row-link >> nth=0", "#mql-title"])
def test_after_a_verdict_the_next_one_is_a_press_of_enter_away(page: Page, start: str) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")
    page.locator(start).focus()
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label(REASON).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_text(NAMES[1:])
    page.wait_for_function("document.activeElement.textContent.includes('Grace Hopper')")

    page.keyboard.press("Enter")

    is_open(page, "Grace Hopper")


def test_a_key_acts_on_the_row_that_has_the_focus_and_not_on_another_that_is_open(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")
    page.keyboard.press("j")

    page.keyboard.press("d")

    expect(page.get_by_role("dialog", name="Disqualify Grace Hopper")).to_be_visible()
    is_open(page, "Grace Hopper")


def test_escape_closes_the_dialog_and_the_focus_is_where_it_was(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")
    page.get_by_role("link", name="Qualify…", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Qualify…", exact=True)).to_be_focused()


def test_escape_leads_from_what_is_open_back_to_its_row(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Grace Hopper")
    page.get_by_role("link", name="Qualify…", exact=True).focus()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_focused()


def test_the_row_keeps_the_focus_when_the_list_is_read_again(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    Mql.objects.filter(contact__email="ada@acme.example").update(total=99)

    page.evaluate("htmx.trigger(document.body, 'mql-changed')")

    expect(page.locator("#mql-list")).to_contain_text("99")
    assert focused(page) == "Grace Hopper"


def test_a_filter_of_the_timeline_keeps_the_focus_and_stands_in_the_address(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")
    expect(page.locator(".timeline")).to_contain_text("Webinar attended")
    stages = page.get_by_role("link", name="Stages")
    stages.focus()

    page.keyboard.press("Enter")

    expect(page.locator(".timeline")).not_to_contain_text("Webinar attended")
    expect(page).to_have_url(re.compile(r"\?queue=mine&show=stages$"))
    expect(stages).to_be_focused()
    page.reload()
    expect(page.locator(".timeline")).not_to_contain_text("Webinar attended")


def test_what_is_typed_is_no_command(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("ad")

    expect(page.get_by_role("searchbox")).to_have_value("ad")
    expect(page.locator("[data-row]")).to_have_text(["Ada Lovelace"])
    assert not Mql.objects.exclude(accepted_at=None).exists()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("keys", ["Control+d", "Alt+d", "Meta+d"])
def test_keys_with_a_modifier_are_left_to_the_browser(page: Page, keys: str) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")

    page.keyboard.press(keys)
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_have_accessible_name("Keys of this page")


def test_the_help_lists_what_the_page_offers_and_turns_keys_off(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    is_open(page, "Ada Lovelace")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys of this page")
    expect(help_).to_contain_text("d Disqualify")
    expect(page.get_by_role("button", name="Accept")).to_have_attribute("aria-keyshortcuts", "a")

    help_.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.reload()
    page.keyboard.press("d")
    page.locator(".site-user summary").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()

    expect(help_.get_by_role("checkbox")).not_to_be_checked()
    expect(page.get_by_role("dialog", name="Disqualify")).to_have_count(0)
    assert page.locator("[aria-keyshortcuts]").count() == 0


def test_what_is_pressed_before_the_detail_is_there_is_done_when_it_is(page: Page) -> None:
    for key in ("j", "Enter", "q"):
        page.keyboard.press(key)

    expect(page.get_by_role("dialog", name="Qualify Ada Lovelace")).to_be_visible()
    is_open(page, "Ada Lovelace")


def test_g_and_a_letter_lead_to_the_pages(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/contacts/$"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/contacts/\d+/$"))


def test_filters_and_views_open_in_the_dialog_and_the_list_follows(page: Page) -> None:
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="Filters")
    dialog.get_by_label("from").fill("84")
    dialog.get_by_role("button", name="Show").press("Enter")
    expect(page.locator("[data-row]")).to_have_text(NAMES[:2])
    page.get_by_text("Views", exact=True).press("Enter")
    page.get_by_role("link", name="Keep this view…").press("Enter")
    page.get_by_role("dialog", name="Keep this view").get_by_label("Name").fill("Best ones")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="“Best ones” is kept")).to_be_visible()
    assert "score_min=84" in page.url


def test_behind_the_last_row_j_shows_more_and_goes_on_there(sdr: User, open_page: OpenPage) -> None:
    make_qualifying_people(PAGE)
    drain(at=NOW)
    page = open_page(user=sdr)
    page.goto("/inbox/?sort=score")
    expect(page.locator("[data-row]")).to_have_count(PAGE)
    page.wait_for_load_state()

    page.locator("[data-row]").last.focus()
    page.keyboard.press("j")

    expect(page.locator("[data-row]")).to_have_count(PAGE + len(NAMES))
    expect(page.locator("[data-row]").nth(PAGE)).to_be_focused()
