"""A marketer's afternoon: from a copy of the live rules to MQLs that arrive at the chosen pace, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from crm.models import User
from leads import sla
from leads.let_go import let_go
from leads.roles import MARKETERS, PUBLISHERS, ensure_groups
from scoring import trials
from scoring.drain import drain
from scoring.models import ScoringVersion, Trial
from scoring.publish import publish
from scoring.spec import PersonaSpec
from scoring.sweep import note_swept
from scoring.versions import save_draft
from tests.browser.conftest import OpenPage
from tests.factories import SMALL_MODEL, make_activity, make_contact, make_rep, make_user

LIST = "/admin/scoring/scoringversion/"
CUSTOMER = PersonaSpec(
    "VP who attends",
    True,
    {"job_title": "VP Sales"},
    ({"kind": "webinar_attended", "subject": "Spring", "days_ago": 1},),
)
READERS = 5
QUIET_FOR_HALF_A_SECOND = """
    () => new Promise((done) => {
      let quiet = 0;
      const timer = setInterval(() => {
        quiet = document.querySelector(".htmx-request") ? 0 : quiet + 1;
        if (quiet === 10) {
          clearInterval(timer);
          done();
        }
      }, 50);
    })
"""


@pytest.fixture
def rep(transactional_db: None) -> User:
    return make_rep("sdr", first_name="Sam").user


@pytest.fixture
def marketer(transactional_db: None) -> User:
    """Under the live rules nobody is handed over who reads the prices and has attended nothing."""
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.set(UserGroup.objects.filter(name__in=[MARKETERS, PUBLISHERS]))
    now = timezone.now()
    publish(save_draft(replace(SMALL_MODEL, personas=(CUSTOMER,)), by=None, at=now), by=None, at=now)
    for number in range(READERS):
        contact = make_contact(f"reader{number}@people.example", job_title="VP Sales")
        for _ in range(3):
            make_activity(contact, "page_view", subject="/pricing", at=now)
    drain(at=now)
    return user


def work_off() -> None:
    """What the worker does meanwhile."""
    drain(at=timezone.now())
    note_swept(at=timezone.now())


def next_working_day() -> datetime:
    office = sla.office_hours()
    day = timezone.now() + timedelta(days=1)
    while not office.is_working_day(office.day_of(day)):
        day += timedelta(days=1)
    return day


def go(page: Page, address: str) -> None:
    """Go there once what the page asks for by itself has been answered: leaving in the middle is an error to htmx."""
    page.evaluate(QUIET_FOR_HALF_A_SECOND)
    page.goto(address)


def set_points_of_vice_presidents(page: Page, points: str) -> None:
    page.locator("[data-name='Vice president'] a.rule-sentence").click()
    form = page.locator("form.rule-form")
    form.locator("[name=points]").fill(points)
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def add_the_pricing_rule(page: Page) -> None:
    page.get_by_text("Add a rule to Intent").click()
    form = page.locator("form.rule-form")
    form.locator("[name=name]").fill("Pricing page viewed")
    form.locator("[name=points]").fill("20")
    form.locator("[name=max_points]").fill("60")
    form.locator("[name=conditions-0-field]").fill("kind")
    form.locator("[name=conditions-0-op]").select_option("equals")
    form.locator("[name=conditions-0-typed_value]").fill("page_view")
    form.get_by_role("button", name="Add a condition").click()
    form.locator("[name=conditions-1-field]").fill("subject")
    form.locator("[name=conditions-1-op]").select_option("starts_with")
    form.locator("[name=conditions-1-typed_value]").fill("/pricing")
    expect(form).to_contain_text("+20 each time they view a page under /pricing, at most 60")
    expect(form).to_contain_text(f"{READERS} of {READERS}")
    form.get_by_role("button", name="Add the rule").click()
    expect(form).to_have_count(0)


def mqls_in_the_inbox(page: Page, number: int) -> None:
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_count(number)


def copy_the_live_model(page: Page) -> str:
    """Returns the address of the draft's publication."""
    page.goto(LIST)
    page.get_by_role("link", name="Version 1: Small").click()
    page.get_by_role("link", name="Make a draft").click()
    page.get_by_role("button", name="Make a draft").click()
    expect(page.locator("#content, #main").first).to_contain_text("Draft")
    return f"{LIST}{ScoringVersion.objects.get(status='draft').pk}/publish/"


def break_a_persona_and_mend_it(page: Page, publication: str) -> None:
    """It says so, and names the line."""
    set_points_of_vice_presidents(page, "5")
    go(page, publication)
    expect(page.get_by_text("1 of 1 do not come out as they should")).to_be_visible()
    expect(page.get_by_text("Vice president gave 30, now 5")).to_be_visible()
    page.get_by_role("link", name="Back to the version").click()
    set_points_of_vice_presidents(page, "30")
    go(page, publication)
    expect(page.get_by_text("All 1 come out as they should")).to_be_visible()


def preview(page: Page) -> None:
    page.get_by_role("button", name="Run the preview").click()
    trials.run(Trial.objects.get().pk)
    expect(page.get_by_text(f"{READERS} people would become MQLs at once").first).to_be_visible()


def publish_two_now_and_one_a_day(page: Page, publication: str) -> None:
    go(page, publication)
    expect(page.get_by_text(f"{READERS} MQLs would open at once")).to_be_visible()
    page.get_by_label("Why").fill("They read the prices")
    page.get_by_label("Open the best now, and the others day by day").check()
    page.get_by_label("The best now", exact=True).fill("2")
    page.get_by_label("A working day", exact=True).fill("1")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Everyone is being scored anew").first).to_be_visible()


def test_rules_are_changed_with_proof_published_at_a_pace_and_taken_back(
    marketer: User, rep: User, open_page: OpenPage, settings: Settings
) -> None:
    settings.FLOOD_GUARD = 2
    page, inbox = open_page(user=marketer, width=1280), open_page(user=rep)

    publication = copy_the_live_model(page)
    add_the_pricing_rule(page)
    expect(page.get_by_text(f"{READERS} of {READERS}").first).to_be_visible()
    break_a_persona_and_mend_it(page, publication)
    preview(page)

    publish_two_now_and_one_a_day(page, publication)
    work_off()
    mqls_in_the_inbox(inbox, 2)
    page.reload()
    expect(page.get_by_text("3 are held back")).to_be_visible()
    let_go(at=next_working_day())
    mqls_in_the_inbox(inbox, 3)

    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.get_by_text("Version 1: Small is live again").first).to_be_visible()
    work_off()
    mqls_in_the_inbox(inbox, 3)
    expect(inbox.get_by_text("Below today's rules").first).to_be_visible()
