"""What every page's answer goes through."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseFileResponse

from crm.middleware import whole_files
from crm.models import User
from tests.factories import make_user


@pytest.fixture
def user(db: None) -> User:
    return make_user("ada")


@pytest.fixture
def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_pages_load_nothing_from_elsewhere_and_run_no_script_in_their_text(page: Client) -> None:
    response = page.get("/inbox/")

    policy = response["Content-Security-Policy"]
    content = response.content.decode()
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "<script>" not in content
    assert " style=" not in content
    assert " onclick=" not in content
    assert "https://" not in content


def test_the_admin_keeps_its_own_scripts(db: None) -> None:
    client = Client()
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))

    assert "Content-Security-Policy" not in client.get("/admin/").headers


def test_htmx_is_sent_to_sign_in_as_a_page(client: Client, db: None) -> None:
    response = client.get("/inbox/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=/inbox/"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_whoever_signs_in_again_comes_back_to_the_page_and_not_to_the_form(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    page = "http://testserver/inbox/7/?queue=team"

    response = client.post("/inbox/7/accept/", headers={"Referer": page, **headers})

    where = response.headers.get("HX-Redirect") or response.headers["Location"]
    assert where == "/login/?next=/inbox/7/%3Fqueue%3Dteam"


def test_htmx_is_given_a_message_where_nothing_is(page: Client) -> None:
    response = page.get("/inbox/999999/", headers={"HX-Request": "true", "HX-Target": "mql-pane"})

    assert response.status_code == 404
    assert response["HX-Retarget"] == "#messages"
    assert "That is not here any more" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_without_htmx_the_page_says_that_nothing_is_there(page: Client) -> None:
    response = page.get("/inbox/999999/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_page_of_another_site_is_not_gone_back_to(page: Client, user: User) -> None:
    response = page.post("/notifications/read/", headers={"Referer": "https://evil.example/"})

    assert response["Location"] == "/notifications/"


def test_a_failure_of_ours_is_said_plainly(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.views.listing.sizes", lambda *asked, **at: 1 / 0)
    page.raise_request_exception = False

    whole = page.get("/inbox/")
    fragment = page.get("/inbox/", headers={"HX-Request": "true", "HX-Target": "mql-list"})

    assert (whole.status_code, fragment.status_code) == (500, 500)
    assert "Something failed on our side" in whole.content.decode()
    assert "Something failed on our side" in fragment.content.decode()
    assert fragment["HX-Retarget"] == "#messages"


def test_a_static_file_is_handed_over_whole_with_its_headers() -> None:
    def static_file(request: HttpRequest) -> Any:
        return WhiteNoiseFileResponse(BytesIO(b"a { b: c }"), headers={"Cache-Control": "public"})

    response = whole_files(static_file)(RequestFactory().get("/static/a.css"))

    assert not response.streaming
    assert response.content == b"a { b: c }"
    assert response["Cache-Control"] == "public"
