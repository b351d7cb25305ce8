"""The settings file under different environments. It is run afresh, beside the settings the tests stand on."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm import environment

KEY = "k" * 60
PRODUCTION = {
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "handoff.example, other.example",
    "EMAIL_URL": "smtp+tls://mailer:pass%2Fword@mail.example:587",
    "DATABASE_URL": "postgres://handoff:secret@db.example:5433/leads?sslmode=require",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the settings file with these variables and no others."""

    def run(**variables: str) -> dict[str, Any]:
        for name in environment.NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(Path(settings.BASE_DIR) / "crm" / "settings.py"))

    return run


def test_without_any_variable_it_is_a_development_machine_on_the_embedded_server(read: Any) -> None:
    values = read()

    assert values["DEBUG"] is True
    assert values["DATABASES"]["default"]["ENGINE"] == "crm.embedded"
    assert values["EMAIL_FILE_PATH"].endswith("var/mail")
    assert values["SECURE_SSL_REDIRECT"] is False


def test_a_secret_key_turns_production_on(read: Any) -> None:
    values = read(**PRODUCTION)

    assert values["DEBUG"] is False
    assert values["ALLOWED_HOSTS"] == ["handoff.example", "other.example"]
    assert values["SECURE_SSL_REDIRECT"] is True
    assert values["SECURE_HSTS_SECONDS"] == 31_536_000
    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["CSRF_COOKIE_SECURE"] is True
    assert "Manifest" in values["STORAGES"]["staticfiles"]["BACKEND"]


def test_database_and_mail_urls_are_taken_apart(read: Any) -> None:
    values = read(**PRODUCTION)

    database = values["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "leads")
    assert (database["USER"], database["PASSWORD"]) == ("handoff", "secret")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert (values["EMAIL_HOST"], values["EMAIL_PORT"]) == ("mail.example", 587)
    assert values["EMAIL_HOST_PASSWORD"] == "pass/word"
    assert values["EMAIL_USE_TLS"] is True


def test_the_pool_replaces_persistent_connections(read: Any) -> None:
    pooled = read(DATABASE_POOL="on", DATABASE_POOL_SIZE="7")["DATABASES"]["default"]
    persistent = read()["DATABASES"]["default"]

    assert pooled["OPTIONS"]["pool"]["max_size"] == 7
    assert "CONN_MAX_AGE" not in pooled
    assert "pool" not in persistent.get("OPTIONS", {})
    assert persistent["CONN_MAX_AGE"] == 600


def test_an_empty_variable_counts_as_not_set(read: Any) -> None:
    assert read(WORKERS="", SECRET_KEY=" ")["Q_CLUSTER"]["workers"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "sqlite:///leads.db"),
        ("DATABASE_URL", "postgres://host:port/leads"),
        ("DATABASE_URL", "leads"),
        ("DATABASE_URL", "postgres://handoff@host"),
        ("DATABASE_POOL", "2"),
        ("DATABASE_POOL_SIZE", "0"),
        ("REDIS_URL", "localhost:6379"),
        ("WORKERS", "many"),
        ("WORKERS", "-1"),
        ("EMAIL_URL", "mail.example"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc"),
        ("SLA_MINUTES", "0"),
        ("WORKDAY_START", "9 o'clock"),
        ("WORKDAY_START", "09:00+02:00"),
        ("WORKDAY_END", "08:30"),
        ("WORKDAY_END", "24:30"),
        ("WORKDAYS", "monday"),
        ("SITE_URL", "handoff.example"),
        ("HTTPS_REDIRECT", "yes please"),
        ("HSTS_SECONDS", "a year"),
        ("TRUST_PROXY", "10.0.0.1"),
        ("LOG_LEVEL", "loud"),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_variable(read: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}: "):
        read(**{name: value})


@pytest.mark.parametrize("missing", ["SECRET_KEY", "EMAIL_URL"])
def test_production_does_not_start_without(read: Any, missing: str) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}

    with pytest.raises(ImproperlyConfigured, match=f"^{missing}: "):
        read(**variables, DEBUG="off")


def test_a_refused_url_does_not_show_its_password(read: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read(DATABASE_URL="mysql://handoff:hunter2@db.example/leads")

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_env_file_gives_what_the_environment_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKERS", "3")
    # Set and taken away again, so that it is taken away after the test too.
    monkeypatch.setenv("LOG_LEVEL", "error")
    monkeypatch.delenv("LOG_LEVEL")
    (tmp_path / ".env").write_text("# local\nWORKERS=5\nLOG_LEVEL=warning\n")

    environment.load_file(tmp_path / ".env")

    assert environment.whole_number("WORKERS", 2, at_least=1, at_most=64) == 3
    assert environment.text("LOG_LEVEL") == "warning"
