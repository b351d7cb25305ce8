"""Contacts: found, read, and written about."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from crm import record
from crm.models import Activity, Stage, User
from leads.models import Task
from leads.timeline import PAGE
from leads.views import contacts
from scoring.drain import drain
from scoring.models import Op, ScoringVersion, Segment
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_contact,
    make_mql,
    make_qualifying,
    make_rep,
    make_user,
)
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(db: None) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def names(content: bytes) -> list[str]:
    return re.findall(
        r'<th scope="row">\s*<a data-row class="row-link" href="/contacts/\d+/">([^<]*)</a>', content.decode()
    )


def test_contacts_are_listed_the_newest_first(page: Client) -> None:
    make_contact(first_name="Old", at=NOW - timedelta(days=2))
    make_contact(first_name="New", at=NOW)

    assert names(page.get("/contacts/").content) == ["New", "Old"]


def test_contacts_are_listed_by_score(page: Client, small_model: ScoringVersion) -> None:
    make_qualifying(first_name="Best")
    make_contact(first_name="Nothing")
    drain(at=NOW)
    make_contact(first_name="Not yet scored")

    assert names(page.get("/contacts/?sort=score").content) == ["Best", "Nothing"]


def test_contacts_are_narrowed_to_a_stage(page: Client) -> None:
    lead = make_contact(first_name="Lead")
    make_contact(first_name="Customer", stage=Stage.CUSTOMER)

    assert lead.stage == Stage.LEAD
    assert names(page.get("/contacts/?stage=customer").content) == ["Customer"]


def test_contacts_are_narrowed_to_a_company(page: Client) -> None:
    acme = make_company("acme.example", name="Acme")
    make_contact("ada@acme.example", first_name="Ada")
    make_contact("grace@other.example", first_name="Grace")

    response = page.get(f"/contacts/?company={acme.pk}")

    assert names(response.content) == ["Ada"]
    assert "Acme Everywhere" in text_of(response)


def test_contacts_are_narrowed_to_a_segment(page: Client) -> None:
    make_contact(first_name="Ada", country="Sweden")
    make_contact(first_name="Bo", country="France")
    segment = Segment.objects.create(name="Nordics")
    segment.conditions.create(field="country", op=Op.EQUALS, value="Sweden")

    response = page.get(f"/contacts/?segment={segment.pk}")

    assert names(response.content) == ["Ada"]
    assert "Nordics" in text_of(response)


def test_a_list_that_takes_too_long_is_given_up_and_said(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "PATIENCE_MS", 1)
    segment = Segment.objects.create(name="Very many words")
    words = [f"{'x' * 60}{number}" for number in range(5_000)]
    for field in ("job_title", "country", "source", "phone"):
        segment.conditions.create(field=field, op=Op.NOT_IN, value=words)

    response = page.get(f"/contacts/?segment={segment.pk}")

    assert response.status_code == 200
    assert "Finding them takes too long" in text_of(response)


def test_a_segment_that_does_not_exist_narrows_nothing(page: Client) -> None:
    make_contact(first_name="Ada")

    assert names(page.get("/contacts/?segment=99999").content) == ["Ada"]


def test_a_stage_that_does_not_exist_narrows_nothing(page: Client) -> None:
    make_contact(first_name="Ada")

    assert names(page.get("/contacts/?stage=king&sort=luck").content) == ["Ada"]


def test_an_empty_base_says_where_contacts_come_from(page: Client) -> None:
    assert "import_contacts" in text_of(page.get("/contacts/"))
    assert "Nobody matches" in text_of(page.get("/contacts/?q=xyz"))


@pytest.mark.parametrize("sort", ["newest", "score"])
def test_pages_show_every_contact_once(page: Client, small_model: ScoringVersion, sort: str) -> None:
    for number in range(53):
        make_contact(first_name=f"Person {number}", at=NOW)
    drain(at=NOW)
    first = page.get(f"/contacts/?sort={sort}")
    more = re.search(r"after=([\w:%-]+)", first.content.decode())
    assert more

    rest = page.get(f"/contacts/?sort={sort}&after={more[1]}")

    assert len({*names(first.content), *names(rest.content)}) == 53


def test_the_list_asks_as_often_for_many_as_for_few(page: Client) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            make_contact(company_domain=make_company().domain)
        with CaptureQueriesContext(connection) as captured:
            page.get("/contacts/")
        return len(captured)

    assert queries(3) == queries(27) <= 12


def test_the_page_tells_facts_score_and_work(page: Client, small_model: ScoringVersion) -> None:
    make_company("acme.example", name="Acme", industry="Software", employees=1200, country="France")
    mql = make_mql(
        "ada@acme.example",
        first_name="Ada",
        last_name="Lovelace",
        phone="+33 1 44 55",
        sales_consent="allowed",
        sales_consent_ground="trade fair form",
    )

    seen = text_of(page.get(f"/contacts/{mql.contact_id}/"))

    assert "Ada Lovelace VP Sales · Acme MQL" in seen
    assert "Sales may contact Yes since 2 Mar 2025 : trade fair form" in seen
    assert "Employees 1,200" in seen
    assert "80 points, 2 Mar" in seen
    assert "First touch: Ada Lovelace" in seen


def test_the_score_is_drawn_over_time(page: Client, small_model: ScoringVersion) -> None:
    now = timezone.now()
    contact = make_qualifying(at=now - timedelta(days=20))
    drain(at=now - timedelta(days=20))

    content = page.get(f"/contacts/{contact.pk}/").content.decode()

    assert "Score over 180 days: from 0 to 80, highest 80, threshold 60" in content


def test_without_a_published_model_the_page_says_so(page: Client) -> None:
    contact = make_contact(first_name="Ada")

    assert "No scoring model is published yet" in text_of(page.get(f"/contacts/{contact.pk}/"))


def test_what_stands_in_the_way_of_an_mql_is_said(page: Client, small_model: ScoringVersion) -> None:
    contact = make_qualifying()
    record.set_consent([contact.pk], "sales", "opted_out", ground="", at=NOW)
    drain(at=NOW)

    assert "No new MQL: they opted out of sales contact." in text_of(page.get(f"/contacts/{contact.pk}/"))


def test_a_note_goes_onto_the_timeline(page: Client) -> None:
    contact = make_contact()

    response = page.post(
        f"/contacts/{contact.pk}/notes/", {"text": "Prefers mornings", "once": "1"}, follow=True
    )

    assertRedirects(response, f"/contacts/{contact.pk}/")
    assert "Note Prefers mornings Sam Reyes" in text_of(response)


def test_a_note_sent_twice_is_there_once(page: Client) -> None:
    contact = make_contact()

    for _ in range(2):
        page.post(f"/contacts/{contact.pk}/notes/", {"text": "Prefers mornings", "once": "1"})

    assert Activity.objects.filter(contact=contact, kind="note").count() == 1


def test_an_empty_note_comes_back(page: Client) -> None:
    contact = make_contact()

    response = page.post(f"/contacts/{contact.pk}/notes/", {"text": " ", "once": "1"})

    assert response.status_code == 422
    assert "This field is required." in text_of(response)


def test_a_task_is_put_on_ones_own_list(page: Client, sdr: User) -> None:
    contact = make_contact()
    sent = {"title": "Send the case study", "due_at": "2026-03-05T14:30", "next": "/inbox/"}

    response = page.post(f"/contacts/{contact.pk}/tasks/", sent)

    task = Task.objects.get(contact=contact)
    assertRedirects(response, "/inbox/")
    assert (task.title, task.assignee) == ("Send the case study", sdr)
    assert timezone.localtime(task.due_at).strftime("%Y-%m-%dT%H:%M") == sent["due_at"]


def test_a_form_leads_to_no_other_site(page: Client) -> None:
    contact = make_contact()
    sent = {"text": "Note", "once": "1", "next": "https://evil.example/"}

    response = page.post(f"/contacts/{contact.pk}/notes/", sent)

    assertRedirects(response, f"/contacts/{contact.pk}/")


def test_a_task_without_a_time_comes_back(page: Client) -> None:
    contact = make_contact()

    response = page.post(f"/contacts/{contact.pk}/tasks/", {"title": "Call", "due_at": "soon"})

    assert response.status_code == 422
    assert not Task.objects.exists()


@pytest.mark.parametrize("form", ["notes", "tasks"])
def test_a_marketer_reads_contacts_and_does_not_write_about_them(sdr: User, form: str) -> None:
    contact = make_contact()
    client = signed_in(make_user("marketer", is_staff=True))
    sent = {"text": "Note", "once": "1", "title": "Call", "due_at": "2026-03-05T14:30"}

    assert "Add a note or a task" not in text_of(client.get(f"/contacts/{contact.pk}/"))
    assert client.post(f"/contacts/{contact.pk}/{form}/", sent).status_code == 403
    assert not Activity.objects.exists()
    assert not Task.objects.exists()


def test_a_contact_that_does_not_exist_is_not_found(page: Client) -> None:
    assert page.get("/contacts/999999/").status_code == 404


def test_the_timeline_is_paged_with_and_without_htmx(page: Client) -> None:
    contact = make_contact()
    for number in range(PAGE + 2):
        make_activity(contact, subject=f"/page-{number}-", days_ago=number)
    earlier = re.search(
        r'href="(/contacts/\d+/timeline/\?before=[\w:%-]+)"',
        page.get(f"/contacts/{contact.pk}/").content.decode(),
    )
    assert earlier

    plain = page.get(earlier[1])
    fragment = page.get(earlier[1], **htmx("timeline-earlier"))

    assert f"/page-{PAGE + 1}-" in text_of(plain)
    assert f"/page-{PAGE - 1}-" not in text_of(plain)
    assert f"/page-{PAGE + 1}-" in text_of(fragment)
    assert b"<html" not in fragment.content


def test_the_page_asks_as_often_for_much_as_for_little(page: Client, small_model: ScoringVersion) -> None:
    contact = make_contact()

    def queries(number: int) -> int:
        for _ in range(number):
            make_activity(contact)
        drain(at=NOW)
        with CaptureQueriesContext(connection) as captured:
            page.get(f"/contacts/{contact.pk}/")
        return len(captured)

    assert queries(3) == queries(27)
