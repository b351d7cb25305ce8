"""The same done to many MQLs by key: chosen in the list, previewed, done, and taken back together."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import User
from leads.models import Mql, Verdict, VerdictReason
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import each_width, in_both_themes
from tests.factories import make_mql, make_rep, publish_small_model

REASON = "No project yet"
NAMES = ["Ada Lovelace", "Grace Hopper", "Joan Clarke"]


@pytest.fixture
def sdr(transactional_db: None) -> User:
    """A rep with three MQLs, one better than the other."""
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text=REASON)
    user = make_rep("sdr", first_name="Sam", last_name="Reyes").user
    for points, name in zip((90, 85, 80), NAMES, strict=True):
        first, last = name.split()
        mql = make_mql(f"{first}@acme.example", first_name=first, last_name=last, at=timezone.now())
        Mql.objects.filter(pk=mql.pk).update(total=points)
    return user


@each_width
def test_many_are_chosen_previewed_recycled_and_taken_back(
    sdr: User, open_page: OpenPage, width: int
) -> None:
    page = open_page(user=sdr, width=width)
    keys, rows = page.keyboard, page.locator("[data-row]")
    page.goto("/inbox/")
    expect(rows).to_have_text(NAMES)
    page.wait_for_load_state()

    for _ in range(2):
        keys.press("j")
        keys.press("x")
    expect(page.get_by_role("checkbox", name="Choose Grace Hopper")).to_be_checked()
    page.get_by_role("button", name="Recycle…").click()
    expect(page.get_by_role("heading", name="Recycle 2 MQLs")).to_be_visible()
    expect(page.locator(".bulk-row")).to_contain_text(["MQL to Nurture, 1 open task closed"] * 2)
    broken = in_both_themes(page)
    page.get_by_label(REASON).check()
    page.get_by_role("button", name="Recycle 2 MQLs").click()
    expect(page.get_by_role("heading", name="Recycle: 2 of 2 done")).to_be_visible()
    expect(page.get_by_role("button", name="Undo all 2")).to_be_visible()
    broken += in_both_themes(page)
    assert Mql.objects.open().count() == 1

    page.wait_for_load_state()
    keys.press("u")

    expect(page.get_by_role("status").filter(has_text="Taken back: 2 of 2")).to_be_visible()
    expect(rows).to_have_text(NAMES)
    assert Mql.objects.open().count() == 3
    assert broken == []
