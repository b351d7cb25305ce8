"""Every page in both themes, on a screen and on a telephone, against WCAG 2.2 AA by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Mql, Task, Verdict, VerdictReason
from leads.urls import urlpatterns
from leads.verdict import give_verdict
from tests.browser.conftest import OpenPage
from tests.factories import make_activity, make_company, make_contact, make_mql, make_rep, publish_small_model

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What a theme has a say in: it changes nothing else."""
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
FIND = """async options => {
    const { violations } = await axe.run(options);
    return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`));
}"""
"""Only the lines leave the browser: all that axe-core has to say of a page is many times the page."""
each_width = pytest.mark.parametrize("width", [1440, 390])


@pytest.fixture
def sdr(transactional_db: None) -> User:
    """A rep at work: an MQL that waits, one that was qualified, colleagues, a task, and what people did."""
    now = timezone.now()
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text="No project yet")
    user = make_rep("sdr", first_name="Sam", last_name="Reyes").user
    make_company("acme.example", name="Acme", industry="Software", employees=120)
    ada = make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace", phone="+33 1 44 55", at=now)
    grace = make_mql("grace@acme.example", first_name="Grace", last_name="Hopper", at=now)
    make_contact("new@acme.example", at=now)
    make_activity(ada.contact, "note", properties={"text": "Call after Easter"}, at=now)
    give_verdict(grace, Verdict.QUALIFIED, by=user, at=now)
    Mql.objects.filter(pk=ada.pk).update(due_at=now - timedelta(hours=2))
    return user


def paths(user: User) -> Iterator[str]:
    """The address of every page that `urlpatterns` leads to, found by asking for each."""
    client = Client()
    client.force_login(user)
    mql, task = Mql.objects.open().get(), Task.objects.open().first()
    assert task
    ids = {
        "inbox": mql.pk,
        "contacts": mql.contact_id,
        "companies": mql.contact.company_id,
        "tasks": task.pk,
    }
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        path = "/" + re.sub(r"<int:\w+>", str(ids.get(route.partition("/")[0], 0)), route)
        if "<" in path:
            continue
        response = client.get(path)
        if response.status_code == 200 and not response.streaming and b"<main" in response.content:
            yield path


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe-core finds on the page as it is, a line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(FIND, {**rules, "resultTypes": ["violations"]}))


def in_both_themes(page: Page) -> list[str]:
    """What axe-core finds on the page in one theme or the other, with no colour on its way between them."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    return light + violations(page, COLOURS)


@each_width
def test_no_page_breaks_a_rule_of_wcag_2_2_aa(sdr: User, open_page: OpenPage, width: int) -> None:
    page = open_page(user=sdr, width=width)
    addresses = list(paths(sdr))

    broken = {}
    for address in addresses:
        page.goto(address)
        if found := in_both_themes(page):
            broken[address] = found

    assert broken == {}
    assert {"/inbox/", "/tasks/", "/contacts/", "/companies/", "/notifications/"} <= set(addresses)


@each_width
def test_nor_does_what_opens_on_a_page(sdr: User, open_page: OpenPage, width: int) -> None:
    page = open_page(user=sdr, width=width)
    page.goto(f"/inbox/{Mql.objects.open().get().pk}/")
    page.locator(".chart-events > summary").click()
    page.locator(".write-summary").click()

    broken = {"unfolded": in_both_themes(page)}
    page.keyboard.press("Escape")
    page.locator("#mql-title").focus()
    for key in ("q", "r", "d", "c", "e", "?"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        broken[key] = in_both_themes(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

    assert {place: found for place, found in broken.items() if found} == {}


@each_width
def test_nor_do_the_pages_of_whoever_is_not_signed_in(
    transactional_db: None, open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width)

    page.goto("/login/")
    empty = in_both_themes(page)
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct")

    assert empty + in_both_themes(page) == []
