"""The application's own database role: all of the work, and no way to alter the audit trail."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from crm.who import by_command
from scoring.models import Rule, ScoringVersion
from scoring.publish import publish
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL, make_contact


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def role(db: None) -> str:
    """A role that may sign in, and nothing else. It goes with the test's transaction."""
    name = f"handoff_application_{os.getpid()}"
    run(f"CREATE ROLE {name} LOGIN")
    return name


@pytest.fixture
def as_application(role: str) -> Iterator[None]:
    call_command("grant_application", role, verbosity=0)
    run(f"SET LOCAL ROLE {role}")
    yield
    run("RESET ROLE")


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE scoring_ruleevent SET points = 0",
        "DELETE FROM scoring_ruleevent",
        "TRUNCATE scoring_ruleevent",
        "DROP TABLE scoring_ruleevent",
        "ALTER TABLE scoring_ruleevent DISABLE TRIGGER ALL",
        "ALTER TABLE scoring_rule DISABLE TRIGGER ALL",
        "ALTER TABLE scoring_ruleevent RENAME TO elsewhere",
        "ALTER FUNCTION public._pgtrigger_should_ignore RENAME TO elsewhere",
        "CREATE TRIGGER mine AFTER INSERT ON scoring_ruleevent EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE TABLE public.mine ()",
        "SET LOCAL session_replication_role = replica",
        "TRUNCATE scoring_rule CASCADE",
        "UPDATE django_migrations SET name = ''",
    ],
)
def test_the_application_cannot_alter_the_trail(as_application: None, attempt: str) -> None:
    with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"):
        run(attempt)


def test_what_the_application_writes_leaves_its_event(as_application: None) -> None:
    publish(save_draft(SMALL_MODEL, by=None, at=NOW), by=None, at=NOW)
    make_contact("vera@example.org")

    assert Rule.pgh_event_model.objects.filter(pgh_label="insert").count() == len(SMALL_MODEL.rules)
    assert ScoringVersion.pgh_event_model.objects.filter(status="published").exists()


def test_it_is_granted_from_the_shell(role: str) -> None:
    with by_command(["grant_application", role]):
        call_command("grant_application", role, verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'scoring_ruleevent', 'INSERT')", [role])
        assert cursor.fetchone() == (True,)


def test_granting_again_takes_back_what_is_too_much(role: str) -> None:
    call_command("grant_application", role, verbosity=0)
    run(f"GRANT ALL ON scoring_ruleevent TO {role}")

    call_command("grant_application", role, verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(privilege_type::text ORDER BY 1) FROM information_schema.table_privileges"
            " WHERE grantee = %s AND table_name = 'scoring_ruleevent'",
            [role],
        )
        assert cursor.fetchone() == (["INSERT", "SELECT"],)


def test_a_role_that_is_not_there_is_named_with_the_mend(db: None) -> None:
    with pytest.raises(CommandError, match=r"there is no database role “nobody_here” \(CREATE ROLE"):
        call_command("grant_application", "nobody_here")


def test_an_owner_or_superuser_is_refused(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]

    with pytest.raises(CommandError, match="whom no grant binds"):
        call_command("grant_application", owner)


def test_a_member_of_the_owners_role_is_refused(role: str) -> None:
    run(f"DO $$ BEGIN EXECUTE format('GRANT %I TO {role}', current_user); END $$")

    with pytest.raises(CommandError, match="whom no grant binds"):
        call_command("grant_application", role)
