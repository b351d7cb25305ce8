"""The commands of docs/api.md do what the page says."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from django.conf import settings

from crm.models import Contact
from scoring.models import ScoringVersion
from tests.api_client import api_client
from tests.factories import make_contact, publish_small_model

pytestmark = pytest.mark.django_db
PAGE = (settings.BASE_DIR / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"```sh\n(curl .*?)```", PAGE, re.DOTALL)
SHAPES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def run(command: str, **variables: Any) -> Any:
    """Ask the API what the `curl` command asks."""
    for name, value in variables.items():
        command = command.replace(f"${name}", str(value))
    _, address, *options = shlex.split(command)
    body = options[options.index("-d") + 1] if "-d" in options else None
    api = api_client()
    if body is None:
        return api.get(address)
    return api.post(address, body, content_type="application/json")


@pytest.fixture
def small_model() -> ScoringVersion:
    return publish_small_model()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.split()[1])
def test_every_command_of_the_page_works(command: str, small_model: ScoringVersion) -> None:
    contact = make_contact("vp@acme.example")

    response = run(command, HANDOFF="/api/v1", KEY="", ID=contact.pk)

    assert response.status_code == 200, response.json()
    assert all(result.get("status") != "rejected" for result in response.json().get("results", []))


def test_the_contact_that_the_page_sends_is_recorded_with_its_company() -> None:
    response = run(COMMANDS[0], HANDOFF="/api/v1", KEY="")

    assert response.status_code == 201
    company = Contact.objects.get().company
    assert company is not None
    assert (company.name, company.domain, company.employees) == ("Acme", "acme.example", 400)


def test_the_problem_that_the_page_shows_is_the_one_that_comes() -> None:
    response = api_client().post(
        "/api/v1/contacts/", {"email": "ada@acme.example", "created_at": "2026-03-01T09:00:00"}
    )

    assert response.json() == SHAPES[1]


def test_the_answers_that_the_page_shows_are_those_that_come() -> None:
    response = api_client().post("/api/v1/contacts/", [{"email": "ada@acme.example"}, {}])

    created, rejected = response.json()["results"]
    assert {**created, "id": 17} == SHAPES[0]["results"][0]
    assert rejected == SHAPES[0]["results"][1]
