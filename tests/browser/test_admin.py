"""The pages that administrators work on, against WCAG 2.2 AA by axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm.models import User
from leads.models import AssignmentRule
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import in_both_themes
from tests.factories import make_rep, make_team, make_user

PAGES = [
    "/admin/",
    "/admin/leads/assignmentrule/",
    "/admin/leads/assignmentrule/add/",
    "/admin/leads/rep/",
    "/admin/leads/workinghours/add/",
    "/admin/leads/plan/add/",
    "/admin/crm/contact/",
]


@pytest.fixture
def administrator(transactional_db: None) -> User:
    rep = make_rep("sdr", team=make_team("Europe"))
    AssignmentRule.objects.create(name="Europe", team=rep.team)
    return make_user("boss", is_staff=True, is_superuser=True)


def test_no_page_of_the_admin_breaks_a_rule_of_wcag_2_2_aa(administrator: User, open_page: OpenPage) -> None:
    page = open_page(user=administrator)

    broken = {}
    for address in PAGES:
        page.goto(address)
        expect(page.locator("#content, #main").first).to_be_visible()
        if found := in_both_themes(page):
            broken[address] = found

    assert broken == {}
