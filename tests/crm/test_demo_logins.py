"""The demo password opens nothing in production."""

import runpy

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from crm.demo_logins import DEMO_LOGINS, DEMO_PASSWORD, refuse_demo_passwords
from crm.models import User


@pytest.fixture
def demo_user(db: None) -> User:
    return User.objects.create_user("sdr", password=DEMO_PASSWORD)


def found_by_check() -> list[str]:
    messages = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return [str(message.msg) for message in messages if message.id == "crm.E001"]


# The start looks from a connection of its own, which sees what is committed only.
@pytest.mark.django_db(transaction=True)
def test_production_does_not_start_while_a_demo_user_has_the_demo_password(
    demo_user: User, settings: Settings
) -> None:
    settings.DEBUG = False

    with pytest.raises(ImproperlyConfigured, match="sdr"):
        refuse_demo_passwords()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("module", ["crm.asgi", "crm.wsgi"])
def test_neither_application_can_be_loaded_then(
    demo_user: User, settings: Settings, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    settings.DEBUG = False
    # Loading the application sets it for the process, which here goes on to other tests.
    monkeypatch.setenv("DATABASE_POOL", "off")

    with pytest.raises(ImproperlyConfigured, match="sdr"):
        runpy.run_module(module)


@pytest.mark.django_db(transaction=True)
def test_production_starts_once_the_password_is_another(demo_user: User, settings: Settings) -> None:
    settings.DEBUG = False
    demo_user.set_password("another one entirely")
    demo_user.save(update_fields=["password"])

    refuse_demo_passwords()


@pytest.mark.django_db(transaction=True)
def test_development_starts_with_the_demo_password(demo_user: User, settings: Settings) -> None:
    settings.DEBUG = True

    refuse_demo_passwords()


def test_the_check_names_each_demo_user_with_the_demo_password(demo_user: User, settings: Settings) -> None:
    settings.DEBUG = False
    User.objects.create_user("admin", password=DEMO_PASSWORD)
    User.objects.create_user("lead", password="her own")
    User.objects.create_user("marketer", password=DEMO_PASSWORD, is_active=False)

    assert found_by_check() == [f"The user {name} still has the demo password." for name in ("admin", "sdr")]


def test_migrate_refuses_as_well(demo_user: User, settings: Settings) -> None:
    settings.DEBUG = False

    with pytest.raises(SystemCheckError, match="sdr"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_the_check_is_silent_in_development(demo_user: User, settings: Settings) -> None:
    settings.DEBUG = True

    assert found_by_check() == []


def test_the_demo_users_are_the_four_that_the_documents_name() -> None:
    assert sorted(DEMO_LOGINS) == ["admin", "lead", "marketer", "sdr"]
