"""Calls and mails on the pages, with and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail as box
from django.test import Client
from pytest_django.asserts import assertRedirects

from crm.models import Activity, Contact, User
from leads import outbox
from leads.models import MailTemplate, Mql, ProspectMail, Task
from leads.prospect_mail import write
from scoring.models import ScoringVersion
from tests.factories import NOW, make_company, make_mql, make_rep, make_team, make_user
from tests.leads.page_client import htmx, signed_in, text_of
from tests.leads.plan_factory import make_plan

pytestmark = pytest.mark.django_db

FORMS = ["call", "next", "mail"]


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


@pytest.fixture
def mql(sdr: User) -> Mql:
    make_company("acme.example", name="Acme")
    return make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace", phone="+44 20 7946 0000")


# Calls


def test_a_call_is_logged_and_leads_to_what_comes_next(page: Client, mql: Mql) -> None:
    response = page.post(
        f"/inbox/{mql.pk}/call/?queue=team", {"outcome": "voicemail", "note": "Out", "once": "x"}, follow=True
    )

    assertRedirects(response, f"/inbox/{mql.pk}/next/?queue=team&outcome=voicemail")
    assert "The call to Ada Lovelace is logged: Voicemail." in text_of(response)
    assert 'value="Call Ada Lovelace again"' in response.content.decode()
    call = Activity.objects.get(kind="call")
    assert (call.properties["text"], call.properties["outcome"]) == ("Out", "voicemail")


def test_what_was_agreed_is_on_the_list(page: Client, mql: Mql) -> None:
    form = {"title": "Call her boss", "due_at": "2026-03-05T10:00"}

    response = page.post(f"/inbox/{mql.pk}/next/?queue=team&outcome=voicemail", form, follow=True)

    assertRedirects(response, f"/inbox/{mql.pk}/?queue=team")
    task = mql.tasks.get(title="Call her boss")
    assert f"{task.due_at:%d %H:%M}" == "05 10:00"
    assert "“Call her boss” is on the list for Thu 5 Mar, 10:00." in text_of(response)


def test_the_pane_keeps_the_queue_and_nothing_of_the_form_in_its_links(page: Client, mql: Mql) -> None:
    form = {"title": "Call her boss", "due_at": "2026-03-05T10:00"}

    response = page.post(f"/inbox/{mql.pk}/next/?queue=team&outcome=voicemail", form, **htmx("dialog"))

    assert f'href="/inbox/{mql.pk}/qualify/?queue=team"' in response.content.decode()


def test_in_the_dialog_the_pane_behind_shows_the_call(page: Client, mql: Mql) -> None:
    response = page.post(f"/inbox/{mql.pk}/call/", {"outcome": "no_answer", "once": "x"}, **htmx("dialog"))

    html = response.content.decode()
    assert response.status_code == 200
    assert 'id="mql-pane" hx-swap-oob="innerHTML"' in html
    assert "What comes next" in html
    assert "mql-changed" in response["HX-Trigger-After-Settle"]
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_the_plans_next_task_is_the_one_that_is_changed(page: Client, sdr: User) -> None:
    make_plan()
    mql = make_mql()
    response = page.post(f"/inbox/{mql.pk}/call/", {"outcome": "voicemail", "once": "x"})
    task = mql.tasks.open().get()
    assertRedirects(response, f"/inbox/{mql.pk}/next/?task={task.pk}")

    page.post(f"/inbox/{mql.pk}/next/?task={task.pk}", {"title": "Write", "due_at": "2026-03-09T10:00"})

    task.refresh_from_db()
    assert (task.title, mql.tasks.open().count()) == ("Write", 1)


def test_not_now_without_a_time_is_asked_again(page: Client, mql: Mql) -> None:
    response = page.post(f"/inbox/{mql.pk}/call/", {"outcome": "not_now", "once": "x"}, **htmx("dialog"))

    assert response.status_code == 422
    assert "Is missing: say when to call back." in text_of(response)
    assert not Activity.objects.filter(kind="call").exists()


def test_from_the_contacts_page_it_counts_for_the_open_mql(page: Client, mql: Mql) -> None:
    page.post(f"/contacts/{mql.contact_id}/call/", {"outcome": "connected", "once": "x"})

    mql.refresh_from_db()
    assert mql.first_touched_at


def test_another_reps_mql_is_left_alone_by_a_call_to_its_contact(page: Client, mql: Mql) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep(team=make_team("Other")).user)

    page.post(f"/contacts/{mql.contact_id}/call/", {"outcome": "connected", "once": "x"})

    mql.refresh_from_db()
    assert mql.first_touched_at is None
    assert Activity.objects.filter(kind="call").count() == 1


def test_a_wrong_number_is_marked_on_both_pages(page: Client, mql: Mql) -> None:
    page.post(f"/inbox/{mql.pk}/call/", {"outcome": "wrong_number", "once": "x"})

    for address in (f"/inbox/{mql.pk}/", f"/contacts/{mql.contact_id}/"):
        assert "Wrong number" in text_of(page.get(address))


def test_a_call_on_the_timeline_says_what_came_of_it_once(page: Client, mql: Mql) -> None:
    page.post(f"/inbox/{mql.pk}/call/", {"outcome": "no_answer", "once": "x"})

    text = text_of(page.get(f"/contacts/{mql.contact_id}/?show=calls"))

    assert "Call No answer Sam Reyes" in text


@pytest.mark.parametrize("target", ["", "dialog"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_a_page_and_a_dialog(page: Client, mql: Mql, form: str, target: str) -> None:
    headers: dict[str, Any] = htmx(target) if target else {}

    answers = [
        page.get(f"/{place}/{form}/", **headers)
        for place in (f"inbox/{mql.pk}", f"contacts/{mql.contact_id}")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(("<html" in answer.content.decode()) != bool(target) for answer in answers)


@pytest.mark.parametrize("form", FORMS)
def test_an_mql_of_another_team_is_not_there(mql: Mql, form: str) -> None:
    stranger = signed_in(make_rep(team=make_team("Other")).user)

    assert stranger.get(f"/inbox/{mql.pk}/{form}/").status_code == 404
    assert stranger.post(f"/inbox/{mql.pk}/{form}/", {"outcome": "connected"}).status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("call", {"outcome": "connected", "once": "x"}),
        ("next", {"title": "Call", "due_at": "2026-03-09T10:00"}),
        ("mail", {"subject": "Hello", "body": "You", "once": "x"}),
    ],
)
def test_who_only_reads_changes_nothing(mql: Mql, form: str, said: dict[str, str]) -> None:
    reader = signed_in(make_user(is_staff=True))
    before = Task.objects.count()

    response = reader.post(f"/contacts/{mql.contact_id}/{form}/", said)

    assert response.status_code in (403, 422)
    assert not Activity.objects.filter(kind="call").exists()
    assert not ProspectMail.objects.exists()
    assert Task.objects.count() == before


# Mail


@pytest.fixture
def template(db: None) -> MailTemplate:
    return MailTemplate.objects.create(
        name="Intro", subject="{company} and us", body="Hello {first_name},\nas {job_title} in {country}?"
    )


def test_a_template_is_filled_in_and_shows_what_is_missing(
    page: Client, mql: Mql, template: MailTemplate
) -> None:
    response = page.get(f"/inbox/{mql.pk}/mail/?template={template.pk}", **htmx("dialog"))

    html = response.content.decode()
    assert 'value="Acme and us"' in html
    assert "Hello Ada," in html
    assert "as VP Sales in {country}?" in html
    assert "Nothing is known for {country} . Write what belongs there" in text_of(response)


def test_it_is_not_sent_before_the_field_is_filled_or_gone(
    page: Client, mql: Mql, template: MailTemplate
) -> None:
    said = {"subject": "Hello", "body": "You in {country}", "template": str(template.pk), "once": "x"}
    refused = page.post(f"/inbox/{mql.pk}/mail/", said)

    page.post(f"/inbox/{mql.pk}/mail/", {**said, "body": "You in London"})

    assert refused.status_code == 422
    assert "Nothing is known for {country}: write what belongs there" in text_of(refused)
    mail = ProspectMail.objects.get()
    assert (mail.body, mail.template, mail.mql, mail.automatic) == ("You in London", template, mql, False)
    outbox.deliver_due(at=mail.send_at)
    assert [message.body for message in box.outbox if message.to == ["ada@acme.example"]] == ["You in London"]


def test_a_preview_sends_nothing(page: Client, mql: Mql) -> None:
    said = {"subject": "Hello {first_name}", "body": "From {sender_name}", "once": "x", "preview": "yes"}

    response = page.post(f"/inbox/{mql.pk}/mail/", said, **htmx("dialog"))

    assert response.status_code == 200
    assert "Hello Ada From Sam Reyes" in text_of(response)
    assert not ProspectMail.objects.exists()


def test_who_opted_out_gets_no_form(page: Client, mql: Mql) -> None:
    Contact.objects.filter(pk=mql.contact_id).update(sales_consent="opted_out")

    response = page.get(f"/inbox/{mql.pk}/mail/")

    assert "Ada Lovelace opted out of sales contact. No mail is sent." in text_of(response)
    assert 'name="subject"' not in response.content.decode()


def test_more_than_the_week_allows_asks_for_a_word(page: Client, mql: Mql, sdr: User) -> None:
    make_plan(touches_per_week=1)
    page.post(f"/inbox/{mql.pk}/call/", {"outcome": "voicemail", "once": "x"})
    said = {"subject": "Hello", "body": "You", "once": "y"}

    refused = page.post(f"/inbox/{mql.pk}/mail/", said)
    page.post(f"/inbox/{mql.pk}/mail/", {**said, "over_the_cap": "on"})

    assert refused.status_code == 422
    assert "Send it all the same" in text_of(refused)
    assert ProspectMail.objects.count() == 1


def test_the_template_of_the_step_that_is_due_is_there_at_once(page: Client, sdr: User) -> None:
    make_plan()
    MailTemplate.objects.update(subject="Sorry to have missed you", body="Hello")
    mql = make_mql()
    page.post(f"/inbox/{mql.pk}/call/", {"outcome": "voicemail", "once": "x"})

    response = page.get(f"/inbox/{mql.pk}/mail/")

    assert 'value="Sorry to have missed you"' in response.content.decode()


@pytest.fixture
def waiting(mql: Mql, sdr: User) -> ProspectMail:
    return write(mql.contact, subject="Hello", body="You", by=sdr, at=NOW, mql=mql)


def test_a_waiting_mail_is_shown_and_stopped(page: Client, mql: Mql, waiting: ProspectMail) -> None:
    shown = text_of(page.get(f"/inbox/{mql.pk}/"))

    response = page.post(f"/mails/{waiting.pk}/stop/", {"next": f"/inbox/{mql.pk}/"}, follow=True)

    assert "Stop it" in shown
    assertRedirects(response, f"/inbox/{mql.pk}/")
    assert "The mail is stopped: it will not leave." in text_of(response)
    waiting.refresh_from_db()
    assert waiting.state == ProspectMail.State.STOPPED


def test_a_strangers_mail_is_not_there_to_stop(waiting: ProspectMail) -> None:
    stranger = signed_in(make_rep(team=make_team("Other")).user)

    assert stranger.post(f"/mails/{waiting.pk}/stop/").status_code == 404


def test_a_teammate_reads_and_does_not_stop_it(waiting: ProspectMail) -> None:
    teammate = signed_in(make_rep().user)

    assert teammate.post(f"/mails/{waiting.pk}/stop/").status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == ProspectMail.State.WAITING
