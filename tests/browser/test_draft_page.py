"""A marketer at a draft in a real browser: a rule edited, dragged and moved by keys, and two people at once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group as UserGroup
from playwright.sync_api import Page, expect

from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.models import Dimension, Op, Rule, ScoringVersion
from scoring.spec import ConditionSpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft, spec_of
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import in_both_themes
from tests.factories import NOW, make_contact, make_user


def visit(path: str, group: str = "Intent") -> RuleSpec:
    return RuleSpec(path.title(), group, (ConditionSpec("subject", Op.STARTS_WITH, f"/{path}"),), points=5)


MODEL = ModelSpec(
    name="Edited",
    threshold=60,
    groups=(
        GroupSpec("ICP", Dimension.FIT),
        GroupSpec("Intent", Dimension.ENGAGEMENT),
        GroupSpec("Learning", Dimension.ENGAGEMENT),
    ),
    rules=(
        RuleSpec("Director", "ICP", (ConditionSpec("job_title", Op.HAS_WORD, "director"),), points=20),
        visit("pricing"),
        visit("docs"),
        visit("blog", "Learning"),
    ),
    personas=(PersonaSpec("Silent director", False, {"job_title": "Director"}),),
)


@pytest.fixture
def marketer(transactional_db: None) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    make_contact(first_name="Ada", last_name="Moor", job_title="Director")
    return user


@pytest.fixture
def draft(marketer: User) -> ScoringVersion:
    return save_draft(MODEL, by=marketer, at=NOW)


def line(page: Page, name: str) -> str:
    return f"#rule-{Rule.objects.get(name=name).pk}"


def names(version: ScoringVersion) -> list[str]:
    return [rule.name for rule in spec_of(version).rules]


def test_a_marketer_edits_moves_and_drags_rules(
    marketer: User, draft: ScoringVersion, open_page: OpenPage
) -> None:
    page = open_page(user=marketer, width=1280)
    page.goto(f"/admin/scoring/scoringversion/{draft.pk}/change/")
    director = page.locator(line(page, "Director"))
    expect(director.get_by_text("1 of 1")).to_be_visible()
    expect(page.get_by_text("As it should: scored 20 of 60")).to_be_visible()

    director.get_by_role("link", name="+20 when the job title").click()
    director.get_by_label("Points", exact=True).fill("25")
    expect(director.get_by_text("+25 when the job title has the word “director”")).to_be_visible()
    expect(director.get_by_text("such as Ada Moor")).to_be_visible()
    assert in_both_themes(page) == []
    director.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved “Director”.")).to_be_visible()
    expect(director.get_by_role("link", name="+25 when the job title")).to_be_focused()

    docs = page.locator(line(page, "Docs"))
    docs.get_by_role("link").first.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_text("“Docs” is number 1 of 2 in Intent.")).to_be_visible()
    expect(docs.get_by_role("link").first).to_be_focused()

    docs.locator("[data-grip]").hover()
    page.mouse.down()
    page.locator(line(page, "Blog")).hover(position={"x": 200, "y": 5})
    page.mouse.up()
    expect(page.get_by_text("“Docs” is number 1 of 2 in Learning.")).to_be_visible()

    assert names(draft) == ["Director", "Pricing", "Docs", "Blog"]
    assert [rule.group for rule in spec_of(draft).rules] == ["ICP", "Intent", "Learning", "Learning"]
    assert spec_of(draft).rules[0].points == 25


def test_of_two_marketers_at_one_rule_the_second_sees_both_before_anything_is_lost(
    marketer: User, draft: ScoringVersion, open_page: OpenPage
) -> None:
    page = open_page(user=marketer, refused=True)
    page.goto(f"/admin/scoring/scoringversion/{draft.pk}/change/")
    director = page.locator(line(page, "Director"))
    director.get_by_role("link", name="+20 when the job title").click()
    director.get_by_label("Points", exact=True).fill("25")
    Rule.objects.filter(name="Director").update(points=40)

    director.get_by_role("button", name="Save").click()
    expect(director.get_by_role("alert")).to_contain_text("Somebody else changed this rule meanwhile")
    expect(director.get_by_role("row", name="Points 40 25")).to_be_visible()
    assert Rule.objects.get(name="Director").points == 40
    director.get_by_role("button", name="Keep mine").click()

    expect(director.get_by_role("link", name="+25 when the job title")).to_be_visible()
    assert Rule.objects.get(name="Director").points == 25


def test_without_a_script_the_page_reads_and_saves(
    marketer: User, draft: ScoringVersion, open_page: OpenPage
) -> None:
    page = open_page(user=marketer, javascript=False)
    page.goto(f"/admin/scoring/scoringversion/{draft.pk}/change/")
    page.get_by_role("link", name="+20 when the job title").click()
    page.get_by_label("Points", exact=True).fill("25")

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="+25 when the job title")).to_be_visible()
    assert Rule.objects.get(name="Director").points == 25
