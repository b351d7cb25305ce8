"""Contacts: one row per address, whoever reports it and however it is written."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from crm.email_domains import domain_of, email_type
from crm.errors import FieldError
from crm.facts import ContactFacts, Outcome, Result, clean_contact
from crm.models import Consent, Contact, Stage, User
from crm.record.companies import companies_of
from crm.record.stage import move_stage, refusal
from crm.signals import facts_changed

TEXTS = (
    "first_name", "last_name", "job_title", "phone", "country", "source",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "external_id",
)  # fmt: skip
COMPANY_NAMES = ("company_domain", "company_name", "company_external_id")
COPIED_FROM = 500
"""From this many rows on, COPY into a temporary table beats arrays."""

NOTHING = Jsonb({})


def _consent(channel: str) -> dict[str, str]:
    """An opt-out is only ever undone by `set_consent`; a ground and a date change with the answer they belong to."""
    now, new = f"c.{channel}_consent", f"EXCLUDED.{channel}_consent"
    changes = f"{new} <> '' AND {new} <> {now} AND {now} <> 'opted_out'"
    return {
        f"{channel}_consent": f"CASE WHEN {changes} THEN {new} ELSE {now} END",
        f"{channel}_consent_at": f"CASE WHEN {changes} THEN EXCLUDED.updated_at ELSE c.{channel}_consent_at END",
        f"{channel}_consent_ground": (
            f"CASE WHEN {changes} THEN EXCLUDED.{channel}_consent_ground ELSE c.{channel}_consent_ground END"
        ),
    }


MERGED = {
    **{name: f"COALESCE(NULLIF(EXCLUDED.{name}, ''), c.{name})" for name in TEXTS},
    "company_id": "COALESCE(c.company_id, EXCLUDED.company_id)",
    "owner_id": "COALESCE(EXCLUDED.owner_id, c.owner_id)",
    "properties": "c.properties || EXCLUDED.properties",
    **_consent("sales"),
    **_consent("marketing"),
}
"""How a column of a recorded contact takes in a reported one."""

AS_SAID = (
    "email", *TEXTS, "sales_consent", "sales_consent_ground", "marketing_consent", "marketing_consent_ground",
    "owner_id",
)  # fmt: skip
"""Columns that a row's facts hold as they are stored."""
_as_said = attrgetter(*AS_SAID)
COLUMNS = {
    **dict.fromkeys(AS_SAID, "text"),
    "owner_id": "bigint",
    "email_domain": "text", "email_type": "text", "stage": "text", "recycled_at": "timestamptz",
    "stage_changed_at": "timestamptz", "created_at": "timestamptz", "updated_at": "timestamptz",
    "company_id": "bigint", "properties": "jsonb",
    "sales_consent_at": "timestamptz", "marketing_consent_at": "timestamptz",
}  # fmt: skip
NAMES = ", ".join(COLUMNS)
UPSERT = f"""
    INSERT INTO crm_contact AS c ({NAMES})
    SELECT {{selected}} FROM {{incoming}} ORDER BY email
    ON CONFLICT (email) DO UPDATE
    SET {", ".join(f"{name} = {merged}" for name, merged in MERGED.items())},
        updated_at = GREATEST(c.updated_at, EXCLUDED.updated_at)
    WHERE ({", ".join(MERGED.values())}) IS DISTINCT FROM ({", ".join(f"c.{name}" for name in MERGED)})
    RETURNING c.id, c.email, c.company_id, xmax = 0
"""
FROM_ARRAYS = UPSERT.format(
    selected=NAMES,
    incoming=f"unnest({', '.join(f'%s::{kind}[]' for kind in COLUMNS.values())}) AS n ({NAMES})",
)


# By the index, one after the other, as in `crm.record.companies`.
HOLDERS = """
    SELECT c.* FROM unnest(%s::text[]) AS asked CROSS JOIN LATERAL (
        SELECT external_id, email FROM crm_contact WHERE external_id = asked AND external_id <> '' OFFSET 0
    ) AS c
"""


@transaction.atomic
def upsert_contacts(
    rows: Sequence[ContactFacts], *, at: datetime, by: User | None = None, create_companies: bool = False
) -> list[Outcome]:
    """Record contacts, one per address without case. What is empty or None never blanks what is recorded.

    A business e-mail domain links a contact to its company, recorded too when `create_companies` says so. A stage
    that may not follow the contact's own rejects the row as a conflict. Rows of one address are taken in turn.
    """
    faults = [clean_contact(row, at=at) for row in rows]
    sound = [row for row, errors in zip(rows, faults, strict=True) if not errors]
    recorded = iter(upsert_sound_contacts(sound, at=at, by=by, create_companies=create_companies))
    return [Outcome(Result.REJECTED, errors=tuple(errors)) if errors else next(recorded) for errors in faults]


@transaction.atomic
def upsert_sound_contacts(
    rows: Sequence[ContactFacts], *, at: datetime, by: User | None = None, create_companies: bool = False
) -> list[Outcome]:
    """As `upsert_contacts`, for rows that `clean_contact` has brought into their form and found sound."""
    people: dict[str, ContactFacts] = {}
    out_of_turn: dict[int, FieldError] = {}
    for index, row in enumerate(rows):
        if row.email not in people:
            people[row.email] = row
        elif fault := _refused_after(people[row.email], row):
            out_of_turn[index] = fault
        else:
            _take_in(people[row.email], row)
    refused = {**_refused_ids(people), **_refused_stages(people)}
    sound = {email: row for email, row in people.items() if email not in refused}
    results = _write(sound, companies_of(list(sound.values()), create=create_companies, at=at), by=by, at=at)
    results |= {email: _refusal(fault) for email, fault in refused.items()}
    return [
        _refusal(out_of_turn[index]) if index in out_of_turn else results[row.email]
        for index, row in enumerate(rows)
    ]


def _refusal(fault: FieldError) -> Outcome:
    return Outcome(Result.REJECTED, errors=(fault,), conflict=True)


def _refused_after(first: ContactFacts, later: ContactFacts) -> FieldError | None:
    return refusal(first.stage, later.stage) if first.stage and later.stage else None


def _take_in(first: ContactFacts, later: ContactFacts) -> None:
    """Fold a later row of the same address into the first, by the rules that hold for recorded ones."""
    for channel in ("sales", "marketing"):
        answer, ground = f"{channel}_consent", f"{channel}_consent_ground"
        said = getattr(later, answer)
        if said and said != getattr(first, answer) and getattr(first, answer) != Consent.OPTED_OUT:
            setattr(first, answer, said)
            setattr(first, ground, getattr(later, ground))
    first.properties = {**first.properties, **_said(later.properties)}
    first.created_at = first.created_at or later.created_at
    for name in (*TEXTS, *COMPANY_NAMES, "company_id", "owner_id", "stage"):
        value = getattr(later, name)
        if value not in (None, ""):
            setattr(first, name, value)


def _refused_ids(people: dict[str, ContactFacts]) -> dict[str, FieldError]:
    """Addresses whose external id is another contact's, recorded or in the same batch."""
    claims = {
        row.external_id: email for email, row in sorted(people.items(), reverse=True) if row.external_id
    }
    if not claims:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [list(claims)])
        owners = {**claims, **dict(cursor.fetchall())}
    return {
        email: FieldError(
            "external_id", f"“{row.external_id}” belongs to another contact", "mend one of the two"
        )
        for email, row in people.items()
        if row.external_id and owners[row.external_id] != email
    }


def _refused_stages(people: dict[str, ContactFacts]) -> dict[str, FieldError]:
    wanted = {email: row.stage for email, row in people.items() if row.stage}
    if not wanted:
        return {}
    recorded = Contact.objects.filter(email__in=wanted).order_by("email").select_for_update(no_key=True)
    faults = {email: refusal(stage, wanted[email]) for email, stage in recorded.values_list("email", "stage")}
    return {email: fault for email, fault in faults.items() if fault}


def _said(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value not in (None, "", [])}


@lru_cache(maxsize=65_536)
def _mail_domain(host: str) -> tuple[str, str]:
    domain = domain_of(f"@{host}")
    return domain, email_type(domain)


class Stored(NamedTuple):
    """A contact as the table holds it."""

    pk: int
    email: str
    company_id: int | None
    is_new: bool


def _values(row: ContactFacts, company_id: int | None, at: datetime) -> tuple[Any, ...]:
    """What is stored of a row, in the order of COLUMNS."""
    said = _said(row.properties)
    return (
        *_as_said(row),
        *_mail_domain(row.email.rpartition("@")[2]),
        row.stage or Stage.LEAD.value,
        at if row.stage == Stage.NURTURE else None,
        at,
        row.created_at or at,
        at,
        company_id,
        Jsonb(said) if said else NOTHING,
        at if row.sales_consent else None,
        at if row.marketing_consent else None,
    )


def _write(
    people: dict[str, ContactFacts], companies: dict[str, int], *, by: User | None, at: datetime
) -> dict[str, Outcome]:
    if not people:
        return {}
    records = [_values(row, companies.get(email), at) for email, row in people.items()]
    with connection.cursor() as cursor:
        written = _copy(cursor, records) if len(records) >= COPIED_FROM else _unnest(cursor, records)
        known = {stored.email: stored for stored in written}
        known |= {stored.email: stored for stored in _as_they_were(cursor, people.keys() - known.keys())}
    ids = {email: stored.pk for email, stored in known.items()}
    created = [stored.pk for stored in written if stored.is_new]
    updated = {stored.pk for stored in written if not stored.is_new}
    _enter(created, by=by)
    updated |= _move_company(people, companies, known, at=at)
    updated |= _move_stages(people, ids, set(created), by=by, at=at)
    updated -= set(created)
    if created or updated:
        facts_changed.send(upsert_contacts, contact_ids=sorted({*created, *updated}), company_ids=[], at=at)
    new = set(created)
    return {
        email: Outcome(
            Result.CREATED if pk in new else Result.UPDATED if pk in updated else Result.UNCHANGED, pk
        )
        for email, pk in ids.items()
    }


def _unnest(cursor: Any, records: list[tuple[Any, ...]]) -> list[Stored]:
    cursor.execute(FROM_ARRAYS, [list(column) for column in zip(*records, strict=True)])
    return [Stored(*row) for row in cursor.fetchall()]


def _copy(cursor: Any, records: list[tuple[Any, ...]]) -> list[Stored]:
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS incoming_contact ({columns}) ON COMMIT DROP")
    cursor.execute("TRUNCATE incoming_contact")
    # Most columns are empty, or the same in every row: those go along once, as parameters.
    values = dict(zip(COLUMNS, zip(*records, strict=True), strict=True))
    same = {name: column[0] for name, column in values.items() if column.count(column[0]) == len(column)}
    differing = [name for name in COLUMNS if name not in same]
    with cursor.copy(f"COPY incoming_contact ({', '.join(differing)}) FROM STDIN") as copy:
        for row in zip(*(values[name] for name in differing), strict=True):
            copy.write_row(row)
    selected = [f"%({name})s::{kind}" if name in same else name for name, kind in COLUMNS.items()]
    cursor.execute(UPSERT.format(selected=", ".join(selected), incoming="incoming_contact"), same)
    return [Stored(*row) for row in cursor.fetchall()]


def _as_they_were(cursor: Any, emails: AbstractSet[str]) -> list[Stored]:
    """Contacts that were not written because their rows say nothing new of them."""
    if not emails:
        return []
    cursor.execute(
        "SELECT id, email, company_id, FALSE FROM crm_contact WHERE email = ANY(%s)", [list(emails)]
    )
    return [Stored(*row) for row in cursor.fetchall()]


def _enter(created: list[int], *, by: User | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO crm_stagechange (contact_id, from_stage, to_stage, at, by_id, reason)
            SELECT id, '', stage, stage_changed_at, %s, '' FROM crm_contact WHERE id = ANY(%s::bigint[])
            """,
            [by.pk if by else None, created],
        )


def _move_company(
    people: dict[str, ContactFacts], companies: dict[str, int], known: dict[str, Stored], *, at: datetime
) -> set[int]:
    """Move people to the company that their row names in so many words; an e-mail domain alone moves nobody."""
    named = {
        known[email].pk: companies[email]
        for email, row in people.items()
        if (row.company_domain or row.company_external_id)
        and companies.get(email, known[email].company_id) != known[email].company_id
    }
    if not named:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE crm_contact c SET company_id = n.company_id, updated_at = GREATEST(c.updated_at, %s)
            FROM unnest(%s::bigint[], %s::bigint[]) AS n (id, company_id)
            WHERE c.id = n.id AND c.company_id IS DISTINCT FROM n.company_id
            RETURNING c.id
            """,
            [at, list(named), list(named.values())],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _move_stages(
    people: dict[str, ContactFacts], ids: dict[str, int], created: set[int], *, by: User | None, at: datetime
) -> set[int]:
    asked: dict[str, list[int]] = {}
    for email, row in people.items():
        if row.stage and ids[email] not in created:
            asked.setdefault(row.stage, []).append(ids[email])
    return {pk for stage, contact_ids in asked.items() for pk in move_stage(contact_ids, stage, by=by, at=at)}
