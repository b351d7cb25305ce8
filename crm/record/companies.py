"""Companies: recorded once each, and found for the people who name them or write from their domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from crm.email_domains import company_domain, links_company
from crm.errors import FieldError
from crm.facts import CompanyFacts, ContactFacts, Outcome, Result, clean_company
from crm.models import Company, Contact
from crm.signals import facts_changed

ATTRIBUTES = ("industry", "employees", "revenue", "country", "owner_id", "external_id")
UPDATED = ["name", "domain", "properties", "updated_at", *ATTRIBUTES]


class Directory:
    """The recorded companies that a set of rows may mean, by each of the things that identify one."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self.by_domain: dict[str, Company] = {}
        self.by_external_id: dict[str, Company] = {}
        self.by_name: dict[str, list[Company]] = {}
        for company in companies:
            self.add(company)

    def add(self, company: Company) -> None:
        if company.domain:
            self.by_domain[company.domain] = company
        if company.external_id:
            self.by_external_id[company.external_id] = company
        self.by_name.setdefault(company.name.lower(), []).append(company)

    def named(self, name: str) -> Company | None:
        """The company of that name, where the name means only one."""
        found = self.by_name.get(name.lower(), [])
        return found[0] if len(found) == 1 else None

    def same_as(self, row: CompanyFacts) -> Company | None:
        """The company that `row` is about: by domain, else external id, else a name recorded without a domain."""
        if found := self.by_domain.get(row.domain):
            return found
        if found := self.by_external_id.get(row.external_id):
            return found if not (found.domain and row.domain) else None
        bare = [c for c in self.by_name.get(row.name.lower(), []) if not c.domain or not row.domain]
        bare = [c for c in bare if not (c.external_id and row.external_id)]
        return bare[0] if len(bare) == 1 else None


def _look_up(domains: set[str], external_ids: set[str], names: set[str], *, lock: bool) -> Directory:
    asked = Q(domain__in=domains - {""}) | Q(external_id__in=external_ids - {""})
    found = Company.objects.annotate(name_lower=Lower("name")).filter(asked | Q(name_lower__in=names - {""}))
    found = found.order_by("pk")
    return Directory(found.select_for_update(no_key=True) if lock else found)


@transaction.atomic
def upsert_companies(rows: Sequence[CompanyFacts], *, at: datetime) -> list[Outcome]:
    """Record companies. A value that is empty or None never blanks one that is recorded.

    A new company with a business domain takes in the contacts who write from it and have no company yet.
    """
    outcomes: list[Outcome | None] = [None] * len(rows)
    sound: list[tuple[int, CompanyFacts]] = []
    for index, row in enumerate(rows):
        errors = clean_company(row, at=at)
        if errors:
            outcomes[index] = Outcome(Result.REJECTED, errors=tuple(errors))
        else:
            sound.append((index, row))
    directory = _directory_of([row for _, row in sound])
    results: dict[int, Result] = {}
    for index, row in sound:
        outcomes[index] = _record(row, directory, results, at)
    _write(directory, results)
    created = [pk for pk, result in results.items() if result == Result.CREATED]
    linked = _take_in_people(created, at=at)
    changed = [pk for pk, result in results.items() if result != Result.UNCHANGED]
    if changed:
        facts_changed.send(upsert_companies, contact_ids=linked, company_ids=changed, at=at)
    return [outcome for outcome in outcomes if outcome is not None]


def _directory_of(rows: list[CompanyFacts]) -> Directory:
    """Lock what is recorded of `rows`, after inserting what is not, so that no other writer can insert it too."""
    return _look_up(
        {row.domain for row in rows},
        {row.external_id for row in rows},
        {row.name.lower() for row in rows},
        lock=True,
    )


def _record(row: CompanyFacts, directory: Directory, results: dict[int, Result], at: datetime) -> Outcome:
    company = directory.same_as(row)
    if clash := _clash(row, company, directory):
        return Outcome(Result.REJECTED, errors=(clash,), conflict=True)
    if company is None:
        company, result = _insert(row, at)
        directory.add(company)
        if result == Result.CREATED:
            results[company.pk] = Result.CREATED
            return Outcome(Result.CREATED, company.pk)
    changed = _apply(row, company, at)
    if changed:
        directory.add(company)
        results.setdefault(company.pk, Result.UPDATED)
    else:
        results.setdefault(company.pk, Result.UNCHANGED)
    return Outcome(Result.UPDATED if changed else Result.UNCHANGED, company.pk)


def _clash(row: CompanyFacts, company: Company | None, directory: Directory) -> FieldError | None:
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


def _insert(row: CompanyFacts, at: datetime) -> tuple[Company, Result]:
    """Insert a company, or fetch the one that another writer inserted meanwhile."""
    company = Company(
        name=row.name or row.domain or row.external_id,
        domain=row.domain,
        properties=_said(row.properties),
        created_at=row.created_at or at,
        updated_at=at,
        **{name: getattr(row, name) for name in ATTRIBUTES},
    )
    made = Company.objects.bulk_create([company], ignore_conflicts=True)[0]
    found = _look_up({row.domain}, {row.external_id}, {made.name.lower()}, lock=True).same_as(row)
    if found is None:
        found = Company.objects.get(domain=row.domain, external_id=row.external_id, name=made.name)
    fresh = found.created_at == company.created_at and found.updated_at == at and found.name == company.name
    return found, Result.CREATED if fresh else Result.UNCHANGED


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


def _write(directory: Directory, results: dict[int, Result]) -> None:
    known = {
        company.pk: company
        for company in [
            *directory.by_domain.values(),
            *directory.by_external_id.values(),
            *(company for namesakes in directory.by_name.values() for company in namesakes),
        ]
    }
    stale = [known[pk] for pk, result in results.items() if result == Result.UPDATED]
    Company.objects.bulk_update(stale, UPDATED, batch_size=200)


def _take_in_people(created: list[int], *, at: datetime) -> list[int]:
    linked: list[int] = []
    for company in Company.objects.filter(pk__in=created).exclude(domain="").order_by("pk"):
        if not links_company(company.domain):
            continue
        people = Contact.objects.filter(company=None, email_domain=company.domain)
        ids = list(people.order_by("pk").values_list("pk", flat=True))
        Contact.objects.filter(pk__in=ids).update(company=company, updated_at=at)
        linked += ids
    return linked


def companies_of(rows: Sequence[ContactFacts], *, create: bool, at: datetime) -> dict[str, int]:
    """The company of each contact, by e-mail: what the row names, else what its business e-mail domain says.

    Free, academic and disposable domains never say a company. `create` records those that are not there yet.
    """
    wanted = {row.email: _meant_by(row) for row in rows}
    directory = _known_to(wanted.values())
    if create:
        missing = {}
        for meant in wanted.values():
            if _find(meant, directory) is None and (meant.domain or meant.name):
                missing.setdefault(meant.domain or meant.name.lower(), meant)
        if missing:
            upsert_companies([missing[key] for key in sorted(missing)], at=at)
            directory = _known_to(wanted.values())
    found = {email: _find(meant, directory) for email, meant in wanted.items()}
    return {email: company.pk for email, company in found.items() if company}


def _known_to(meant: Iterable[CompanyFacts]) -> Directory:
    meant = list(meant)
    return _look_up(
        {m.domain for m in meant}, {m.external_id for m in meant}, {m.name.lower() for m in meant}, lock=False
    )


def _meant_by(row: ContactFacts) -> CompanyFacts:
    domain = company_domain(row.company_domain) if row.company_domain else ""
    if not domain or not links_company(domain):
        domain = company_domain(row.email.rpartition("@")[2])
        domain = domain if links_company(domain) else ""
    return CompanyFacts(name=row.company_name, domain=domain, external_id=row.company_external_id)


def _find(meant: CompanyFacts, directory: Directory) -> Company | None:
    return (
        directory.by_external_id.get(meant.external_id)
        or directory.by_domain.get(meant.domain)
        or (directory.named(meant.name) if meant.name and not meant.domain else None)
    )
