"""What load balancers and process managers ask."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings


def test_liveness_asks_no_database(client: Client) -> None:
    # Without the mark `django_db` any query would fail this test.
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readiness_tells_that_database_and_migrations_are_fine(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")

    with django_assert_max_num_queries(4):
        answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "oldest_due_job_seconds": 0.0,
    }


@pytest.mark.django_db
def test_readiness_fails_while_a_migration_is_missing(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="crm", name="0001_initial").delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["migrations"] == "1 missing: run manage.py migrate"


@pytest.mark.django_db(transaction=True)
def test_readiness_fails_without_a_database(client: Client) -> None:
    connection.close()
    connection.settings_dict["NAME"], name = "no_such_database", connection.settings_dict["NAME"]
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name

    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")


@pytest.mark.django_db
def test_readiness_tells_how_long_the_oldest_due_job_waits(client: Client) -> None:
    now = timezone.now()
    OrmQ.objects.create(key="handoff", payload="", lock=now - timedelta(seconds=90))
    OrmQ.objects.create(key="handoff", payload="", lock=now + timedelta(seconds=600))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert 90 <= answer.json()["oldest_due_job_seconds"] < 120


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_by_address_without_tls_is_answered(client: Client, settings: Settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["handoff.example"]
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get(path, headers={"host": "10.0.0.7:8000"})

    assert answer.status_code == 200
