"""One MQL: why it is here, what happened, and who may see it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Company, Contact, User
from leads.models import Mql, Verdict, VerdictReason
from leads.verdict import give_verdict
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_activity,
    make_mql,
    make_rep,
    make_team,
    make_user,
)
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def points(content: bytes) -> list[Decimal]:
    """The points of the explanation's lines, then those of its parts and its total: the sums stand in <th> rows."""
    table = content.decode().split('class="breakdown"')[1].split("</table>")[0]
    rows = re.findall(r"<tr class=\"breakdown-(rule|cap|rounding)\">(.*?)</tr>", table, flags=re.DOTALL)
    amounts = [re.findall(r"([+−]\d+\.\d\d)", row)[-1] for _, row in rows]
    return [Decimal(amount.replace("−", "-")) for amount in amounts]


def test_the_lines_of_the_explanation_add_up_to_the_score(page: Client) -> None:
    mql = make_mql()

    response = page.get(f"/inbox/{mql.pk}/")

    assert sum(points(response.content)) == mql.total == 80
    seen = text_of(response)
    assert "Vice president ICP +30.00" in seen
    assert "Webinar attended Intent 1 ×, newest 1 Mar 1 1 Mar +50.00" in seen
    assert "Score C2 +80.00" in seen


def test_it_is_explained_as_it_stood_and_as_it_stands(page: Client) -> None:
    mql = make_mql()
    Contact.objects.filter(pk=mql.contact_id).update(job_title="Intern")

    then = page.get(f"/inbox/{mql.pk}/")
    now = page.get(f"/inbox/{mql.pk}/?score=now")

    assert "Score C2 +80.00" in text_of(then)
    assert "Score D2 +50.00" in text_of(now)


def test_one_that_the_rules_of_today_would_not_open_says_so(page: Client) -> None:
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(below_since=NOW)

    detail = page.get(f"/inbox/{mql.pk}/").content.decode()
    listed = page.get("/inbox/").content.decode()

    assert "would not open it now" in detail
    assert "Below today's rules" in listed


def test_htmx_is_given_the_explanation_alone(page: Client) -> None:
    mql = make_mql()

    response = page.get(f"/inbox/{mql.pk}/?score=now", **htmx("explanation"))

    assert "Score C2 +80.00" in text_of(response)
    assert b"Timeline" not in response.content


def test_htmx_is_given_the_pane_alone(page: Client) -> None:
    mql = make_mql(first_name="Ada", last_name="Lovelace")

    response = page.get(f"/inbox/{mql.pk}/", **htmx("mql-pane"))

    assert b"<html" not in response.content
    assert b"<title>Ada Lovelace \xc2\xb7 Inbox \xc2\xb7 Handoff</title>" in response.content


def test_the_timeline_tells_what_happened(page: Client) -> None:
    mql = make_mql()
    make_activity(mql.contact, "page_view", subject="/pricing")
    make_activity(mql.contact, "whitepaper_shared", subject="Buyer’s guide")

    seen = text_of(page.get(f"/inbox/{mql.pk}/"))

    assert "Page view /pricing" in seen
    assert "Whitepaper shared Buyer’s guide" in seen
    assert "MQL from Lead" in seen
    assert "Score 80 from 0" in seen


def test_earlier_mqls_of_the_contact_say_what_came_of_them(page: Client, sdr: User) -> None:
    first = make_mql()
    reason = VerdictReason.objects.filter(verdict=Verdict.RECYCLED).first()
    assert reason
    give_verdict(first, Verdict.RECYCLED, by=sdr, at=NOW, reason=reason.text)
    later = NOW + timedelta(days=60)
    make_activity(first.contact, "webinar_attended", at=later)
    drain(at=later)
    second = Mql.objects.open().get(contact=first.contact)

    seen = text_of(page.get(f"/inbox/{second.pk}/"))

    assert f"Recycled to nurture: {reason.text}" in seen


def test_opening_it_in_the_pane_counts_the_bell_down(page: Client) -> None:
    mql = make_mql()
    make_mql()

    response = page.get(f"/inbox/{mql.pk}/", **htmx("mql-pane"))

    assert b'hx-swap-oob="true"' in response.content
    assert "Notifications, 1 unread" in text_of(response)


def test_opening_it_marks_the_notification_read(page: Client, sdr: User) -> None:
    mql = make_mql()
    assert sdr.notifications.unread().count() == 1

    page.get(f"/inbox/{mql.pk}/")

    assert not sdr.notifications.unread().exists()


def test_what_people_sent_is_shown_as_text(page: Client) -> None:
    mql = make_mql(first_name="<script>alert(1)</script>")
    make_activity(mql.contact, "note", properties={"text": "<b>bold</b>"})

    content = page.get(f"/inbox/{mql.pk}/").content

    assert b"<script>alert" not in content
    assert b"&lt;b&gt;bold&lt;/b&gt;" in content


def test_an_opt_out_stands_beside_the_telephone(page: Client) -> None:
    mql = make_mql(phone="+33 1 44 55 66 77")
    Contact.objects.filter(pk=mql.contact_id).update(sales_consent="opted_out")

    seen = text_of(page.get(f"/inbox/{mql.pk}/"))

    assert "Opted out of sales contact +33 1 44 55 66 77" in seen


def test_another_teams_mql_is_not_found(page: Client) -> None:
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)

    assert page.get(f"/inbox/{mql.pk}/").status_code == 404


def test_a_teammates_mql_is_read_and_offers_no_action(page: Client, sdr: User) -> None:
    mql = make_mql()
    mate = make_rep("mate", first_name="Kim", last_name="Lind", team=sdr.rep.team).user
    Mql.objects.filter(pk=mql.pk).update(owner=mate)

    seen = text_of(page.get(f"/inbox/{mql.pk}/"))

    assert "Kim Lind works this MQL: you may read it." in seen
    assert "Disqualify…" not in seen


def test_a_marketer_reads_and_is_offered_no_action(page: Client) -> None:
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(owner=None)

    seen = text_of(signed_in(make_user("marketer", is_staff=True)).get(f"/inbox/{mql.pk}/"))

    assert "Reps and team leads work MQLs: you may read it." in seen
    assert "Add a note or a task" not in seen


def test_the_number_of_queries_does_not_grow_with_what_happened(page: Client) -> None:
    mql = make_mql()

    def queries(number: int) -> int:
        for _ in range(number):
            make_activity(mql.contact, "page_view", subject="/pricing")
        page.get(f"/inbox/{mql.pk}/")
        with CaptureQueriesContext(connection) as captured:
            page.get(f"/inbox/{mql.pk}/")
        return len(captured)

    assert queries(3) == queries(27)


def test_a_company_without_facts_shows_only_its_name(page: Client) -> None:
    mql = make_mql("ada@acme.example")
    company = Company.objects.create(name="Acme", created_at=timezone.now())
    Contact.objects.filter(pk=mql.contact_id).update(company=company)

    assert "Acme" in text_of(page.get(f"/inbox/{mql.pk}/"))
