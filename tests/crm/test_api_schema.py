"""The schema says what the API does, and its examples are true."""

from __future__ import annotations

import json
from functools import cache
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api_client import api_client

pytestmark = pytest.mark.django_db


@cache
def schema() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Client().get("/api/v1/schema/?format=json").content)
    return read


def test_the_schema_is_made_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_schema_and_reference_are_read_without_a_key() -> None:
    client = Client()

    reference = client.get("/api/v1/docs/")

    assert client.get("/api/v1/schema/").status_code == 200
    assert reference.status_code == 200
    assert "/static/drf_spectacular_sidecar/" in reference.content.decode()


def test_the_reference_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs/").content.decode()

    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/contacts/", {"get", "post"}),
        ("/api/v1/contacts/{id}/", {"get"}),
        ("/api/v1/contacts/{id}/score/", {"get"}),
        ("/api/v1/companies/", {"get", "post"}),
        ("/api/v1/companies/{id}/", {"get"}),
        ("/api/v1/activities/", {"get", "post"}),
        ("/api/v1/activities/{id}/", {"get"}),
        ("/api/v1/mqls/", {"get"}),
        ("/api/v1/mqls/{id}/", {"get"}),
    ],
)
def test_every_address_is_described_with_its_problems_and_its_key(path: str, methods: set[str]) -> None:
    described = schema()["paths"][path]

    assert set(described) == methods
    for operation in described.values():
        assert {"apiKey": []} in operation["security"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]


@pytest.mark.parametrize("path", ["/api/v1/contacts/", "/api/v1/companies/", "/api/v1/activities/"])
def test_every_example_of_a_body_is_taken(path: str) -> None:
    examples = schema()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    api = api_client()

    answers = [api.post(path, example["value"]) for example in examples.values()]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert all(result["status"] != "rejected" for result in answers[1].json()["results"])


@pytest.mark.parametrize("shape", ["ContactIn", "CompanyIn", "ActivityIn"])
def test_the_schema_says_that_other_fields_are_refused(shape: str) -> None:
    assert schema()["components"]["schemas"][shape]["additionalProperties"] is False
