"""A large made-up market, written by the database itself: companies, people, and what they did in a year and a half.

Its people are skewed as real ones are: a few did very much, most a little. Everything has been recorded by now, and
nobody is marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tests.bench.rules import CAMPAIGNS, COUNTRIES, INDUSTRIES, SECTIONS, TITLES

CHUNK = 500_000
"""Rows a statement: the checks of a statement's foreign keys wait in memory until it ends."""

KINDS = {
    "page_view": 520, "email_delivered": 125, "email_open": 140, "email_click": 60, "form_submitted": 40,
    "content_downloaded": 40, "webinar_registered": 30, "webinar_attended": 20, "chat": 12, "call": 11,
    "email_unsubscribe": 2,
}  # fmt: skip
"""How many of a thousand activities are of each kind."""
PAGES = [f"{section}/{part}" for section in SECTIONS for part in range(12)]
TALKS = ["contact", "quote", "newsletter", "buyers-guide", "admin-guide", "report", "checklist"]

COMPANIES = """
    INSERT INTO crm_company (
        name, domain, industry, employees, country, properties, external_id, created_at, updated_at
    )
    SELECT 'Company ' || n, 'company' || n || '.example', {industry}, (10 ^ (1 + 3.5 * random()))::int, {country},
           '{{}}', '', now() - interval '600 days', now() - interval '600 days'
    FROM generate_series(1, %(companies)s) n
"""
CONTACTS = """
    INSERT INTO crm_contact (
        email, email_domain, email_type, first_name, last_name, job_title, phone, country, source, utm_source,
        utm_medium, utm_campaign, utm_term, utm_content, stage, recycled_at, sales_consent, sales_consent_ground,
        marketing_consent, marketing_consent_ground, properties, external_id, stage_changed_at, created_at, updated_at,
        company_id
    )
    SELECT 'person' || n || '@company' || company || '.example', 'company' || company || '.example',
           CASE WHEN random() < 0.03 THEN 'academic' ELSE 'business' END, 'First' || n %% 997, 'Last' || n %% 1009,
           {title}, '', {country}, 'Web', 'search', 'cpc', '', '', '',
           CASE WHEN recycled THEN 'nurture' ELSE 'lead' END,
           CASE WHEN recycled THEN now() - random() * interval '200 days' END, '', '', '', '',
           jsonb_build_object('seats', floor(random() * 100)::int), '', entered, entered, entered, company
    FROM (SELECT n, 1 + (n * 7919::bigint) %% %(companies)s AS company, random() < 0.05 AS recycled,
                 now() - interval '550 days' + random() * interval '500 days' AS entered
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) people
"""
ACTIVITIES = """
    INSERT INTO crm_activity (
        contact_id, kind, subject, campaign, occurred_at, recorded_at, source, external_id, automated, properties
    )
    SELECT contact, kind,
           CASE WHEN kind = 'page_view' THEN {page} WHEN kind IN ('form_submitted', 'content_downloaded') THEN {talk}
                ELSE '' END,
           CASE WHEN kind LIKE 'email%%' OR kind = 'content_downloaded' THEN {campaign} || '-2026' ELSE '' END,
           moment, moment, 'web', n::text, random() < 0.03, '{{}}'
    FROM (SELECT n, 1 + floor(%(contacts)s * random() ^ 1.5)::bigint AS contact, {kind} AS kind,
                 now() - interval '540 days' * random() ^ 2 AS moment
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) done
"""
LISTS = {
    "industry": list(INDUSTRIES),
    "country": list(COUNTRIES),
    "title": list(TITLES),
    "page": PAGES,
    "talk": TALKS,
    "campaign": list(CAMPAIGNS),
    "kind": [kind for kind, weight in KINDS.items() for _ in range(weight)],
}
PICKS = {
    name: f"(%({name})s::text[])[1 + floor(random() * {len(values)})::int]" for name, values in LISTS.items()
}


def fill(contacts: int, activities: int) -> None:
    """Write a market of that size, ready to be read: indexed, vacuumed, analysed."""
    companies = max(contacts // 10, 1)
    sizes = {"companies": companies, "contacts": contacts}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(COMPANIES.format(**PICKS), {**LISTS, **sizes})
    with _without_indexes("crm_contact"), _without_indexes("crm_contactversion"):
        _in_chunks(CONTACTS, contacts, sizes)
    with _without_indexes("crm_activity"):
        _in_chunks(ACTIVITIES, activities, sizes)
    settle()


def settle() -> None:
    """Leave no work to autovacuum that it might do during a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _in_chunks(statement: str, rows: int, sizes: dict[str, int]) -> None:
    sql = statement.format(**PICKS)
    for first in range(1, rows + 1, CHUNK):
        with connection.cursor() as cursor:
            span = {"first": first, "last": min(first + CHUNK - 1, rows)}
            cursor.execute(sql, {**LISTS, **sizes, **span})


@contextmanager
def _without_indexes(table: str) -> Iterator[None]:
    """Drop what each row would pay for, and make it again in one go afterwards, exactly as it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', %(table)s, conname),
                   format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', %(table)s, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('f', 'u')
            UNION ALL
            SELECT format('DROP INDEX %%I', i.indexrelid::regclass::text), pg_get_indexdef(i.indexrelid)
            FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
            WHERE i.indrelid = %(table)s::regclass AND c.oid IS NULL
            """,
            {"table": table},
        )
        parts = cursor.fetchall()
        for drop, _ in parts:
            cursor.execute(drop)
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, make in parts:
            cursor.execute(make)
