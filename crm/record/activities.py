"""Activities: appended once each, however often they are delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from crm.automation import mark_automated, may_be_automated
from crm.errors import FieldError
from crm.facts import ActivityFacts, Outcome, Result, clean_activity, normal_email, tidy
from crm.models import ActivityKind
from crm.record.consent import unsubscribe
from crm.signals import facts_changed
from crm.strict_yaml import UNSTORABLE

COPIED_FROM = 500
"""From this many rows on, COPY into a temporary table beats arrays."""

COLUMNS = {
    "id": "bigint", "contact_id": "bigint", "kind": "text", "subject": "text", "campaign": "text",
    "occurred_at": "timestamptz", "recorded_at": "timestamptz", "source": "text", "external_id": "text",
    "automated": "boolean", "properties": "jsonb",
}  # fmt: skip
NAMES = ", ".join(COLUMNS)
EXTERNAL = "external:"
MOST_ID = 2**63 - 1
# With an array. A placeholder for each reference would cost more than all the rest of a row.
BY_EMAIL = "SELECT email, id FROM crm_contact WHERE email = ANY(%s::text[])"
# Excluding "" lets the partial index serve.
BY_EXTERNAL_ID = """
    SELECT external_id, id FROM crm_contact WHERE external_id = ANY(%s::text[]) AND external_id <> ''
"""
# In order of id, like every lock on contacts. Erasing them waits, or they are gone before anything is written.
THERE = "SELECT id FROM crm_contact WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE"
ALONE = "SELECT id FROM crm_contact WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
IN_TURN = frozenset({ActivityKind.EMAIL_CLICK, ActivityKind.EMAIL_UNSUBSCRIBE})
"""Kinds that are recorded one batch after the other for each contact: of clicks that two batches bring at once, neither
would see that together they are a machine's; and a withdrawn consent locks the contact before its mark, like all do.
"""

ONCE = "ON CONFLICT (contact_id, source, external_id) WHERE external_id <> '' DO NOTHING"
# Two batches that hold the same activities crosswise would wait for each other in a circle.
IN_ORDER = "ORDER BY contact_id, source, external_id, id"
FROM_ARRAYS = f"""
    INSERT INTO crm_activity ({NAMES})
    SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())}) AS n ({NAMES})
    {IN_ORDER} {ONCE} RETURNING id
"""
TYPED = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
INCOMING = f"CREATE TEMPORARY TABLE IF NOT EXISTS incoming_activity ({TYPED}) ON COMMIT DROP"
FROM_COPY = (
    f"INSERT INTO crm_activity ({NAMES}) SELECT {NAMES} FROM incoming_activity {IN_ORDER} {ONCE} RETURNING id"
)
# The sequence is looked up once, and not once a row.
NEW_IDS = """
    SELECT nextval(s) FROM (SELECT pg_get_serial_sequence('crm_activity', 'id')::regclass AS s OFFSET 0) sequence,
                           generate_series(1, %s)
"""
NOTHING = Jsonb({}, dumps=lambda _: "{}")
"""The properties of most activities, which need not be written out anew for each."""


@transaction.atomic
def append_activities(rows: Sequence[ActivityFacts], *, at: datetime) -> list[Outcome]:
    """Append activities. A repeat of the same contact, source and external id is answered as unchanged.

    A row about a contact that is not recorded is rejected. Clicks of link scanners and bots are marked automated,
    and an unsubscription withdraws the consent to marketing mail.
    """
    outcomes: list[Outcome | None] = [None] * len(rows)
    references = {contact: _reference(contact) for contact in {row.contact for row in rows}}
    contacts = _contacts(set(references.values()))
    sound: list[tuple[int, int, ActivityFacts]] = []
    for index, row in enumerate(rows):
        errors = clean_activity(row, at=at)
        contact_id = contacts.get(references[row.contact])
        if contact_id is None:
            errors.append(
                FieldError("contact", f"“{row.contact}” is not recorded", "record the contact first")
            )
        if errors or contact_id is None:
            outcomes[index] = Outcome(Result.REJECTED, errors=tuple(errors))
        else:
            sound.append((index, contact_id, row))
    if sound:
        _take_turns({contact_id for _, contact_id, row in sound if row.kind in IN_TURN})
        _append(sound, outcomes, at)
    return [outcome for outcome in outcomes if outcome is not None]


def _reference(contact: int | str) -> int | str:
    """What a row calls its contact, as it is recorded. What can be no reference stays as it is and finds nobody."""
    if isinstance(contact, int) or contact.startswith(EXTERNAL):
        return contact if isinstance(contact, int) else tidy(contact)
    try:
        return normal_email(contact)
    except ValueError:
        return contact


def _contacts(references: set[int | str]) -> dict[int | str, int]:
    """The ids of the contacts that are meant, held until the transaction ends so that nobody erases them."""
    texts = [text for text in references if isinstance(text, str) and not UNSTORABLE.search(text)]
    emails = [text for text in texts if "@" in text and not text.startswith(EXTERNAL)]
    external = [text.removeprefix(EXTERNAL) for text in texts if text.startswith(EXTERNAL)]
    known: dict[int | str, int] = {pk: pk for pk in references if isinstance(pk, int) and 0 < pk <= MOST_ID}
    if emails:
        known.update(_look_up(BY_EMAIL, emails))
    if external:
        known.update((EXTERNAL + said, pk) for said, pk in _look_up(BY_EXTERNAL_ID, external))
    there = {pk for (pk,) in _look_up(THERE, sorted(set(known.values())))}
    return {reference: pk for reference, pk in known.items() if pk in there}


def _take_turns(contact_ids: set[int]) -> None:
    """Wait for whoever is recording something of these contacts, and make the next ones wait for us."""
    if contact_ids:
        _look_up(ALONE, sorted(contact_ids))


def _look_up(statement: str, references: list[int] | list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [references])
        return list(cursor.fetchall())


def _append(
    sound: list[tuple[int, int, ActivityFacts]], outcomes: list[Outcome | None], at: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NEW_IDS, [len(sound)])
        ids = [pk for (pk,) in cursor.fetchall()]
        records = [
            (pk, contact_id, row.kind, row.subject, row.campaign, row.occurred_at, at, row.source, row.external_id,
             row.automated, Jsonb(row.properties) if row.properties else NOTHING)
            for pk, (_, contact_id, row) in zip(ids, sound, strict=True)
        ]  # fmt: skip
        inserted = _copy(cursor, records) if len(records) >= COPIED_FROM else _unnest(cursor, records)
    appended: dict[int, tuple[int, ActivityFacts]] = {}
    repeats: list[tuple[int, int, ActivityFacts]] = []
    for pk, each in zip(ids, sound, strict=True):
        if pk in inserted:
            index, contact_id, row = each
            appended[pk] = contact_id, row
            outcomes[index] = Outcome(Result.CREATED, pk)
        else:
            repeats.append(each)
    originals = _originals(repeats)
    for index, contact_id, row in repeats:
        original = originals.get((contact_id, row.source, row.external_id))
        outcomes[index] = Outcome(Result.UNCHANGED, original)
    if appended:
        _follow_up(appended, at)


def _unnest(cursor: Any, records: list[tuple[Any, ...]]) -> set[int]:
    cursor.execute(FROM_ARRAYS, [list(column) for column in zip(*records, strict=True)])
    return {pk for (pk,) in cursor.fetchall()}


def _copy(cursor: Any, records: list[tuple[Any, ...]]) -> set[int]:
    cursor.execute(INCOMING)
    cursor.execute("TRUNCATE incoming_activity")
    with cursor.copy(f"COPY incoming_activity ({NAMES}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(COLUMNS.values()))
        for record in records:
            copy.write_row(record)
    cursor.execute(FROM_COPY)
    return {pk for (pk,) in cursor.fetchall()}


def _originals(repeats: list[tuple[int, int, ActivityFacts]]) -> dict[tuple[int, str, str], int]:
    if not repeats:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.contact_id, a.source, a.external_id, a.id
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (contact_id, source, external_id)
            JOIN crm_activity a USING (contact_id, source, external_id)
            WHERE a.external_id <> ''
            """,
            [
                [contact_id for _, contact_id, _ in repeats],
                [row.source for _, _, row in repeats],
                [row.external_id for _, _, row in repeats],
            ],
        )
        return {
            (contact_id, source, external_id): pk for contact_id, source, external_id, pk in cursor.fetchall()
        }


def _follow_up(appended: dict[int, tuple[int, ActivityFacts]], at: datetime) -> None:
    """What activities bring about besides themselves: by their id, each with its contact."""
    suspects = [pk for pk, (_, row) in appended.items() if may_be_automated(row.kind, row.properties)]
    if suspects:
        mark_automated(suspects)
    contact_ids = sorted({contact_id for contact_id, _ in appended.values()})
    # Before the consents, which mark some of the same contacts: two writers must not do so in different orders.
    facts_changed.send(append_activities, contact_ids=contact_ids, company_ids=[], at=at)
    gone: dict[int, datetime] = {}
    for contact_id, row in appended.values():
        if row.kind == ActivityKind.EMAIL_UNSUBSCRIBE:
            gone[contact_id] = max(row.occurred_at, gone.get(contact_id, row.occurred_at))
    if gone:
        unsubscribe(gone, at=at)
