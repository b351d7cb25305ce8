"""Views of the inbox that are kept under a name, shared, and forgotten."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertRedirects

from crm.errors import Forbidden
from crm.models import User
from leads import saved_views
from leads.models import Rep, SavedView, Team
from leads.saved_views import save_view
from scoring.models import ScoringVersion
from tests.factories import make_mql, make_rep, make_team, make_user
from tests.leads.page_client import htmx, signed_in, text_of
from tests.leads.test_inbox_page import names

pytestmark = pytest.mark.django_db

QUERY = "queue=mine&sort=score&source=Webinar"


@pytest.fixture
def lead(small_model: ScoringVersion) -> User:
    return make_user("lead")


@pytest.fixture
def team(lead: User) -> Team:
    return make_team("Inbound", lead=lead)


@pytest.fixture
def sdr(team: Team) -> User:
    return make_rep("sdr", team=team).user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def test_a_view_is_kept_and_listed(page: Client, sdr: User) -> None:
    response = page.post(f"/inbox/views/save/?{QUERY}&state=bogus&after=x", {"name": "Webinars"})

    assertRedirects(response, f"/inbox/?{QUERY}")
    [kept] = SavedView.objects.all()
    assert (kept.user, kept.name, kept.query, kept.team) == (sdr, "Webinars", QUERY, None)
    content = " ".join(page.get(f"/inbox/?{QUERY}").content.decode().split())
    assert (
        '<a href="/inbox/?queue=mine&amp;sort=score&amp;source=Webinar" aria-current="true"> Webinars'
        in content
    )


def test_a_dialog_that_keeps_a_view_leads_to_it(page: Client, sdr: User) -> None:
    response = page.post(f"/inbox/views/save/?{QUERY}", {"name": "Webinars"}, **htmx("dialog"))

    assert response.headers["HX-Redirect"] == f"/inbox/?{QUERY}"


def test_the_same_name_again_replaces_the_view(sdr: User) -> None:
    save_view("Mine", "queue=mine", by=sdr)
    save_view("Mine", "queue=all", by=sdr)

    assert [view.query for view in SavedView.objects.all()] == ["queue=all"]


def test_a_view_needs_a_name(page: Client) -> None:
    response = page.post("/inbox/views/save/", {"name": " "})

    assert response.status_code == 422
    assert not SavedView.objects.exists()


def test_a_lead_shares_a_view_with_the_team(lead: User, team: Team, page: Client) -> None:
    signed_in(lead).post("/inbox/views/save/?queue=team&grade=A", {"name": "Top ones", "team": team.pk})

    assert "Top ones Inbound" in text_of(page.get("/inbox/"))
    assert "Delete the view Top ones" not in text_of(page.get("/inbox/"))
    other = make_rep("far", team=make_team("Far")).user
    assert "Top ones" not in text_of(signed_in(other).get("/inbox/"))


def test_mine_in_a_shared_view_is_the_readers_own(lead: User, team: Team, sdr: User, page: Client) -> None:
    view = save_view("Own", "queue=mine", by=lead, team=team)
    make_mql(first_name="Ada")

    assert names(page.get(f"/inbox/?{view.query}").content) == ["Ada"]
    assert names(signed_in(lead).get(f"/inbox/?{view.query}").content) == []
    assert "are those of whoever reads them" in text_of(page.get("/inbox/"))


def test_a_link_shows_a_colleague_the_same_list(lead: User, sdr: User, page: Client) -> None:
    make_mql(first_name="Ada")
    link = f"/inbox/?queue=mine&of={sdr.pk}"
    assert f'href="{link.replace("&", "&amp;")}"' in page.get("/inbox/?queue=mine").content.decode()

    response = signed_in(lead).get(link)

    assert names(response.content) == names(page.get(link).content) == ["Ada"]
    assert "“Mine” and “My team” are those of sdr" in text_of(response)
    assert f"queue=mine&amp;of={sdr.pk}" in response.content.decode()
    assert "are those of sdr" not in text_of(page.get(link))


def test_a_link_shows_nothing_that_its_reader_may_not_see(sdr: User) -> None:
    make_mql(first_name="Ada")
    stranger = make_rep("far", team=make_team("Far")).user

    response = signed_in(stranger).get(f"/inbox/?queue=mine&of={sdr.pk}")

    assert names(response.content) == []


def test_a_view_that_is_kept_from_a_colleagues_link_is_of_whoever_reads_it(lead: User, sdr: User) -> None:
    signed_in(lead).post(f"/inbox/views/save/?queue=mine&of={sdr.pk}", {"name": "Own"})

    assert SavedView.objects.get().query == "queue=mine"


@pytest.mark.parametrize("of", ["x", "0", "99999999", "²", "9" * 30])
def test_a_link_of_nobody_is_ones_own(page: Client, of: str) -> None:
    make_mql(first_name="Ada")

    assert names(page.get("/inbox/", {"queue": "mine", "of": of}).content) == ["Ada"]


def test_only_who_leads_a_team_shares_with_it(page: Client, sdr: User, team: Team) -> None:
    assert "Share with" not in text_of(page.get("/inbox/views/save/"))

    page.post("/inbox/views/save/", {"name": "Mine", "team": team.pk})

    assert SavedView.objects.get().team is None
    with pytest.raises(Forbidden):
        save_view("Theirs", "", by=sdr, team=team)


def test_a_lead_shares_with_no_team_of_others(lead: User, team: Team) -> None:
    response = signed_in(lead).post("/inbox/views/save/", {"name": "X", "team": make_team("Far").pk})

    assert response.status_code == 422
    assert not SavedView.objects.exists()


def test_too_many_views_are_refused(sdr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    save_view("One", "", by=sdr)
    save_view("One", "queue=all", by=sdr)

    with pytest.raises(Forbidden):
        save_view("Two", "", by=sdr)


def test_a_view_of_ones_own_is_forgotten(page: Client, sdr: User) -> None:
    view = save_view("Mine", "", by=sdr)

    response = page.post(f"/inbox/views/{view.pk}/delete/", {"next": "/inbox/?queue=all"})

    assertRedirects(response, "/inbox/?queue=all")
    assert not SavedView.objects.exists()


def test_nobody_forgets_a_view_of_somebody_else(page: Client, lead: User, team: Team) -> None:
    view = save_view("Theirs", "", by=lead, team=team)

    assert page.post(f"/inbox/views/{view.pk}/delete/").status_code == 404
    assert page.get(f"/inbox/views/{view.pk}/delete/").status_code == 405
    assert SavedView.objects.exists()


def test_a_view_goes_with_its_user(sdr: User) -> None:
    save_view("Mine", "", by=sdr)
    Rep.objects.filter(user=sdr).delete()

    sdr.delete()

    assert not SavedView.objects.exists()
