"""Contacts: one row per address, whoever reports it and however it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
GROUNDS = ("sales_consent_ground", "marketing_consent_ground")


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

TYPES = {
    **dict.fromkeys(MERGED, "text"),
    "company_id": "bigint",
    "owner_id": "bigint",
    "properties": "jsonb",
    "sales_consent_at": "timestamptz",
    "marketing_consent_at": "timestamptz",
}
ENTERED = {
    "email": "text", "email_domain": "text", "email_type": "text", "stage": "text", "recycled_at": "timestamptz",
    "stage_changed_at": "timestamptz", "created_at": "timestamptz", "updated_at": "timestamptz",
}  # fmt: skip
COLUMNS = {**ENTERED, **TYPES}
UPSERT = f"""
    INSERT INTO crm_contact AS c ({", ".join(COLUMNS)})
    SELECT {", ".join(COLUMNS)}
    FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())}) AS n ({", ".join(COLUMNS)})
    ORDER BY n.email
    ON CONFLICT (email) DO UPDATE
    SET {", ".join(f"{name} = {merged}" for name, merged in MERGED.items())},
        updated_at = GREATEST(c.updated_at, EXCLUDED.updated_at)
    WHERE ({", ".join(MERGED.values())}) IS DISTINCT FROM ({", ".join(f"c.{name}" for name in MERGED)})
    RETURNING c.id, c.email, xmax = 0
"""


@transaction.atomic
def upsert_contacts(
    rows: Sequence[ContactFacts], *, at: datetime, by: User | None = None, create_companies: bool = False
) -> list[Outcome]:
    """Record contacts, one per address without case. What is empty or None never blanks what is recorded.

    A business e-mail domain links a contact to its company, recorded too when `create_companies` says so. A stage
    that may not follow the contact's own rejects the row as a conflict. Rows of one address are taken in turn.
    """
    outcomes: list[Outcome | None] = [None] * len(rows)
    people: dict[str, ContactFacts] = {}
    for index, row in enumerate(rows):
        if errors := clean_contact(row, at=at):
            outcomes[index] = Outcome(Result.REJECTED, errors=tuple(errors))
        elif row.email in people:
            _take_in(people[row.email], row)
        else:
            people[row.email] = row
    refused = {**_refused_ids(people), **_refused_stages(people)}
    sound = {email: row for email, row in people.items() if email not in refused}
    results = _write(sound, companies_of(list(sound.values()), create=create_companies, at=at), by=by, at=at)
    for index, row in enumerate(rows):
        if outcomes[index] is None:
            outcomes[index] = results.get(row.email) or Outcome(
                Result.REJECTED, errors=(refused[row.email],), conflict=True
            )
    return [outcome for outcome in outcomes if outcome is not None]


def _take_in(first: ContactFacts, later: ContactFacts) -> None:
    """Fold a later row of the same address into the first, by the rules that hold for recorded ones."""
    for name in first.__slots__:
        value = getattr(later, name)
        if name == "properties":
            first.properties = {**first.properties, **value}
        elif name in ("sales_consent", "marketing_consent"):
            if value and getattr(first, name) != Consent.OPTED_OUT:
                setattr(first, name, value)
        elif value not in (None, ""):
            setattr(first, name, value)


def _refused_ids(people: dict[str, ContactFacts]) -> dict[str, FieldError]:
    """Addresses whose external id is another contact's, recorded or in the same batch."""
    claims = {
        row.external_id: email for email, row in sorted(people.items(), reverse=True) if row.external_id
    }
    holders = Contact.objects.filter(external_id__in=claims).values_list("external_id", "email")
    owners = {**claims, **dict(holders)}
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


def _column(name: str, row: ContactFacts, companies: dict[str, int], at: datetime) -> Any:
    match name:
        case "email_domain":
            return domain_of(row.email)
        case "email_type":
            return email_type(domain_of(row.email))
        case "company_id":
            return companies.get(row.email)
        case "stage":
            return row.stage or Stage.LEAD.value
        case "recycled_at":
            return at if row.stage == Stage.NURTURE else None
        case "sales_consent_at":
            return at if row.sales_consent else None
        case "marketing_consent_at":
            return at if row.marketing_consent else None
        case "created_at":
            return row.created_at or at
        case "stage_changed_at" | "updated_at":
            return at
        case "properties":
            return Jsonb({key: value for key, value in row.properties.items() if value not in (None, "", [])})
    return getattr(row, name)


def _write(
    people: dict[str, ContactFacts], companies: dict[str, int], *, by: User | None, at: datetime
) -> dict[str, Outcome]:
    if not people:
        return {}
    rows = list(people.values())
    arrays = [[_column(name, row, companies, at) for row in rows] for name in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, arrays)
        written = {email: (pk, created) for pk, email, created in cursor.fetchall()}
    ids = dict(Contact.objects.filter(email__in=people).values_list("email", "pk"))
    created = [pk for pk, fresh in written.values() if fresh]
    updated = {pk for pk, fresh in written.values() if not fresh}
    _enter(created, by=by)
    updated |= _move_company(people, companies, ids, at=at)
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
    people: dict[str, ContactFacts], companies: dict[str, int], ids: dict[str, int], *, at: datetime
) -> set[int]:
    """Move people to the company that their row names in so many words; an e-mail domain alone moves nobody."""
    named = {
        ids[email]: companies[email]
        for email, row in people.items()
        if email in companies and (row.company_domain or row.company_external_id)
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
    moved: set[int] = set()
    for stage in Stage:
        asked = [ids[e] for e, row in people.items() if row.stage == stage and ids[e] not in created]
        if asked:
            moved |= set(move_stage(asked, stage, by=by, at=at))
    return moved
