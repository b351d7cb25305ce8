"""The database role that the application runs as in production: it works with every table and owns none.

Whoever owns a table can drop its triggers, and with them the audit trail. So migrations run as the owner, and web
server and worker as a role that reads and writes rows, adds to the trail, and can change neither it nor any table.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from crm.errors import FieldError, Invalid
from crm.trail import event_models

ONLY_READ = ("django_migrations", "pghistory_context")
"""What changes with migrations alone, or not at all."""

MAINTAINED_SINCE = 170_000
"""The PostgreSQL that lets others than the owner be granted ANALYZE, with which a large import ends."""


@transaction.atomic
def grant(role: str) -> None:
    """Give `role` what the application needs, and take from it whatever is more. The same again changes nothing.

    Call it as the owner of the tables, after every migration. Raises Invalid where there is no such role, or one beyond
    all grants: a superuser, the owner, or a member of either.
    """
    _refuse_unless_bound(role)
    trail = sorted(model._meta.db_table for model in event_models())
    tables = sorted(set(connection.introspection.table_names()) - {*trail, *ONLY_READ})
    schema = sql.SQL("SCHEMA {}").format(sql.Identifier(_schema()))
    _run(role, "REVOKE ALL ON ALL TABLES IN {on} FROM {role}", schema)
    _run(role, "REVOKE CREATE ON {on} FROM {role}, PUBLIC", schema)
    _run(role, "GRANT USAGE ON {on} TO {role}", schema)
    _run(role, "GRANT USAGE, SELECT ON ALL SEQUENCES IN {on} TO {role}", schema)
    _run(role, "GRANT CONNECT, TEMPORARY ON DATABASE {on} TO {role}", _named([_database()]))
    _run(role, "GRANT SELECT, INSERT, UPDATE, DELETE ON {on} TO {role}", _named(tables))
    if _server() >= MAINTAINED_SINCE:
        _run(role, "GRANT MAINTAIN ON {on} TO {role}", _named(tables))
    _run(role, "GRANT SELECT, INSERT ON {on} TO {role}", _named(trail))
    _run(role, "GRANT SELECT ON {on} TO {role}", _named(ONLY_READ))


def _refuse_unless_bound(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bool_or(boss.rolsuper OR boss.rolname = current_user)
            FROM pg_roles member JOIN pg_roles boss ON pg_has_role(member.oid, boss.oid, 'MEMBER')
            WHERE member.rolname = %s
            """,
            [role],
        )
        (unbound,) = cursor.fetchone()
    if unbound is None:
        raise Invalid(
            FieldError(
                "role", f"there is no database role “{role}”", f"CREATE ROLE {role} LOGIN PASSWORD '…'"
            )
        )
    if unbound:
        raise Invalid(
            FieldError(
                "role",
                f"“{role}” is a superuser, owns the tables, or is a member of such a role, whom no grant binds",
                "make another role for the application, and run this as the owner",
            )
        )


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::integer")
        return int(cursor.fetchone()[0])


def _named(names: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _run(role: str, statement: str, on: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(on=on, role=sql.Identifier(role)))
