"""Getting in touch: a call that reaches the voicemail, the mail after it, the callback that is agreed, the verdict."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail as box
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import User
from leads import outbox
from leads.models import MailTemplate, Mql, Plan, ProspectMail, Task, Verdict, VerdictReason
from leads.prospect_mail import write
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import each_width, in_both_themes
from tests.factories import NOW, make_company, make_mql, make_rep, publish_small_model
from tests.leads.plan_factory import REASON, make_plan


@pytest.fixture
def mql(transactional_db: None) -> Mql:
    """An MQL of the rep `sdr`, on the plan: call now, mail on the next day, call on the third."""
    publish_small_model()
    VerdictReason.objects.get_or_create(verdict=Verdict.RECYCLED, text=REASON)
    MailTemplate.objects.create(
        name="Sorry to have missed you",
        subject="{company}: I tried to reach you",
        body="Hello {first_name}, {country}?",
    )
    make_plan()
    make_rep("sdr", first_name="Sam", last_name="Reyes")
    make_company("acme.example", name="Acme")
    return make_mql(
        "ada@acme.example",
        first_name="Ada",
        last_name="Lovelace",
        phone="+44 20 7946 0000",
        at=timezone.now(),
    )


def sign_in(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_label("Username").fill("sdr")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("article", name="Ada Lovelace")).to_be_visible()
    page.wait_for_load_state()


def call_dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Log a call to Ada Lovelace")


def next_step(page: Page) -> Locator:
    return page.get_by_role("dialog", name="What comes next")


def pane(page: Page) -> Locator:
    return page.get_by_role("article", name="Ada Lovelace")


def reach_the_voicemail(page: Page) -> None:
    """The plan's mail is next, and the pane behind the dialog shows the call already."""
    call, after = call_dialog(page), next_step(page)
    page.keyboard.press("c")
    call.get_by_label("Voicemail").check()
    call.get_by_label("Note").fill("Left my number")
    call.get_by_role("button", name="Log the call").click()
    expect(after).to_contain_text("The call to Ada Lovelace is logged: Voicemail.")
    expect(pane(page).locator("#timeline")).to_contain_text("Left my number")
    after.get_by_role("button", name="Agree").click()
    expect(after).to_be_hidden()
    expect(page.get_by_role("status").first).to_contain_text("is on the list for")


def write_the_mail(page: Page) -> None:
    """What is missing is shown before it leaves."""
    mail = page.get_by_role("dialog", name="Write to Ada Lovelace")
    page.keyboard.press("e")
    expect(mail.get_by_label("Subject")).to_have_value("Acme: I tried to reach you")
    expect(mail).to_contain_text("Nothing is known for {country}")
    mail.get_by_label("Text").fill("Hello {first_name}, when would suit you?")
    mail.get_by_role("button", name="Send").click()
    expect(mail).to_be_hidden()
    expect(page.get_by_role("status").first).to_contain_text("The mail to Ada Lovelace is on its way.")


def agree_on_a_callback(page: Page) -> None:
    call, after = call_dialog(page), next_step(page)
    page.keyboard.press("c")
    call.get_by_label("Not now").check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    call.get_by_label("Call back").fill(f"{tomorrow:%Y-%m-%dT10:30}")
    call.get_by_role("button", name="Log the call").click()
    expect(after.get_by_label("What to do")).to_have_value("Call back: Ada Lovelace")
    expect(after.get_by_label("By when")).to_have_value(f"{tomorrow:%Y-%m-%dT10:30}")
    after.get_by_role("link", name="Leave it as it is").click()
    expect(after).to_be_hidden()
    expect(pane(page)).to_contain_text("Call back: Ada Lovelace")


def test_voicemail_then_a_mail_then_a_callback_then_the_verdict(mql: Mql, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, f"/inbox/{mql.pk}/")

    reach_the_voicemail(page)
    assert Task.objects.open().get(mql=mql).kind == Task.Kind.MAIL

    write_the_mail(page)
    outbox.deliver_due(at=timezone.now())
    assert [each.body for each in box.outbox if each.to == ["ada@acme.example"]] == [
        "Hello Ada, when would suit you?"
    ]
    assert ProspectMail.objects.get().state == ProspectMail.State.SENT

    agree_on_a_callback(page)

    page.keyboard.press("q")
    page.get_by_role("dialog").get_by_role("button", name="Qualify").click()
    expect(page.locator(".outcome")).to_contain_text(re.compile("Qualified"))
    mql.refresh_from_db()
    assert mql.verdict == Verdict.QUALIFIED
    assert not Task.objects.open().filter(mql=mql).exists()


def test_without_javascript_a_call_and_a_mail_are_pages(mql: Mql, open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, javascript=False)
    sign_in(page, f"/inbox/{mql.pk}/")

    page.get_by_role("link", name="Log call…").click()
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Log the call").click()
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible()
    page.get_by_label("What to do").fill("Ask her assistant")
    page.get_by_role("button", name="Agree").click()
    expect(page).to_have_url(re.compile(rf"/inbox/{mql.pk}/"))
    page.get_by_role("link", name="E-mail…").click()
    page.get_by_label("Text").fill("Hello")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("status").first).to_contain_text("The mail to Ada Lovelace is on its way.")
    assert Task.objects.filter(mql=mql, title="Ask her assistant").exists()
    assert ProspectMail.objects.get().subject == "Acme: I tried to reach you"
    assert ProspectMail.objects.get().created_at > NOW


@each_width
def test_a_waiting_mail_and_what_is_missing_in_one_break_no_rule_of_wcag(
    mql: Mql, open_page: OpenPage, width: int
) -> None:
    sdr = User.objects.get(username="sdr")
    write(mql.contact, subject="Hello", body="You", by=sdr, at=timezone.now(), mql=mql)
    Plan.objects.update(touches_per_week=1)
    page = open_page(user=sdr, width=width)
    page.goto(f"/inbox/{mql.pk}/")

    broken = in_both_themes(page)
    page.get_by_role("link", name="E-mail…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Send it all the same")
    page.get_by_label("Template").select_option("Sorry to have missed you")
    expect(page.get_by_role("dialog")).to_contain_text("Nothing is known for {country}")

    assert broken + in_both_themes(page) == []
