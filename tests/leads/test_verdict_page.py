"""Accepting, claiming and closing MQLs on the page, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from pytest_django.asserts import assertRedirects

from crm.models import Contact, Stage, User
from leads.come_back import ComingBack
from leads.models import Mql, Team, Verdict, VerdictReason
from leads.verdict import accept, give_verdict
from tests.factories import (
    NOW,
    make_activity,
    make_mql,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.page_client import htmx, signed_in, text_of
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A rep with one MQL."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("sdr", first_name="Sam", last_name="Reyes")
        make_mql(first_name="Ada", last_name="Lovelace")
        yield


@pytest.fixture
def sdr(world: None, db: None) -> User:
    return User.objects.get(username="sdr")


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


@pytest.fixture
def mql(sdr: User) -> Mql:
    return Mql.objects.select_related("contact", "owner").get()


def reason_for(verdict: Verdict) -> str:
    return VerdictReason.objects.filter(verdict=verdict)[0].text


def test_a_plain_post_accepts_and_leads_back_to_the_mql(page: Client, mql: Mql) -> None:
    response = page.post(f"/inbox/{mql.pk}/accept/?queue=team", follow=True)

    mql.refresh_from_db()
    assertRedirects(response, f"/inbox/{mql.pk}/?queue=team")
    assert mql.accepted_at
    assert Contact.objects.get(pk=mql.contact_id).stage == Stage.SAL
    assert "You accepted Ada Lovelace." in text_of(response)


def test_htmx_is_given_the_accepted_mql_and_told_that_the_list_changed(page: Client, mql: Mql) -> None:
    response = page.post(f"/inbox/{mql.pk}/accept/", **htmx("mql-pane"))

    assert response.status_code == 200
    assert response["HX-Retarget"] == "#mql-pane"
    assert "mql-changed" in response["HX-Trigger-After-Settle"]
    assert "by Sam Reyes" in text_of(response)
    assert "You accepted Ada Lovelace." in text_of(response)


def test_an_mql_without_owner_is_claimed(page: Client, mql: Mql, sdr: User) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=None)

    response = page.post(f"/inbox/{mql.pk}/claim/", follow=True)

    mql.refresh_from_db()
    assert mql.owner == sdr
    assert "Ada Lovelace is yours." in text_of(response)


def test_qualifying_notes_what_the_rep_learnt(page: Client, mql: Mql) -> None:
    learnt = {"budget": "80k", "authority": "CFO", "need": "Scheduling", "timeline": "Q3", "note": "Keen"}

    response = page.post(f"/inbox/{mql.pk}/qualify/", learnt, follow=True)

    mql.refresh_from_db()
    assert mql.verdict == Verdict.QUALIFIED
    assert (mql.budget, mql.authority, mql.need, mql.timeline, mql.note) == tuple(learnt.values())
    assert "Ada Lovelace is an SQL now." in text_of(response)
    assert "Budget 80k Authority CFO" in text_of(response)


@pytest.mark.parametrize(
    ("action", "verdict"), [("recycle", Verdict.RECYCLED), ("disqualify", Verdict.DISQUALIFIED)]
)
def test_turning_down_keeps_the_reason(page: Client, mql: Mql, action: str, verdict: Verdict) -> None:
    sent = {"reason": reason_for(verdict), "note": "Call in spring"}

    response = page.post(f"/inbox/{mql.pk}/{action}/", sent, follow=True)

    mql.refresh_from_db()
    assert (mql.verdict, mql.reason, mql.note) == (verdict, sent["reason"], sent["note"])
    assert sent["reason"] in text_of(response)


@pytest.mark.parametrize("action", ["qualify", "recycle", "disqualify"])
def test_each_form_is_a_page_of_its_own(page: Client, mql: Mql, action: str) -> None:
    response = page.get(f"/inbox/{mql.pk}/{action}/")

    assert b"<html" in response.content
    assert b"hx-post" not in response.content
    assert "Ada Lovelace" in text_of(response)


def test_htmx_is_given_the_form_alone(page: Client, mql: Mql) -> None:
    response = page.get(f"/inbox/{mql.pk}/recycle/", **htmx("dialog"))

    assert b"<html" not in response.content
    assert b'hx-target="#dialog"' in response.content


@pytest.mark.parametrize("sent", [{}, {"reason": "Because"}])
@pytest.mark.parametrize("headers", [{}, htmx("dialog")])
def test_a_turning_down_without_a_known_reason_comes_back(
    page: Client, mql: Mql, sent: dict[str, str], headers: dict[str, dict[str, str]]
) -> None:
    response = page.post(f"/inbox/{mql.pk}/recycle/", sent, **headers)

    mql.refresh_from_db()
    assert response.status_code == 422
    assert mql.verdict == ""
    assert b'aria-invalid="true"' in response.content


def test_a_second_verdict_gets_a_clear_message_and_the_first_stands(
    page: Client, mql: Mql, sdr: User
) -> None:
    give_verdict(mql, Verdict.QUALIFIED, by=sdr, at=NOW)

    response = page.post(
        f"/inbox/{mql.pk}/recycle/",
        {"reason": reason_for(Verdict.RECYCLED)},
        headers={"Referer": f"http://testserver/inbox/{mql.pk}/"},
        follow=True,
    )

    mql.refresh_from_db()
    assert mql.verdict == Verdict.QUALIFIED
    assert response.redirect_chain[-1] == (f"/inbox/{mql.pk}/", 302)
    assert "This MQL was closed by Sam Reyes on 2 Mar 2026 at 09:00: Qualified (SQL)" in text_of(response)


def test_a_closed_mql_is_asked_for_no_verdict(page: Client, mql: Mql, sdr: User) -> None:
    give_verdict(mql, Verdict.QUALIFIED, by=sdr, at=NOW)

    assertRedirects(page.get(f"/inbox/{mql.pk}/recycle/"), f"/inbox/{mql.pk}/")


def test_htmx_is_given_the_message_of_a_second_verdict(page: Client, mql: Mql, sdr: User) -> None:
    give_verdict(mql, Verdict.QUALIFIED, by=sdr, at=NOW)

    response = page.post(f"/inbox/{mql.pk}/accept/", **htmx("mql-pane"))

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#mql-pane"
    assert 'hx-swap-oob="true"' in response.content.decode()
    assert "This MQL was closed by Sam Reyes" in text_of(response)


ACTIONS = ["accept", "claim", "qualify", "recycle", "disqualify"]


@pytest.mark.parametrize("action", ACTIONS)
def test_another_teams_mql_is_not_found_by_any_action(page: Client, mql: Mql, action: str) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)

    response = page.post(f"/inbox/{mql.pk}/{action}/", {"reason": "x"})

    mql.refresh_from_db()
    assert response.status_code == 404
    assert not mql.accepted_at
    assert not mql.closed_at


@pytest.mark.parametrize("action", ["accept", "claim", "qualify"])
@pytest.mark.parametrize("who", ["mate", "marketer"])
def test_who_may_read_and_not_change_is_forbidden(
    page: Client, mql: Mql, sdr: User, action: str, who: str
) -> None:
    user = make_rep("mate", team=sdr.rep.team).user if who == "mate" else make_user("marketer", is_staff=True)

    response = signed_in(user).post(f"/inbox/{mql.pk}/{action}/")

    mql.refresh_from_db()
    assert response.status_code == 403
    assert "Sam Reyes owns this MQL" in text_of(response)
    assert (mql.owner, mql.accepted_at, mql.closed_at) == (sdr, None, None)


def test_a_team_lead_acts_for_the_team(mql: Mql, sdr: User) -> None:
    lead = make_user("lead")
    Team.objects.update(lead=lead)

    signed_in(lead).post(f"/inbox/{mql.pk}/accept/")

    mql.refresh_from_db()
    assert mql.accepted_by == lead


@pytest.mark.parametrize("action", ["accept", "claim"])
def test_a_link_changes_nothing(page: Client, mql: Mql, action: str) -> None:
    assert page.get(f"/inbox/{mql.pk}/{action}/").status_code == 405


def test_a_form_of_another_site_is_refused(sdr: User, mql: Mql) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sdr)

    response = client.post(f"/inbox/{mql.pk}/accept/")

    mql.refresh_from_db()
    assert response.status_code == 403
    assert not mql.accepted_at


def test_after_a_verdict_the_next_one_is_offered(page: Client, mql: Mql) -> None:
    make_mql(first_name="Grace", last_name="Hopper")

    response = page.post(f"/inbox/{mql.pk}/qualify/", **htmx("dialog"))

    assert "Next: Grace Hopper" in text_of(response)


def test_an_accepted_mql_is_not_accepted_twice(page: Client, mql: Mql, sdr: User) -> None:
    accept(mql, by=sdr, at=NOW)

    page.post(f"/inbox/{mql.pk}/accept/")

    mql.refresh_from_db()
    assert mql.accepted_at == NOW


def test_reps_choose_from_the_reasons_that_administrators_keep(page: Client, mql: Mql) -> None:
    admin = signed_in(make_user("boss", is_staff=True, is_superuser=True))
    retired = VerdictReason.objects.filter(verdict=Verdict.RECYCLED)[0]
    row = {"verdict": "recycled", "position": "1"}

    admin.post("/admin/leads/verdictreason/add/", {**row, "text": "Waits for the fair", "active": "on"})
    admin.post(f"/admin/leads/verdictreason/{retired.pk}/change/", {**row, "text": retired.text})

    asked = text_of(page.get(f"/inbox/{mql.pk}/recycle/"))
    assert "Waits for the fair" in asked
    assert retired.text not in asked
    page.post(f"/inbox/{mql.pk}/recycle/", {"reason": "Waits for the fair"})
    mql.refresh_from_db()
    assert mql.reason == "Waits for the fair"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"on_activity": "on"}, "To come back to as soon as they do something of their own accord."),
        (
            {"on_day": "{day:%Y-%m-%d}"},
            "To come back to on {day.day} {day:%b %Y}. Sam Reyes has a task then.",
        ),
        (
            {"on_day": "{day:%Y-%m-%d}", "on_activity": "on"},
            "on {day.day} {day:%b %Y}, or as soon as they do something of their own accord.",
        ),
    ],
)
def test_a_recycled_mql_says_when_somebody_comes_back(
    page: Client, mql: Mql, said: dict[str, str], shown: str
) -> None:
    day = timezone.localdate() + timedelta(days=20)
    given = {name: value.format(day=day) for name, value in said.items()}

    response = page.post(
        f"/inbox/{mql.pk}/recycle/", {"reason": reason_for(Verdict.RECYCLED), **given}, follow=True
    )

    assert shown.format(day=day) in text_of(response)


def test_a_recycled_mql_says_what_ended_the_waiting(page: Client, mql: Mql, sdr: User) -> None:
    back = ComingBack(on_activity=True)
    reason = reason_for(Verdict.RECYCLED)
    give_verdict(mql, Verdict.RECYCLED, by=sdr, at=NOW, reason=reason, coming_back=back)
    make_activity(mql.contact, "demo_requested", at=NOW + timedelta(days=1))

    assert "They were active again, on 3 Mar 2026." in text_of(page.get(f"/inbox/{mql.pk}/"))


def test_the_second_is_shown_how_the_mql_stands_now(page: Client, mql: Mql) -> None:
    bea = make_rep("bea", first_name="Bea").user
    Mql.objects.filter(pk=mql.pk).update(owner=None)
    mql.refresh_from_db()
    accept(mql, by=bea, at=NOW)

    response = page.post(f"/inbox/{mql.pk}/accept/", **htmx("mql-pane"))

    assert (response.status_code, response["HX-Retarget"]) == (403, "#mql-pane")
    assert "Bea owns this MQL, since" in text_of(response)
    assert "Bea works this MQL: you may read it." in text_of(response)
