"""Two who work the same MQL: one winner, and nobody writes over what they have not seen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from crm.models import User
from leads.models import Mql, Rep
from leads.verdict import accept
from tests.browser.conftest import OpenPage
from tests.factories import make_mql, make_rep, make_team, make_user, publish_small_model


@pytest.fixture
def reps(transactional_db: None) -> list[User]:
    """Two of a team."""
    publish_small_model()
    names = [("sam", "Sam", "Reyes"), ("ada", "Ada", "Okafor")]
    return [make_rep(name, first_name=first, last_name=last).user for name, first, last in names]


@pytest.fixture
def unowned(reps: list[User]) -> Mql:
    """An MQL that came in while both were away, which either may take."""
    Rep.objects.update(available=False)
    mql = make_mql(
        "joan@acme.example", first_name="Joan", last_name="Clarke", at=timezone.now() - timedelta(minutes=2)
    )
    Rep.objects.update(available=True)
    assert mql.owner is None
    return mql


def hold_until_both_press(pages: list[Page], path: str) -> None:
    """Keep back what each page sends to `path` until all have sent it, then let everything go at once."""
    kept: list[Route] = []

    def keep(route: Route) -> None:
        kept.append(route)
        if len(kept) == len(pages):
            for each in kept:
                each.continue_()

    for page in pages:
        page.route(re.compile(path), keep)


def test_of_two_who_accept_at_the_same_moment_one_wins_and_the_other_is_told(
    reps: list[User], unowned: Mql, open_page: OpenPage
) -> None:
    pages = [open_page(user=rep, refused=True) for rep in reps]
    for page in pages:
        page.goto(f"/inbox/{unowned.pk}/?queue=unassigned")
        page.wait_for_load_state()
    hold_until_both_press(pages, "/accept/")

    for page in pages:
        page.keyboard.press("a")

    for page in pages:
        expect(page.locator("#messages .message")).to_have_count(1)
    unowned.refresh_from_db()
    winner = reps.index(unowned.owner)
    won, lost = pages[winner], pages[1 - winner]
    expect(won.get_by_role("status").filter(has_text="You accepted Joan Clarke.")).to_be_visible()
    expect(lost.get_by_role("alert")).to_contain_text(
        re.compile(rf"{reps[winner]} owns this MQL, since .* at \d\d:\d\d\. Ask the owner")
    )
    assert unowned.accepted_by == unowned.owner
    expect(lost.get_by_role("article", name="Joan Clarke")).to_contain_text(f"{reps[winner]} works this MQL")
    expect(lost.get_by_role("button", name="Accept")).to_have_count(0)


def test_what_changed_elsewhere_is_shown_before_it_is_written_over(
    reps: list[User], open_page: OpenPage
) -> None:
    boss = make_user("boss", first_name="Ben", last_name="Ito")
    team = make_team()
    team.lead = boss
    team.save(update_fields=["lead"])
    mql = make_mql("joan@acme.example", first_name="Joan", last_name="Clarke", at=timezone.now())
    assert mql.owner
    page = open_page(user=mql.owner, refused=True)
    page.goto(f"/inbox/{mql.pk}/")
    page.wait_for_load_state()
    dialog = page.get_by_role("dialog", name="Qualify Joan Clarke")
    page.keyboard.press("q")
    dialog.get_by_label("Budget").fill("20 000")
    accept(mql, by=boss, at=timezone.now())

    dialog.get_by_role("button", name="Qualify").click()

    expect(dialog.get_by_role("alert")).to_contain_text("Ben Ito accepted it on")
    expect(dialog.get_by_label("Budget")).to_have_value("20 000")
    mql.refresh_from_db()
    assert mql.closed_at is None
    dialog.get_by_role("button", name="Qualify").click()
    expect(page.locator(".outcome")).to_contain_text("20 000")
