"""Companies: recorded once each, and found for the people who name them or write from their domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import IntegrityError, connection, transaction
from psycopg import errors as postgres

from crm.email_domains import linking_domain, links_company
from crm.errors import FieldError
from crm.facts import CompanyFacts, ContactFacts, Outcome, Result, clean_company
from crm.models import Company
from crm.signals import facts_changed

ATTRIBUTES = ("industry", "employees", "revenue", "country", "owner_id", "external_id")
UPDATED = ["name", "domain", "properties", "updated_at", *ATTRIBUTES]
TRIES = 5
"""How often a batch starts again because another writer was faster to insert one of its companies."""


def name_key(name: str) -> str:
    """`name` without case. Letter by letter, since whole words turn Σ into either of two letters, and İ into two."""
    if name.isascii():
        return name.lower()
    return "".join(letter.lower()[:1] for letter in name).replace("ς", "σ")


class Known(NamedTuple):
    """What identifies a recorded company."""

    pk: int
    name: str
    domain: str
    external_id: str


Identified = TypeVar("Identified", Company, Known)


class Directory(Generic[Identified]):
    """The recorded companies that a set of rows may mean, by each of the things that identify one."""

    def __init__(self, companies: Iterable[Identified]) -> None:
        self.by_domain: dict[str, Identified] = {}
        self.by_external_id: dict[str, Identified] = {}
        self.by_name: dict[str, list[Identified]] = {}
        for company in companies:
            self.add(company)

    def add(self, company: Identified) -> None:
        """Enter `company`, or what it has become since it was entered."""
        if company.domain:
            self.by_domain[company.domain] = company
        if company.external_id:
            self.by_external_id[company.external_id] = company
        namesakes = self.by_name.setdefault(name_key(company.name), [])
        if not any(namesake is company for namesake in namesakes):
            namesakes.append(company)

    def called(self, name: str) -> list[Identified]:
        """The companies of that name, without case."""
        key = name_key(name)
        return [c for c in self.by_name.get(key, []) if name_key(c.name) == key]

    def named(self, name: str) -> Identified | None:
        """The company of that name, where the name means only one."""
        found = self.called(name)
        return found[0] if len(found) == 1 else None

    def same_as(self, row: CompanyFacts) -> Identified | None:
        """The company that `row` is about: by domain, else external id, else a name recorded without a domain."""
        if found := self.by_domain.get(row.domain):
            return found
        if found := self.by_external_id.get(row.external_id):
            return found if not (found.domain and row.domain) else None
        bare = [c for c in self.called(row.name) if not c.domain or not row.domain]
        bare = [c for c in bare if not (c.external_id and row.external_id)]
        if len(bare) > 1 and not row.domain and not row.external_id:
            bare = [c for c in bare if not c.domain and not c.external_id]
        return bare[0] if len(bare) == 1 else None


# Each identity is looked up in its own index: OFFSET 0 keeps the planner from reading the whole table instead, which it
# would rather do before it has statistics. Comparing with "" lets the partial indexes serve.
ONE_BY_ONE = """
    SELECT c.* FROM unnest(%({asked})s::text[]) AS asked CROSS JOIN LATERAL (
        SELECT id, name, domain, external_id FROM crm_company WHERE {meant} OFFSET 0
    ) AS c
"""
MEANT = " UNION ".join(
    ONE_BY_ONE.format(asked=asked, meant=meant)
    for asked, meant in (
        ("domains", "domain = asked AND domain <> ''"),
        ("external_ids", "external_id = asked AND external_id <> ''"),
        ("names", "lower(name) = asked"),
    )
)


def _known_to(rows: Iterable[CompanyFacts]) -> list[Known]:
    """The recorded companies that share a domain, an external id or a name with one of `rows`."""
    rows = list(rows)
    asked = {
        "domains": list({row.domain for row in rows} - {""}),
        "external_ids": list({row.external_id for row in rows} - {""}),
        # In both spellings, as the locale of the database decides which of them its lower() gives.
        "names": list(
            {spelling for row in rows for spelling in (row.name.lower(), name_key(row.name))} - {""}
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEANT, asked)
        return sorted(Known(*found) for found in cursor.fetchall())


def _locked(rows: Iterable[CompanyFacts]) -> Directory[Company]:
    known = Company.objects.filter(pk__in=[company.pk for company in _known_to(rows)])
    return Directory(known.order_by("pk").select_for_update(no_key=True))


@transaction.atomic
def upsert_companies(rows: Sequence[CompanyFacts], *, at: datetime) -> list[Outcome]:
    """Record companies. A value that is empty or None never blanks one that is recorded.

    A new company with a business domain takes in the contacts who write from it and have no company yet.
    """
    outcomes: dict[int, Outcome] = {}
    sound: dict[int, CompanyFacts] = {}
    for index, row in enumerate(rows):
        if errors := clean_company(row, at=at):
            outcomes[index] = Outcome(Result.REJECTED, errors=tuple(errors))
        else:
            sound[index] = row
    outcomes.update(_record(sound, at=at))
    return [outcomes[index] for index in range(len(rows))]


def _record(rows: dict[int, CompanyFacts], *, at: datetime) -> dict[int, Outcome]:
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _record_once(rows, at=at)
        except IntegrityError as error:
            if not tries_left or not isinstance(error.__cause__, postgres.UniqueViolation):
                raise
    return {}


def _record_once(rows: dict[int, CompanyFacts], *, at: datetime) -> dict[int, Outcome]:
    """Take the rows in turn, each against what the ones before it have made of the companies."""
    directory = _locked(rows.values())
    outcomes: dict[int, Outcome] = {}
    met: dict[int, tuple[Company, Result]] = {}
    for index, row in rows.items():
        company = directory.same_as(row)
        if clash := _clash(row, company, directory):
            outcomes[index] = Outcome(Result.REJECTED, errors=(clash,), conflict=True)
            continue
        if company is None:
            company, result = _new(row, at), Result.CREATED
            directory.add(company)
        elif _apply(row, company, at):
            result = Result.UPDATED
            directory.add(company)
        else:
            result = Result.UNCHANGED
        met[index] = company, result
    _write([company for company, result in met.values() if result != Result.UNCHANGED], at=at)
    return outcomes | {index: Outcome(result, company.pk) for index, (company, result) in met.items()}


def _clash(row: CompanyFacts, company: Company | None, directory: Directory[Company]) -> FieldError | None:
    holder = directory.by_external_id.get(row.external_id)
    if holder and holder is not company:
        return FieldError(
            "external_id", f"“{row.external_id}” belongs to {holder.domain or holder.name}", "mend one"
        )
    if company and company.external_id and row.external_id not in ("", company.external_id):
        return FieldError(
            "external_id",
            f"{company.domain or company.name} is recorded as “{company.external_id}”",
            "mend one",
        )
    return None


def _new(row: CompanyFacts, at: datetime) -> Company:
    return Company(
        name=row.name or row.domain or row.external_id,
        domain=row.domain,
        properties=_said(row.properties),
        created_at=row.created_at or at,
        updated_at=at,
        **{name: getattr(row, name) for name in ATTRIBUTES},
    )


def _said(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value not in (None, "", [])}


def _apply(row: CompanyFacts, company: Company, at: datetime) -> bool:
    before = {name: getattr(company, name) for name in UPDATED}
    if row.domain and not company.domain:
        company.domain = row.domain
    if row.name and (row.name != company.domain or company.name == company.external_id):
        company.name = row.name
    for name in ATTRIBUTES:
        value = getattr(row, name)
        if value not in (None, ""):
            setattr(company, name, value)
    company.properties = {**company.properties, **_said(row.properties)}
    changed = before != {name: getattr(company, name) for name in UPDATED}
    if changed:
        company.updated_at = max(company.updated_at, at)
    return changed


def _write(changed: Iterable[Company], *, at: datetime) -> None:
    """Insert and update companies, each once, and tell whom it concerns."""
    companies = list({id(company): company for company in changed}.values())
    # In one order whoever writes them: two writers who insert the same companies crosswise would deadlock.
    new = sorted(
        (c for c in companies if c.pk is None), key=lambda c: (c.domain, c.external_id, name_key(c.name))
    )
    stale = [company for company in companies if company.pk is not None]
    Company.objects.bulk_create(new)
    Company.objects.bulk_update(stale, UPDATED, batch_size=200)
    if companies:
        linked = _take_in_people(new, at=at)
        ids = [company.pk for company in companies]
        facts_changed.send(upsert_companies, contact_ids=linked, company_ids=ids, at=at)


def _take_in_people(created: list[Company], *, at: datetime) -> list[int]:
    linking = {company.domain: company.pk for company in created if links_company(company.domain)}
    if not linking:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE crm_contact c SET company_id = n.id, updated_at = GREATEST(c.updated_at, %s)
            FROM unnest(%s::bigint[], %s::text[]) AS n (id, domain)
            WHERE c.email_domain = n.domain AND c.company_id IS NULL
            RETURNING c.id
            """,
            [at, list(linking.values()), list(linking)],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def find_companies(rows: Sequence[CompanyFacts]) -> list[Known | None]:
    """The recorded company that each row means as a contact's, None where there is none. Locks nothing."""
    directory = Directory(_known_to(rows))
    return [_find(row, directory) for row in rows]


def companies_of(rows: Sequence[ContactFacts], *, create: bool, at: datetime) -> dict[str, int]:
    """The company of each contact, by e-mail: what the row names, else what its business e-mail domain says.

    Free, academic and disposable domains never say a company. `create` records those that are not there yet.
    """
    known = {row.email: row.company_id for row in rows if row.company_id}
    wanted = {row.email: _meant_by(row) for row in rows if not row.company_id}
    if not wanted:
        return known
    directory = Directory(_known_to(wanted.values()))
    if create:
        missing: dict[str, CompanyFacts] = {}
        for meant in wanted.values():
            if _find(meant, directory) is None and (meant.domain or meant.name):
                missing.setdefault(meant.domain or name_key(meant.name), meant)
        if missing:
            upsert_companies([missing[key] for key in sorted(missing)], at=at)
            directory = Directory(_known_to(wanted.values()))
    found = {email: _find(meant, directory) for email, meant in wanted.items()}
    return known | {email: company.pk for email, company in found.items() if company}


def _meant_by(row: ContactFacts) -> CompanyFacts:
    domain = linking_domain(row.company_domain) or linking_domain(row.email.rpartition("@")[2])
    return CompanyFacts(name=row.company_name, domain=domain, external_id=row.company_external_id)


def _find(meant: CompanyFacts, directory: Directory[Known]) -> Known | None:
    return (
        directory.by_external_id.get(meant.external_id)
        or directory.by_domain.get(meant.domain)
        or (directory.named(meant.name) if meant.name and not meant.domain else None)
    )
