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
LEARNT = ("20 000", "She decides", "Too many leads", "This quarter")


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


def call_dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Log a call to Joan Clarke")


def next_step(page: Page) -> Locator:
    return page.get_by_role("dialog", name="What comes next")


def log_by_keys(page: Page) -> None:
    tab_to(page, call_dialog(page).get_by_role("button", name="Log the call"))
    page.keyboard.press("Enter")


def agree_by_keys(page: Page) -> None:
    tab_to(page, next_step(page).get_by_role("button", name="Agree"))
    page.keyboard.press("Enter")


def open_the_first_by_keys(page: Page) -> None:
    """The morning: what is about to breach stands first, then the better score."""
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER)
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Joan Clarke")).to_be_visible()


def reach_the_voicemail_by_keys(page: Page) -> None:
    """The first call: the plan's next step is proposed, and agreed to."""
    call, after = call_dialog(page), next_step(page)
    page.keyboard.press("c")
    expect(call).to_be_visible()
    tab_to(page, call.get_by_label("Connected"))
    page.keyboard.press("ArrowDown")
    expect(call.get_by_label("Voicemail")).to_be_checked()
    tab_to(page, call.get_by_label("Note"))
    page.keyboard.type("Left my number")
    log_by_keys(page)
    expect(after).to_contain_text("Voicemail")
    expect(after.get_by_label("What to do")).to_have_value(re.compile("Joan Clarke"))
    agree_by_keys(page)
    tell(page, "is on the list for")
    expect(page.locator(".timeline")).to_contain_text("Left my number")


def agree_on_a_callback_by_keys(page: Page, moment: datetime) -> None:
    """The second call: not now, and when to call back."""
    call = call_dialog(page)
    page.keyboard.press("c")
    tab_to(page, call.get_by_label("Connected"))
    page.keyboard.press("ArrowUp")
    expect(call.get_by_label("Not now")).to_be_checked()
    tab_to(page, call.get_by_label("Call back"))
    type_moment(page, moment)
    expect(call.get_by_label("Call back")).to_have_value(f"{moment:%Y-%m-%dT%H:%M}")
    log_by_keys(page)
    expect(next_step(page).get_by_label("What to do")).to_have_value("Call back: Joan Clarke")
    agree_by_keys(page)
    tell(page, "“Call back: Joan Clarke” is on the list for")


def call_back_by_keys(page: Page) -> None:
    """The callback's time has come: it leads the tasks, and the call settles it."""
    Task.objects.filter(kind=Task.Kind.CALLBACK).update(due_at=timezone.now())
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Call back: Joan Clarke", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Joan Clarke")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("c")
    tab_to(page, call_dialog(page).get_by_label("Connected"))
    page.keyboard.press("Space")
    log_by_keys(page)
    expect(next_step(page)).to_contain_text("This is not on the list yet")
    page.keyboard.press("Escape")
    expect(next_step(page)).to_be_hidden()


def qualify_by_keys(page: Page) -> None:
    """The verdict, with what was learnt, and then the next of the queue."""
    qualify = page.get_by_role("dialog", name="Qualify Joan Clarke")
    page.keyboard.press("q")
    expect(qualify.get_by_label("Budget")).to_be_focused()
    for answer in LEARNT:
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
    tab_to(page, qualify.get_by_role("button", name="Qualify"))
    page.keyboard.press("Enter")
    tell(page, "Joan Clarke is an SQL now.")
    expect(page.locator(".outcome")).to_contain_text(LEARNT[-1])
    expect(page.locator("[data-row]")).to_have_text(IN_ORDER[1:])


def test_from_the_mornings_queue_to_an_sql_without_a_mouse(sdr: User, open_page: OpenPage) -> None:
    page = open_page(user=sdr)
    tomorrow = timezone.localtime() + timedelta(days=1)

    open_the_first_by_keys(page)

    reach_the_voicemail_by_keys(page)
    joan = mql_of("Joan")
    assert joan.first_touched_at
    assert open_kinds(joan) == [Task.Kind.MAIL]

    agree_on_a_callback_by_keys(page, tomorrow.replace(hour=10, minute=30))

    call_back_by_keys(page)
    assert not Task.objects.open().filter(kind=Task.Kind.CALLBACK).exists()

    qualify_by_keys(page)
    joan = mql_of("Joan")
    assert (joan.verdict, joan.contact.stage) == (Verdict.QUALIFIED, Stage.SQL)
    assert (joan.budget, joan.authority, joan.need, joan.timeline) == LEARNT
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
