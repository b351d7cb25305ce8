"""Who may ask the API what: keys with their scopes, and people by their session."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from crm.models import ApiKey, Contact, Scope
from crm.models.apikey import create_key
from tests.api_client import api_client
from tests.factories import make_user

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts/"
BODY = {"email": "ada@acme.example"}


def asked_with(header: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    return client.get(CONTACTS)


def test_nothing_is_told_without_a_key() -> None:
    response = APIClient().get(CONTACTS)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="handoff"'
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer hk_wrong", "Bearer a b", "bearer \xff", "Bearer hk_\x01"]
)
def test_what_is_no_key_opens_nothing(header: str) -> None:
    response = asked_with(header)

    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_key_that_is_revoked_or_expired_opens_nothing() -> None:
    now = timezone.now()
    revoked, revoked_key = create_key("Revoked", [Scope.READ])
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=now)
    _, expired_key = create_key("Expired", [Scope.READ], expires_at=now - timedelta(seconds=1))
    _, good_key = create_key("Good", [Scope.READ], expires_at=now + timedelta(hours=1))

    answers = [asked_with(f"Bearer {key}").status_code for key in (revoked_key, expired_key, good_key)]

    assert answers == [401, 401, 200]


def test_the_scheme_is_known_in_any_case() -> None:
    _, key = create_key("Website", [Scope.READ])

    assert asked_with(f"bearer {key}").status_code == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("read", 200, 403), ("write:facts", 403, 201), ("write:work", 403, 403), ("admin", 200, 201)],
)
def test_a_key_may_do_what_its_scopes_say(scope: str, reads: int, writes: int) -> None:
    client = api_client(scope)

    assert client.get(CONTACTS).status_code == reads
    assert client.post(CONTACTS, BODY).status_code == writes
    assert Contact.objects.exists() == (writes == 201)


def test_a_missing_scope_is_named() -> None:
    response = api_client("read").post(CONTACTS, BODY)

    assert response.headers["Content-Type"] == "application/problem+json"
    assert 'error="insufficient_scope", scope="write:facts"' in response.headers["WWW-Authenticate"]
    assert "write:facts" in response.json()["detail"]


def test_the_use_of_a_key_is_noted_once_a_minute() -> None:
    client = api_client("read", name="Website")
    key = ApiKey.objects.get(name="Website")
    client.get(CONTACTS)
    first = ApiKey.objects.get(pk=key.pk).last_used_at

    client.get(CONTACTS)
    again = ApiKey.objects.get(pk=key.pk).last_used_at
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now() - timedelta(minutes=2))
    client.get(CONTACTS)
    later = ApiKey.objects.get(pk=key.pk).last_used_at

    assert first is not None
    assert again == first
    assert later is not None
    assert later > first


def test_a_person_reads_by_session_and_does_not_write() -> None:
    client = Client()
    client.force_login(make_user())

    assert client.get(CONTACTS).status_code == 200
    assert client.post(CONTACTS, BODY, content_type="application/json").status_code == 403
    assert not Contact.objects.exists()


def test_staff_writes_by_session_and_the_move_is_theirs() -> None:
    marketer = make_user(is_staff=True)
    client = Client()
    client.force_login(marketer)

    response = client.post(CONTACTS, BODY, content_type="application/json")

    assert response.status_code == 201
    assert Contact.objects.get().stage_changes.get().by == marketer


def test_a_session_writes_only_with_its_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_staff=True))

    response = client.post(CONTACTS, BODY, content_type="application/json")

    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "CSRF" in response.json()["detail"]


def test_a_key_needs_no_csrf_token() -> None:
    _, key = create_key("Website", [Scope.WRITE_FACTS])
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})

    assert client.post(CONTACTS, BODY, content_type="application/json").status_code == 201


def test_a_wrong_key_is_not_helped_by_a_session() -> None:
    client = Client(headers={"Authorization": "Bearer hk_wrong"})
    client.force_login(make_user(is_staff=True))

    assert client.get(CONTACTS).status_code == 401


def test_the_browser_shows_pages_to_whoever_is_signed_in() -> None:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(make_user(is_staff=True))
    client.post(CONTACTS, BODY, content_type="application/json")

    listed = client.get(CONTACTS)
    missing = client.get(f"{CONTACTS}999999/")

    assert listed.headers["Content-Type"].startswith("text/html")
    assert "ada@acme.example" in listed.content.decode()
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "scopes", [["--scope", "read", "--scope", "write:facts"], ["--scope", "read", "write:facts"]]
)
def test_the_shell_makes_a_key_and_prints_it_alone_on_the_last_line(scopes: list[str]) -> None:
    out = StringIO()

    call_command("api_key", "create", "Website", *scopes, stdout=out, stderr=StringIO())

    key = out.getvalue().splitlines()[-1]
    assert asked_with(f"Bearer {key}").status_code == 200
    assert set(ApiKey.objects.get().scopes) == {"read", "write:facts"}


@pytest.mark.parametrize(
    "words",
    [
        ["Website"],
        ["Website", "--scope", "everything"],
        ["", "--scope", "read"],
        ["x" * 121, "--scope", "read"],
    ],
)
def test_the_shell_refuses_a_key_without_a_name_or_a_known_scope(words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_key", "create", *words)

    assert not ApiKey.objects.exists()


def test_the_shell_refuses_a_second_key_of_one_name() -> None:
    create_key("Website", [Scope.READ])

    with pytest.raises(CommandError, match="another name"):
        call_command("api_key", "create", "Website", "--scope", "read")

    assert ApiKey.objects.count() == 1
