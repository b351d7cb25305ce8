"""An SDR's day: the morning's queue, a call and what follows from it, the callback, the verdict, and the way back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import Activity, Stage, User
from leads.models import MailTemplate, Mql, Task, Verdict, VerdictReason
from tests.browser.conftest import OpenPage
from tests.factories import make_company, make_mql, make_rep, publish_small_model
from tests.leads.plan_factory import REASON, make_plan

IN_ORDER = ["Joan Clarke", "Ada Lovelace", "Grace Hopper"]


@pytest.fixture
def sdr(transactional_db: None) -> User:
    """A rep with three MQLs on a plan: Joan's is about to breach, and Ada's has a better score than Grace's."""
    now = timezone.now()
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text=REASON)
    MailTemplate.objects.create(name="Sorry to have missed you", subject="Hello", body="Hello {first_name}")
    make_plan()
    user = make_rep("sdr", first_name="Sam", last_name="Reyes").user
    make_company("acme.example", name="Acme")
    for first, last, points, minutes in (
        ("Grace", "Hopper", 80, 600),
        ("Ada", "Lovelace", 95, 600),
        ("Joan", "Clarke", 70, 10),
    ):
        mql = make_mql(
            f"{first}@acme.example", first_name=first, last_name=last, phone="+44 20 7946 0000", at=now
        )
        Mql.objects.filter(pk=mql.pk).update(due_at=now + timedelta(minutes=minutes), total=points)
    return user


def mql_of(first_name: str) -> Mql:
    return Mql.objects.select_related("contact").get(contact__first_name=first_name)


def open_kinds(mql: Mql) -> list[str]:
    return list(Task.objects.open().filter(mql=mql).order_by("kind").values_list("kind", flat=True))


def tab_to(page: Page, element: Locator) -> None:
    """Press Tab until `element` has the focus, as who has no mouse does."""
    expect(element).to_be_visible()
    for _ in range(30):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("it cannot be reached by Tab")


def type_moment(page: Page, moment: datetime) -> None:
    """Type into the field for a moment that has the focus: its parts, each by its digits."""
    page.keyboard.type(f"{moment:%m%d%Y}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{moment:%I%M%p}")


def tell(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def test_from_the_mornings_queue_to_an_sql_without_a_mouse(sdr: User, open_page: OpenPage) -> None:
    page = open_page(user=sdr)
    keys = page.keyboard
    call = page.get_by_role("dialog", name="Log a call to Joan Clarke")
    after = page.get_by_role("dialog", name="What comes next")
    qualify = page.get_by_role("dialog", name="Qualify Joan Clarke")
    tomorrow = timezone.localtime() + timedelta(days=1)

    # The morning: what is about to breach stands first, then the better score.
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER)
    page.wait_for_load_state()
    keys.press("j")
    keys.press("Enter")
    expect(page.get_by_role("article", name="Joan Clarke")).to_be_visible()

    # The first call reaches the voicemail: the plan's next step is proposed, and agreed to.
    keys.press("c")
    expect(call).to_be_visible()
    tab_to(page, call.get_by_label("Connected"))
    keys.press("ArrowDown")
    expect(call.get_by_label("Voicemail")).to_be_checked()
    tab_to(page, call.get_by_label("Note"))
    keys.type("Left my number")
    tab_to(page, call.get_by_role("button", name="Log the call"))
    keys.press("Enter")
    expect(after).to_contain_text("Voicemail")
    expect(after.get_by_label("What to do")).to_have_value(re.compile("Joan Clarke"))
    tab_to(page, after.get_by_role("button", name="Agree"))
    keys.press("Enter")
    tell(page, "is on the list for")
    expect(page.locator(".timeline")).to_contain_text("Left my number")
    joan = mql_of("Joan")
    assert joan.first_touched_at
    assert open_kinds(joan) == [Task.Kind.MAIL]

    # The second: not now, and when to call back.
    keys.press("c")
    tab_to(page, call.get_by_label("Connected"))
    keys.press("ArrowUp")
    expect(call.get_by_label("Not now")).to_be_checked()
    tab_to(page, call.get_by_label("Call back"))
    type_moment(page, tomorrow.replace(hour=10, minute=30))
    expect(call.get_by_label("Call back")).to_have_value(f"{tomorrow:%Y-%m-%d}T10:30")
    tab_to(page, call.get_by_role("button", name="Log the call"))
    keys.press("Enter")
    expect(after.get_by_label("What to do")).to_have_value("Call back: Joan Clarke")
    tab_to(page, after.get_by_role("button", name="Agree"))
    keys.press("Enter")
    tell(page, "“Call back: Joan Clarke” is on the list for")

    # The callback: its time has come, it leads the tasks, and the call settles it.
    Task.objects.filter(kind=Task.Kind.CALLBACK).update(due_at=timezone.now())
    keys.press("g")
    keys.press("t")
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()
    page.wait_for_load_state()
    keys.press("j")
    expect(page.get_by_role("link", name="Call back: Joan Clarke", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("article", name="Joan Clarke")).to_be_visible()
    page.wait_for_load_state()
    keys.press("c")
    tab_to(page, call.get_by_label("Connected"))
    keys.press("Space")
    tab_to(page, call.get_by_role("button", name="Log the call"))
    keys.press("Enter")
    expect(after).to_contain_text("This is not on the list yet")
    keys.press("Escape")
    expect(after).to_be_hidden()
    assert not Task.objects.open().filter(kind=Task.Kind.CALLBACK).exists()

    # The verdict, with what was learnt, and then the next of the queue.
    keys.press("q")
    expect(qualify.get_by_label("Budget")).to_be_focused()
    for answer in ("20 000", "She decides", "Too many leads", "This quarter"):
        keys.type(answer)
        keys.press("Tab")
    tab_to(page, qualify.get_by_role("button", name="Qualify"))
    keys.press("Enter")
    tell(page, "Joan Clarke is an SQL now.")
    expect(page.locator(".outcome")).to_contain_text("This quarter")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER[1:])
    joan = mql_of("Joan")
    assert (joan.verdict, joan.contact.stage) == (Verdict.QUALIFIED, Stage.SQL)
    assert [joan.budget, joan.authority, joan.need, joan.timeline] == [
        "20 000", "She decides", "Too many leads", "This quarter",
    ]  # fmt: skip
    assert open_kinds(joan) == []
    calls = Activity.objects.filter(contact=joan.contact, kind="call").order_by("pk")
    assert list(calls.values_list("subject", flat=True)) == ["Voicemail", "Not now", "Connected"]


def test_from_the_mornings_queue_to_an_sql_by_touch(sdr: User, open_page: OpenPage) -> None:
    page = open_page(user=sdr, width=390, height=844, touch=True)
    pane = page.get_by_role("article", name="Joan Clarke")
    dialog = page.get_by_role("dialog")
    tomorrow = timezone.localtime() + timedelta(days=1)

    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER)
    page.wait_for_load_state()
    page.get_by_role("link", name="Joan Clarke").tap()
    expect(pane).to_be_visible()
    expect(page.locator("[data-row]").first).to_be_hidden()

    page.get_by_role("link", name="Log call…").tap()
    dialog.get_by_label("Voicemail").tap()
    dialog.get_by_role("button", name="Log the call").tap()
    dialog.get_by_role("button", name="Agree").tap()
    tell(page, "is on the list for")
    expect(dialog).to_be_hidden()

    page.get_by_role("link", name="Log call…").tap()
    dialog.get_by_label("Not now").tap()
    # The time is chosen in a wheel of the telephone's own, which a page cannot reach.
    dialog.get_by_label("Call back").fill(f"{tomorrow:%Y-%m-%dT10:30}")
    dialog.get_by_role("button", name="Log the call").tap()
    dialog.get_by_role("link", name="Leave it as it is").tap()
    expect(dialog).to_be_hidden()
    expect(pane).to_contain_text("Call back: Joan Clarke")

    page.get_by_role("link", name="Qualify…", exact=True).tap()
    dialog.get_by_label("Need").fill("Too many leads")
    dialog.get_by_role("button", name="Qualify").tap()
    expect(page.locator(".outcome")).to_contain_text("Too many leads")
    assert mql_of("Joan").verdict == Verdict.QUALIFIED
    page.get_by_role("link", name="Next: Ada Lovelace").tap()
    expect(page.get_by_role("article", name="Ada Lovelace")).to_be_visible()


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_verdict_is_taken_back_within_a_minute(sdr: User, open_page: OpenPage, way: str) -> None:
    page = open_page(user=sdr)
    joan = mql_of("Joan")
    stage, kinds = joan.contact.stage, open_kinds(joan)
    page.goto(f"/inbox/{joan.pk}/")
    page.wait_for_load_state()
    page.keyboard.press("r")
    page.get_by_role("dialog").get_by_label(REASON).check()
    page.get_by_role("dialog").get_by_role("button", name="Recycle").click()
    tell(page, "Joan Clarke went back to nurture.")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER[1:])
    expect(page.get_by_role("button", name="Undo")).to_contain_text(re.compile(r"\d+ s"))
    assert open_kinds(joan) == []

    if way == "button":
        page.get_by_role("button", name="Undo").click()
    else:
        page.keyboard.press("u")

    tell(page, "Taken back: Joan Clarke is as before.")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER)
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    joan = mql_of("Joan")
    assert (joan.verdict, joan.reason, joan.contact.stage) == ("", "", stage)
    assert open_kinds(joan) == kinds == [Task.Kind.FIRST_TOUCH]
