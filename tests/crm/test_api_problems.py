"""Every error is a problem that says what is wrong: nothing that is sent becomes an error of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.test import APIClient

from crm.api.problems import server_error
from crm.models import Contact
from tests.api_client import api_client, pointers

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts/"


@pytest.fixture
def api() -> APIClient:
    return api_client()


def assert_problem(response: Any, status: int) -> None:
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (response.status_code, body["status"]) == (status, status)
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"{'email': 'a@b.example'}",
        b'{"email": "a@b.example", "properties": {"n": NaN}}',
        b'{"email": "a@b.example", "properties": {"n": 1e999}}',
        b'{"email": "a@b.example", "properties": {"n": ' + b"1" * 5000 + b"}}",
        b'{"email": "\xff@b.example"}',
        b"\x00",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'"text"',
        b"null",
        b"7",
        '{"email": "a@b.example"}'.encode("utf-16"),
    ],
    ids=lambda body: str(body[:30]),
)
def test_a_body_that_cannot_be_read_is_a_problem(api: APIClient, body: bytes) -> None:
    response = api.generic("POST", CONTACTS, body, content_type="application/json")

    assert_problem(response, 400)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("charset", ["utf-16", "zlib", "rot13", "no-such-charset"])
def test_a_body_is_utf_8_whatever_charset_is_named(api: APIClient, charset: str) -> None:
    response = api.generic(
        "POST",
        CONTACTS,
        '{"email": "ünïcode@b.example"}'.encode(),
        content_type=f"application/json; charset={charset}",
    )

    assert response.status_code == 201
    assert Contact.objects.get().email == "ünïcode@b.example"


def test_a_byte_order_mark_does_no_harm(api: APIClient) -> None:
    response = api.generic(
        "POST", CONTACTS, b'\xef\xbb\xbf{"email": "a@b.example"}', content_type="application/json"
    )

    assert response.status_code == 201


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_body_that_is_not_json_is_named_by_its_type(api: APIClient, content_type: str) -> None:
    response = api.generic("POST", CONTACTS, b"email=a@b.example", content_type=content_type)

    assert_problem(response, 415)


def test_a_body_over_the_limit_is_refused(api: APIClient) -> None:
    body = b'{"email": "a@b.example", "first_name": "' + b"x" * (5 * 1024 * 1024) + b'"}'

    response = api.generic("POST", CONTACTS, body, content_type="application/json")

    assert_problem(response, 413)
    assert "5 MB" in response.json()["detail"]


def test_a_body_below_the_limit_is_read(api: APIClient) -> None:
    response = api.post(CONTACTS, {"email": "a@b.example", "first_name": "x" * (5 * 1024 * 1024 - 100)})

    assert (response.status_code, pointers(response)) == (400, ["/first_name"])


@pytest.mark.parametrize(
    "path",
    [
        f"{CONTACTS}999999/",
        f"{CONTACTS}{2**63}/",
        f"{CONTACTS}{10**40}/",
        f"{CONTACTS}nobody/",
        "/api/v1/contacts",
        "/api/v1/nowhere/",
        "/api/v1/contacts/%0A/",
        "/api/v1/",
        "/api/v1/activities/999999/",
        "/api/v1/companies/999999/",
        "/api/v1/mqls/999999/",
    ],
)
def test_an_address_of_nothing_is_a_problem(api: APIClient, path: str) -> None:
    assert_problem(api.get(path), 404)


@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/v1/nowhere/"])
def test_a_post_to_an_address_of_nothing_is_a_problem_and_no_redirect(api: APIClient, path: str) -> None:
    assert_problem(api.post(path, {"email": "a@b.example"}), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", CONTACTS),
        ("delete", CONTACTS),
        ("patch", f"{CONTACTS}1/"),
        ("post", f"{CONTACTS}1/"),
        ("put", f"{CONTACTS}1/score/"),
        ("post", f"{CONTACTS}1/score/"),
        ("post", "/api/v1/mqls/"),
        ("delete", "/api/v1/activities/1/"),
        ("options", CONTACTS),
    ],
)
def test_what_an_address_does_not_do_is_a_problem_that_says_what_it_does(
    api: APIClient, method: str, path: str
) -> None:
    response = getattr(api, method)(path, {})

    assert_problem(response, 405)
    assert "GET" in response.headers["Allow"]


def test_an_answer_in_another_form_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get(CONTACTS, headers={"Accept": "text/csv"}), 406)


def test_an_error_of_ours_is_a_problem_below_api_and_a_page_elsewhere() -> None:
    below = server_error(RequestFactory().get("/api/v1/contacts/"))
    elsewhere = server_error(RequestFactory().get("/inbox/"))

    assert (below.status_code, below["Content-Type"]) == (500, "application/problem+json")
    assert (elsewhere.status_code, elsewhere["Content-Type"]) == (500, "text/html; charset=utf-8")
