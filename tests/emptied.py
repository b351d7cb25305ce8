"""The tables emptied after a test with real commits, in a fiftieth of the time that Django takes for it.

Django truncates every table and then has all that follows a migration done anew: a second for each such test. Here only
what holds rows is emptied, past all triggers, and what migrations and their signals put in is put back from copies that
were made when the database was.
"""

from __future__ import annotations

from django.db import connection
from django.test import TransactionTestCase

KEPT = ("django_content_type", "auth_permission", "django_migrations")
"""What no test changes."""
COPIES = "as_migrated"

COPY = f"""
    DO $$
    DECLARE
        each text;
    BEGIN
        CREATE SCHEMA {COPIES};
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE {COPIES}.%1$I AS TABLE public.%1$I', each);
        END LOOP;
    END $$
"""
EMPTY = f"""
    DO $$
    DECLARE
        each record;
        held boolean;
        columns text;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s) LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%%I)', each.name) INTO held;
            IF held THEN
                EXECUTE format('DELETE FROM public.%%I', each.name);
            END IF;
            EXECUTE format('SELECT EXISTS (SELECT FROM {COPIES}.%%I)', each.name) INTO held;
            IF held THEN
                SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
                WHERE attrelid = format('public.%%I', each.name)::regclass
                AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
                EXECUTE format(
                    'INSERT INTO public.%%1$I (%%2$s) OVERRIDING SYSTEM VALUE SELECT %%2$s FROM {COPIES}.%%1$I',
                    each.name, columns
                );
            END IF;
        END LOOP;
    END $$
"""


def keep_copies() -> None:
    """Copy what a new database holds. Where triggers may not be passed by, Django goes on emptying it its own way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(COPY)
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[method-assign]


def _empty(_: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [list(KEPT)])
