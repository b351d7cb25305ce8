"""Drafts → `crm.record`, a chunk at a time, each in one transaction and no row by halves.

A row that the write path refuses takes back with it what the chunk had written; the chunk is then written again without
it. So a company is never left behind by a contact that was refused, nor a contact by an activity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction

from crm import record
from crm.contact_import.drafts import Draft
from crm.contact_import.map_file import REFERENCES
from crm.contact_import.references import find_contacts
from crm.contact_import.said import Said, keep_company, keep_contact
from crm.contact_import.spec import ImportMap, Kind
from crm.errors import FieldError
from crm.facts import ActivityFacts, CompanyFacts, ContactFacts, Outcome, Result
from crm.record import Known
from crm.record.races import is_lost_race

RANK = {Result.REJECTED: 0, Result.UNCHANGED: 1, Result.UPDATED: 2, Result.CREATED: 3}
TRIES = 5
"""How often a chunk is written again because another writer was faster."""
TOLD = ("industry", "employees", "revenue", "country", "owner_id", "created_at")
"""What a row can say of a company besides which one it is."""


@dataclass(slots=True)
class Written:
    """What one try at a chunk did, or would have done: it holds only where nothing was refused."""

    contacts: Counter[Result] = field(default_factory=Counter)
    companies: Counter[Result] = field(default_factory=Counter)
    activities: Counter[Result] = field(default_factory=Counter)
    said: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[int, list[FieldError]] = field(default_factory=dict)
    """Errors by the place of the draft."""
    held_back: set[str] = field(default_factory=set)
    """Addresses of contacts that may not be moved to the stage of their row."""

    def refuse(self, place: int, outcome: Outcome, prefix: str = "") -> None:
        errors = [FieldError(f"{prefix}{error.field}", error.problem, error.mend) for error in outcome.errors]
        self.refused.setdefault(place, []).extend(errors)


@dataclass(slots=True)
class Recorded:
    """What became of a chunk: what was written, which drafts were refused, and how many rows' stages were not taken."""

    written: Written
    refused: list[Draft]
    stages_kept: int


def write_chunk(drafts: Sequence[Draft], import_map: ImportMap, said: Said, *, at: datetime) -> Recorded:
    """Record the drafts of a chunk, all of them sound in themselves. Those refused come back with their errors."""
    left, refused = list(drafts), []
    held_back: set[str] = set()
    while True:
        written = _try_again_after_races(left, import_map, said, held_back, at=at)
        if not (written.refused or written.held_back):
            break
        held_back |= written.held_back
        for place, errors in written.refused.items():
            left[place].errors += errors
            refused.append(left[place])
        left = [draft for place, draft in enumerate(left) if place not in written.refused]
    said.remember(written.said)
    kept = sum(
        1 for draft in left if draft.contact and draft.contact.stage and draft.contact.email in held_back
    )
    return Recorded(written, refused, kept)


def _try_again_after_races(
    drafts: Sequence[Draft], import_map: ImportMap, said: Said, held_back: set[str], *, at: datetime
) -> Written:
    """Write the drafts in one transaction, which is taken back where one of them is refused or held back."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                _leave_the_disk_behind()
                written = ATTEMPTS[import_map.kind](drafts, import_map, said, held_back, at=at)
                transaction.set_rollback(bool(written.refused or written.held_back))
                return written
        except (IntegrityError, OperationalError) as error:
            if not tries_left or not is_lost_race(error):
                raise
    raise AssertionError("the last try returns or raises")


def _leave_the_disk_behind() -> None:
    """Commit without waiting for the disk: should the database server die just then, the file is imported again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _write_contacts(
    drafts: Sequence[Draft], import_map: ImportMap, said: Said, held_back: set[str], *, at: datetime
) -> Written:
    written = Written()
    companies = _write_companies_of(drafts, import_map, said, written, at=at)
    addresses = Counter(draft.contact.email for draft in drafts if draft.contact)
    written.said |= said.of(addresses)
    contacts = _contacts(drafts, addresses, written.said, held_back)
    for place, contact in enumerate(contacts):
        if keep_contact(contact, written.said[contact.email]):
            contact.company_id = companies.get(place)
    outcomes = record.upsert_sound_contacts(contacts, at=at)
    counted: set[str] = set()
    for place, (contact, outcome) in enumerate(zip(contacts, outcomes, strict=True)):
        if not outcome.errors:
            written.contacts[Result.UNCHANGED if contact.email in counted else outcome.result] += 1
            counted.add(contact.email)
        elif outcome.conflict and outcome.errors[0].field == "stage":
            written.held_back.add(contact.email)
        else:
            written.refuse(place, outcome)
    whose = {place: [outcome.id] for place, outcome in enumerate(outcomes) if outcome.id is not None}
    _append(drafts, whose, written, at=at)
    return written


def _contacts(
    drafts: Sequence[Draft], addresses: Counter[str], said: Mapping[str, set[str]], held_back: set[str]
) -> list[ContactFacts]:
    """The contacts of `drafts`, without the stage where it is held back.

    Copies, where recording them will change them: those that other rows tell of too.
    """
    contacts = []
    for contact in (draft.contact for draft in drafts if draft.contact):
        if contact.email in held_back:
            contacts.append(replace(contact, stage=""))
        elif addresses[contact.email] > 1 or said[contact.email]:
            contacts.append(replace(contact))
        else:
            contacts.append(contact)
    return contacts


def _write_companies_of(
    drafts: Sequence[Draft], import_map: ImportMap, said: Said, written: Written, *, at: datetime
) -> dict[int, int]:
    """Record what rows about contacts say of their companies, and those companies that are not there yet.

    Returns the id of each row's company, by the place of its draft.
    """
    # Rows that tell of a company in the same words share its facts, and many do.
    places: dict[int, list[int]] = {}
    told: dict[int, CompanyFacts] = {}
    for place, draft in enumerate(drafts):
        if draft.company:
            told.setdefault(id(draft.company), draft.company)
            places.setdefault(id(draft.company), []).append(place)
    if not told:
        return {}
    found = dict(zip(told, record.find_companies(list(told.values())), strict=True))
    ids = {place: company.pk for key, company in found.items() if company for place in places[key]}
    news = {
        key: _as_recorded(facts, found[key])
        for key, facts in told.items()
        if found[key] or import_map.create_companies
    }
    news = {key: facts for key, facts in news.items() if _is_news(facts, found[key])}
    written.said |= said.of({_identity(facts) for facts in news.values()})
    sent: dict[int, CompanyFacts] = {}
    first: dict[str, int] = {}
    for key, facts in news.items():
        keep_company(facts, written.said[_identity(facts)])
        if _identity(facts) not in first or _tells(facts):
            sent[key] = facts
            first.setdefault(_identity(facts), key)
    outcomes = (
        dict(zip(sent, record.upsert_companies(list(sent.values()), at=at), strict=True)) if sent else {}
    )
    for key, facts in news.items():
        outcome = outcomes.get(key) or outcomes[first[_identity(facts)]]
        for place in places[key]:
            if outcome.id is not None:
                ids[place] = outcome.id
            elif key in outcomes:
                written.refuse(place, outcome, "company ")
    changed = (result for result in _best(outcomes.values()).values() if result != Result.UNCHANGED)
    written.companies.update(changed)
    return ids


def _best(outcomes: Iterable[Outcome]) -> dict[int, Result]:
    """What became of each record of which there may be several outcomes: created, else updated, else unchanged."""
    best: dict[int, Result] = {}
    for outcome in outcomes:
        if outcome.id is not None and RANK[outcome.result] > RANK[best.get(outcome.id, Result.REJECTED)]:
            best[outcome.id] = outcome.result
    return best


def _is_news(facts: CompanyFacts, company: Known | None) -> bool:
    """Whether `facts`, under the identity they are recorded by, may say something that is not recorded."""
    identity = (facts.domain, facts.external_id)
    return company is None or identity != (company.domain, company.external_id) or _tells(facts)


def _as_recorded(facts: CompanyFacts, company: Known | None) -> CompanyFacts:
    """A copy of `facts` under the identity that the company is recorded by. A contact's row renames no company."""
    if company is None:
        return replace(facts)
    domain = company.domain or facts.domain
    external_id = facts.external_id or company.external_id
    unnamed = company.name in (company.domain, company.external_id)
    name = (facts.name if unnamed else "") if domain or external_id else company.name
    return replace(facts, name=name, domain=domain, external_id=external_id)


def _identity(facts: CompanyFacts) -> str:
    """What tells one company from another among what was said. No address starts so."""
    return f"company {facts.domain or facts.external_id or facts.name.lower()}"


def _tells(facts: CompanyFacts) -> bool:
    """Whether `facts` say more than which company it is."""
    bare = not (facts.domain or facts.external_id)
    told = any(getattr(facts, name) not in (None, "") for name in TOLD)
    return told or bool(facts.properties) or bool(facts.name and not bare)


def _write_companies(
    drafts: Sequence[Draft], import_map: ImportMap, said: Said, held_back: set[str], *, at: datetime
) -> Written:
    written = Written()
    companies = [replace(draft.company) for draft in drafts if draft.company]
    written.said = said.of({_identity(company) for company in companies})
    for company in companies:
        keep_company(company, written.said[_identity(company)])
    counted: set[int | None] = set()
    for place, outcome in enumerate(record.upsert_companies(companies, at=at)):
        if outcome.errors:
            written.refuse(place, outcome)
        else:
            written.companies[Result.UNCHANGED if outcome.id in counted else outcome.result] += 1
            counted.add(outcome.id)
    return written


def _write_activities(
    drafts: Sequence[Draft], import_map: ImportMap, said: Said, held_back: set[str], *, at: datetime
) -> Written:
    written = Written()
    found = {
        kind: find_contacts(kind, (draft.references.get(kind, "") for draft in drafts)) for kind in REFERENCES
    }
    whose: dict[int, list[int]] = {}
    for place, draft in enumerate(drafts):
        meant = [found[kind][text] for kind, text in draft.references.items() if text in found[kind]]
        if meant:
            whose[place] = meant[0]
        else:
            called = " or ".join(f"{kind} {text}" for kind, text in draft.references.items())
            problem = f"nobody is recorded with {called}"
            written.refused[place] = [
                FieldError("contact", problem, "import the contacts first, then this file again")
            ]
    _append(drafts, whose, written, at=at)
    return written


def _append(drafts: Sequence[Draft], whose: dict[int, list[int]], written: Written, *, at: datetime) -> None:
    """Append the activities of each draft to the contacts that are its own, by its place."""
    rows: list[ActivityFacts] = []
    places: list[int] = []
    for place, contact_ids in whose.items():
        for facts in drafts[place].activities:
            facts.contact = contact_ids[0]
            rows.append(facts)
            rows += [replace(facts, contact=contact_id) for contact_id in contact_ids[1:]]
            places += [place] * len(contact_ids)
    if not rows:
        return
    for place, outcome in zip(places, record.append_activities(rows, at=at), strict=True):
        if outcome.errors:
            written.refuse(place, outcome, "activity ")
        else:
            written.activities[outcome.result] += 1


ATTEMPTS: dict[Kind, Callable[..., Written]] = {
    Kind.CONTACTS: _write_contacts,
    Kind.COMPANIES: _write_companies,
    Kind.ACTIVITIES: _write_activities,
}
