"""What a form showed: changes made elsewhere are shown before they are written over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from crm.models import User
from leads import seen
from leads.models import Mql, Verdict, VerdictReason
from leads.seen import Changed
from leads.verdict import accept, assign
from scoring.models import ScoringVersion
from tests.factories import NOW, make_mql, make_rep, make_team, make_user
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def lead(small_model: ScoringVersion) -> User:
    return make_user("lead", first_name="Lee")


@pytest.fixture
def ada(lead: User) -> User:
    return make_rep("ada", first_name="Ada", team=make_team("Team", lead=lead)).user


@pytest.fixture
def mql(ada: User) -> Mql:
    """Ada's, who has a lead."""
    return make_mql(first_name="Vera", last_name="Klein")


@pytest.fixture
def unowned(small_model: ScoringVersion) -> Mql:
    return make_mql(first_name="Vera", last_name="Klein")


@pytest.fixture
def reason() -> str:
    return VerdictReason.objects.filter(verdict=Verdict.RECYCLED)[0].text


def token_in(response: HttpResponse) -> str:
    found = re.search(r'name="seen"\s+value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def test_what_changed_is_shown_with_what_was_typed_and_asked_again(
    mql: Mql, ada: User, lead: User, reason: str
) -> None:
    page = signed_in(lead)
    form = f"/inbox/{mql.pk}/recycle/"
    typed = {"reason": reason, "note": "Calls again in autumn", "seen": token_in(page.get(form))}
    accept(mql, by=ada, at=LATER)

    stale = page.post(form, typed)

    mql.refresh_from_db()
    assert (stale.status_code, mql.verdict) == (409, "")
    assert "Ada accepted it on 2 Mar 2026 at 09:20." in text_of(stale)
    assert "Calls again in autumn" in stale.content.decode()
    assert "checked" in stale.content.decode()

    page.post(form, typed | {"seen": token_in(stale)})

    mql.refresh_from_db()
    assert (mql.verdict, mql.note) == (Verdict.RECYCLED, "Calls again in autumn")


def test_the_dialog_stays_open_with_what_changed(mql: Mql, ada: User, lead: User, reason: str) -> None:
    page = signed_in(lead)
    form = f"/inbox/{mql.pk}/recycle/"
    token = token_in(page.get(form, **htmx("dialog")))
    accept(mql, by=ada, at=LATER)

    stale = page.post(form, {"reason": reason, "seen": token}, **htmx("dialog"))

    assert stale.status_code == 409
    assert stale["HX-Retarget"] == "#dialog"
    assert b"<html" not in stale.content
    assert "Ada accepted it" in text_of(stale)


def test_a_hand_over_is_told_with_who_did_it(mql: Mql, ada: User, lead: User) -> None:
    shown = seen.read(seen.token(mql, lead), lead)
    assign(mql, make_rep("ben", first_name="Ben", team=ada.rep.team).user, by=ada, at=LATER)

    with pytest.raises(Changed, match="Ada gave it to Ben on 2 Mar 2026 at 09:20"):
        accept(mql, by=lead, at=LATER, seen=shown)


def test_a_lead_does_not_take_what_a_rep_just_took(unowned: Mql) -> None:
    lead = make_user("lead")
    ada = make_rep("ada", first_name="Ada", team=make_team("Team", lead=lead)).user
    shown = seen.read(seen.token(unowned, lead), lead)
    assign(unowned, ada, by=ada, at=LATER)

    with pytest.raises(Changed, match="Ada took it on 2 Mar 2026 at 09:20"):
        assign(unowned, lead, by=lead, at=LATER, seen=shown)

    unowned.refresh_from_db()
    assert unowned.owner == ada


@pytest.mark.parametrize("action", ["claim", "accept"])
def test_the_second_of_a_team_is_told_who_was_faster_and_when(unowned: Mql, action: str) -> None:
    ada, ben = make_rep("ada", first_name="Ada").user, make_rep("ben").user
    page = signed_in(ben)
    token = token_in(page.get(f"/inbox/{unowned.pk}/"))
    assign(unowned, ada, by=ada, at=LATER)

    response = page.post(f"/inbox/{unowned.pk}/{action}/", {"seen": token}, **htmx("mql-pane"))

    assert response.status_code == 403
    assert "Ada owns this MQL, since 2 Mar 2026 at 09:20" in text_of(response)


def test_the_second_of_another_team_is_told_who_was_faster(unowned: Mql) -> None:
    ada = make_rep("ada", first_name="Ada", team=make_team("North")).user
    page = signed_in(make_rep("ben", team=make_team("South")).user)
    token = token_in(page.get(f"/inbox/{unowned.pk}/"))
    assign(unowned, ada, by=ada, at=LATER)

    plain = page.post(f"/inbox/{unowned.pk}/claim/", {"seen": token}, follow=True)
    swapped = page.post(f"/inbox/{unowned.pk}/claim/", {"seen": token}, **htmx("mql-pane"))

    assert plain.redirect_chain == [("/inbox/", 302)]
    assert "Ada took it on 2 Mar 2026 at 09:20" in text_of(plain)
    assert swapped.status_code == 409
    assert "Ada took it on 2 Mar 2026 at 09:20" in text_of(swapped)


@pytest.mark.parametrize("token", ["", "x", "another's", "of another mql"])
def test_nobody_learns_of_another_teams_mql_by_guessing(mql: Mql, ada: User, token: str) -> None:
    stranger = make_rep("ben", team=make_team("South")).user
    tokens = {
        "another's": seen.token(mql, ada),
        "of another mql": seen.token(Mql(pk=mql.pk + 1), stranger),
    }

    response = signed_in(stranger).post(f"/inbox/{mql.pk}/claim/", {"seen": tokens.get(token, token)})

    assert response.status_code == 404


def test_a_forged_token_counts_for_nothing(mql: Mql, lead: User) -> None:
    assert seen.read(seen.token(mql, lead)[:-1] + "x", lead) is None


# Undo on the page


def undo_address(response: HttpResponse) -> str:
    found = re.search(r'action="(/inbox/undo/\d+/[^"]*)"', response.content.decode())
    assert found
    return found[1]


def test_the_message_after_a_verdict_has_the_way_back(mql: Mql, ada: User, reason: str) -> None:
    page = signed_in(ada)
    decided = page.post(f"/inbox/{mql.pk}/recycle/?queue=mine", {"reason": reason}, follow=True)

    undone = page.post(undo_address(decided), follow=True)

    mql.refresh_from_db()
    assert mql.closed_at is None
    assert "Taken back: Vera Klein is as before." in text_of(undone)
    assert undone.redirect_chain == [(f"/inbox/{mql.pk}/?queue=mine", 302)]


def test_htmx_is_given_the_way_back_with_the_message(mql: Mql, ada: User) -> None:
    page = signed_in(ada)
    decided = page.post(f"/inbox/{mql.pk}/accept/", **htmx("mql-pane"))

    undone = page.post(undo_address(decided), **htmx("mql-pane"))

    assert b'data-key="u"' in decided.content
    assert undone["HX-Retarget"] == "#mql-pane"
    assert "Accept" in text_of(undone)


def test_the_way_back_is_still_there_when_the_page_is_loaded_again(mql: Mql, ada: User) -> None:
    page = signed_in(ada)
    page.post(f"/inbox/{mql.pk}/accept/", follow=True)

    assert undo_address(page.get(f"/inbox/{mql.pk}/"))


def test_after_a_minute_there_is_no_way_back(mql: Mql, ada: User) -> None:
    accept(mql, by=ada, at=timezone.now() - timedelta(seconds=61))
    page = signed_in(ada)

    response = page.get(f"/inbox/{mql.pk}/")
    late = page.post(f"/inbox/undo/{mql.actions.get().pk}/", follow=True)

    assert b"/inbox/undo/" not in response.content
    assert "More than a minute has passed. What was decided stands." in text_of(late)


def test_nobody_undoes_what_another_did(mql: Mql, ada: User, lead: User) -> None:
    accept(mql, by=ada, at=timezone.now())
    action = mql.actions.get()
    stranger = make_rep("eve", team=make_team("South")).user

    assert signed_in(lead).post(f"/inbox/undo/{action.pk}/").status_code == 403
    assert signed_in(stranger).post(f"/inbox/undo/{action.pk}/").status_code == 404
    assert signed_in(ada).get(f"/inbox/undo/{action.pk}/").status_code == 405


def test_what_was_given_to_another_team_can_be_taken_back(mql: Mql, ada: User) -> None:
    assign(mql, make_rep("ben", team=make_team("South")).user, by=ada, at=timezone.now())

    response = signed_in(ada).post(f"/inbox/undo/{mql.actions.get().pk}/")

    mql.refresh_from_db()
    assert mql.owner == ada
    assert response["Location"] == f"/inbox/{mql.pk}/"


@pytest.mark.parametrize(("day", "kept"), [("2099-01-01", False), ("yesterday", False), ("tomorrow", True)])
def test_a_recycled_contact_comes_back_on_a_day_from_tomorrow_on(
    mql: Mql, ada: User, reason: str, day: str, kept: bool
) -> None:
    days = {"yesterday": -1, "tomorrow": 1}
    on_day = f"{timezone.localdate() + timedelta(days=days[day])}" if day in days else day

    response = signed_in(ada).post(
        f"/inbox/{mql.pk}/recycle/", {"reason": reason, "on_day": on_day, "on_activity": "on"}
    )

    assert response.status_code == (302 if kept else 422)
    assert [str(each.on_day) for each in mql.contact.come_backs.all()] == ([on_day] if kept else [])
