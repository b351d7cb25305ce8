"""An SDR's first touch of an MQL, from signing in to seeing it move."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Mql, Verdict, VerdictReason
from tests.browser.conftest import OpenPage
from tests.factories import make_company, make_mql, make_rep, publish_small_model

REASON = "No project yet"


@pytest.fixture
def mqls(transactional_db: None) -> list[Mql]:
    """Two MQLs of the rep `sdr`; Ada's is due first."""
    now = timezone.now()
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text=REASON)
    make_rep("sdr", first_name="Sam", last_name="Reyes")
    make_company("acme.example", name="Acme")
    ada = make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace", at=now)
    grace = make_mql("grace@navy.example", first_name="Grace", last_name="Hopper", at=now)
    Mql.objects.filter(pk=ada.pk).update(due_at=now + timedelta(minutes=30))
    Mql.objects.filter(pk=grace.pk).update(due_at=now + timedelta(hours=30))
    return [ada, grace]


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Username").fill("sdr")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    # What is pressed before the scripts are there is lost, and nobody is as fast as a test.
    page.wait_for_load_state()


def test_the_top_mql_is_opened_understood_and_accepted(mqls: list[Mql], open_page: OpenPage) -> None:
    page = open_page()
    rows = page.locator(".mql-row-link")

    sign_in(page)
    expect(rows).to_have_text(["Ada Lovelace", "Grace Hopper"])
    rows.first.click()

    expect(page).to_have_url(re.compile(rf"/inbox/{mqls[0].pk}/\?queue=mine$"))
    expect(page).to_have_title(re.compile(r"Ada Lovelace · Inbox · Handoff$"))
    pane = page.get_by_role("article", name="Ada Lovelace")
    expect(pane).to_contain_text("Webinar attended yesterday; Vice president.")
    expect(pane.locator(".breakdown tfoot")).to_contain_text("+80.00")

    pane.get_by_role("button", name="Accept").click()

    expect(page.get_by_role("status")).to_contain_text("You accepted Ada Lovelace.")
    expect(rows).to_have_text(["Grace Hopper", "Ada Lovelace"])
    expect(page.locator(".mql-section")).to_have_text(["Waiting for a first touch", "In progress"])
    expect(rows.last).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)


def test_an_mql_is_recycled_in_the_dialog_and_the_next_is_offered(
    mqls: list[Mql], open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Recycle Ada Lovelace")

    page.get_by_role("link", name="Recycle…").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Recycle…").click()
    dialog.get_by_label(REASON).check()
    dialog.get_by_role("button", name="Recycle").click()

    expect(dialog).to_be_hidden()
    expect(page.locator(".outcome")).to_contain_text(REASON)
    expect(page.locator(".mql-row-link")).to_have_text(["Grace Hopper"])
    page.get_by_role("link", name="Next: Grace Hopper").click()
    expect(page.get_by_role("article", name="Grace Hopper")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("article", name="Ada Lovelace")).to_be_visible()


def test_on_a_telephone_without_javascript_everything_works(mqls: list[Mql], open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, javascript=False)
    sign_in(page)

    page.get_by_role("link", name="Ada Lovelace").click()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_hidden()
    page.get_by_role("link", name="Recycle…").click()
    page.get_by_label(REASON).check()
    page.get_by_role("button", name="Recycle").click()

    expect(page.get_by_role("status")).to_contain_text("Ada Lovelace went back to nurture.")
    page.get_by_role("main").get_by_role("link", name="Inbox").click()
    expect(page.locator(".mql-row-link")).to_have_text(["Grace Hopper"])


WIDTHS = [320, 360, 768, 1024, 1600]
PATHS = ["/inbox/", "/inbox/{mql}/", "/inbox/{mql}/recycle/", "/contacts/", "/contacts/{contact}/", "/companies/",
         "/companies/{company}/", "/tasks/", "/notifications/"]  # fmt: skip


def test_no_page_is_wider_than_the_screen(mqls: list[Mql], open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    ada = mqls[0]
    ids = {"mql": ada.pk, "contact": ada.contact_id, "company": ada.contact.company_id}

    too_wide = {}
    for path in PATHS:
        page.goto(path.format(**ids))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => innerWidth === width", arg=width)
            if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                too_wide[path, width] = over

    assert too_wide == {}
