"""Rows → facts, by a map: what a row says of a contact, a company and activities, and what of it cannot be read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from crm.contact_import.cells import Unreadable, json_number, not_a_formula
from crm.contact_import.reading import Row
from crm.contact_import.references import normal_reference
from crm.contact_import.spec import NOW, ActivityRule, Kind, Value, ValueType
from crm.contact_import.values import Binding, Cells, Check, Maker, bind, bind_all
from crm.email_domains import company_domain, linking_domain, links_company
from crm.errors import FieldError, Invalid
from crm.facts import (
    ActivityFacts,
    CompanyFacts,
    ContactFacts,
    clean_activity,
    clean_company,
    clean_contact,
    longest_texts,
)
from crm.models import Activity, Company, Contact

GROUNDS = {"sales_consent_ground": "sales_consent", "marketing_consent_ground": "marketing_consent"}
NAMED = {"owner": "owner_id"}
"""Columns of a map that the facts call otherwise."""
MOST_COMPANIES = 4096
"""How many companies are remembered as rows about contacts told of them."""
UNSAID = datetime.min.replace(tzinfo=UTC)
"""When an activity happened until its row has said it."""


@dataclass(slots=True)
class Draft:
    """What a row says, ready to be recorded unless it has `errors`.

    `references` are what finds the contacts of a row in a map of activities, by the kind of reference and in the order
    in which they are tried.
    """

    row: Row
    contact: ContactFacts | None = None
    company: CompanyFacts | None = None
    activities: list[ActivityFacts] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Field:
    """One column or property of the facts: its name there, what an error calls it, and how it is made."""

    name: str
    label: str
    make: Maker


@dataclass(frozen=True, slots=True)
class Section:
    """The columns and properties of one record, bound to a file."""

    columns: list[Field]
    properties: list[Field]
    labels: dict[str, str]
    places: list[int]
    """Where in a row the cells are that it is made of."""

    def fill(self, facts: Any, cells: Cells, errors: list[FieldError]) -> None:
        """Set on `facts` what the cells say; what cannot be read goes to `errors`."""
        for column in self.columns:
            try:
                value = column.make(cells)
            except Unreadable as fault:
                errors.append(FieldError(column.label, fault.problem, fault.mend))
            else:
                if value is not None and value != "":
                    setattr(facts, column.name, value)
        for column in self.properties:
            try:
                value = column.make(cells)
            except Unreadable as fault:
                errors.append(FieldError(column.label, fault.problem, fault.mend))
            else:
                if value not in (None, "", []):
                    facts.properties[column.name] = (
                        json_number(value) if isinstance(value, Decimal) else value
                    )

    def labelled(self, errors: Collection[FieldError]) -> list[FieldError]:
        """Errors of the facts, naming the columns of the file."""
        return [
            FieldError(self.labels.get(error.field, error.field), error.problem, error.mend)
            for error in errors
        ]


CompanyTold = tuple[CompanyFacts | None, tuple[str, str, str], list[FieldError]]
"""A company as a contact's row tells it, the domain, name and id that it gives in so many words, and what is wrong."""


@dataclass(frozen=True, slots=True)
class BoundActivity:
    """An activity rule, bound to a file. `is_now` where it happens at the moment of the import."""

    section: Section
    applies: Check
    times: Maker | None
    most_times: int
    is_now: bool


class Drafter:
    """A map bound to the headings of one file. Raises Invalid where it names columns that are not there."""

    def __init__(self, binding: Binding) -> None:
        self.map = binding.map
        self.at = binding.at
        self._companies: dict[tuple[str, ...], CompanyTold] = {}
        self._taken = bind_all(self.map.where, binding)
        self._contact = _section(binding, self.map.contact, self.map.contact_properties, Contact, "")
        self._company = _section(binding, self.map.company, self.map.company_properties, Company, "company ")
        self._activities = [
            _bound_activity(
                rule, binding, f"activity {place} " if len(self.map.activities) > 1 else "activity "
            )
            for place, rule in enumerate(self.map.activities, start=1)
        ]
        self._fill = {
            Kind.CONTACTS: self._draft_contact,
            Kind.COMPANIES: self._draft_company,
            Kind.ACTIVITIES: self._draft_references,
        }[self.map.kind]
        # The domain of an address that the map makes up is nobody's employer.
        self._made_up = "email" in self.map.contact and bool(self.map.contact["email"].template)
        if self.map.document.faults:
            raise Invalid(*self.map.document.errors())
        unmapped = [heading for index, heading in enumerate(binding.headings) if index not in binding.used]
        self.unmapped = [heading for heading in unmapped if heading]

    def draft(self, row: Row) -> Draft | None:
        """What `row` says; None where the map leaves it out: by `where`, or because no activity applies."""
        draft = Draft(row)
        if row.fault:
            draft.errors.append(row.fault)
            return draft
        if not self._taken(row.cells):
            return None
        self._fill(draft)
        is_about_nothing = self.map.kind == Kind.ACTIVITIES and not (draft.activities or draft.errors)
        return None if is_about_nothing else draft

    def _draft_contact(self, draft: Draft) -> None:
        cells, errors = draft.row.cells, draft.errors
        draft.contact = contact = ContactFacts()
        self._contact.fill(contact, cells, errors)
        for ground, consent in GROUNDS.items():
            if not getattr(contact, consent):
                setattr(contact, ground, "")
        errors += self._contact.labelled(clean_contact(contact, at=self.at))
        if self._company.columns or self._company.properties:
            self._draft_company_of(contact, draft)
        elif self.map.create_companies and not self._made_up:
            draft.company = _company_behind(contact.email.rpartition("@")[2])
        self._draft_activities(draft, contact.email)

    def _draft_company_of(self, contact: ContactFacts, draft: Draft) -> None:
        """The company that a contact's row tells of, which many rows tell in the same words."""
        cells = draft.row.cells
        host = "" if self._made_up else contact.email.rpartition("@")[2]
        words = (host, *(cells[place] for place in self._company.places))
        told = self._companies.get(words)
        if told is None:
            if len(self._companies) >= MOST_COMPANIES:
                self._companies.clear()
            told = self._companies[words] = self._read_company(cells, host)
        company, named, errors = told
        contact.company_domain, contact.company_name, contact.company_external_id = named
        draft.company = company
        draft.errors += errors

    def _read_company(self, cells: Cells, host: str) -> CompanyTold:
        """Its domain is that of the address, at `host`, where the row identifies it by none and by no id."""
        errors: list[FieldError] = []
        company = CompanyFacts()
        self._company.fill(company, cells, errors)
        _drop_shared_domain(company)
        named = (company.domain, company.name, company.external_id)
        if not (company.domain or company.external_id):
            company.domain = linking_domain(host)
        if not (company.domain or company.external_id or company.name):
            return None, named, errors
        errors += self._company.labelled(clean_company(company, at=self.at))
        return company, named, errors

    def _draft_company(self, draft: Draft) -> None:
        draft.company = company = CompanyFacts()
        self._company.fill(company, draft.row.cells, draft.errors)
        _drop_shared_domain(company)
        draft.errors += self._company.labelled(clean_company(company, at=self.at))

    def _draft_references(self, draft: Draft) -> None:
        for column in self._contact.columns:
            if text := column.make(draft.row.cells):
                try:
                    draft.references[column.name] = normal_reference(column.name, text)
                except Unreadable as fault:
                    draft.errors.append(FieldError(column.label, fault.problem, fault.mend))
        if not draft.references and not draft.errors:
            draft.errors.append(FieldError("contact", "is missing", "say whom the activity is about"))
        self._draft_activities(draft, next(iter(draft.references.values()), ""))

    def _draft_activities(self, draft: Draft, whose: str) -> None:
        """The activities that a row tells of. `whose` names the contact in ids made of what happened."""
        if not self._activities:
            return
        repeats: Counter[tuple[str, ...]] = Counter()
        for rule in self._activities:
            if not rule.applies(draft.row.cells):
                continue
            facts = ActivityFacts(contact="", kind="", occurred_at=UNSAID, source=self.map.source)
            faults: list[FieldError] = []
            rule.section.fill(facts, draft.row.cells, faults)
            times = self._times(rule, draft.row.cells, faults)
            if not faults and (not facts.kind or facts.occurred_at is UNSAID):
                if self.map.kind == Kind.ACTIVITIES:
                    missing = "occurred_at" if facts.kind else "kind"
                    draft.errors += rule.section.labelled([FieldError(missing, "is missing", "fill it in")])
                continue
            draft.errors += faults or rule.section.labelled(clean_activity(facts, at=self.at))
            if not draft.errors:
                draft.activities += _numbered(facts, times, whose, repeats, is_now=rule.is_now)

    def _times(self, rule: BoundActivity, cells: Cells, errors: list[FieldError]) -> int:
        if rule.times is None:
            return 1
        try:
            return max(0, min(rule.times(cells) or 0, rule.most_times))
        except Unreadable as fault:
            errors.append(FieldError("times", fault.problem, fault.mend))
            return 0


@lru_cache(maxsize=4096)
def _company_behind(host: str) -> CompanyFacts | None:
    """The company that an address alone says: the same facts for all who write from `host`, which nobody changes."""
    domain = linking_domain(host)
    return CompanyFacts(domain=domain) if domain else None


def _drop_shared_domain(company: CompanyFacts) -> None:
    """A page at a host that many share (facebook.com/acme) is not the company's domain; its name remains."""
    domain = company_domain(company.domain) if company.domain else ""
    if domain and not links_company(domain):
        company.domain = ""


def _section(
    binding: Binding,
    columns: Mapping[str, Value],
    properties: Mapping[str, Value],
    model: type[Company | Contact | Activity],
    prefix: str,
) -> Section:
    longest = longest_texts(model)
    fields = []
    for name, value in columns.items():
        make = bind(value, binding, longest=longest.get(name))
        if value.type == ValueType.TEXT and model is not Activity:
            make = _refusing_formulas(make)
        fields.append(Field(NAMED.get(name, name), f"{prefix}{name}{_origin(value)}", make))
    of_properties = [
        Field(name, f"{prefix}property {name}{_origin(value)}", bind(value, binding))
        for name, value in properties.items()
    ]
    used = {
        column: value.path for value in (*columns.values(), *properties.values()) for column in value.named()
    }
    places = sorted({binding.index(column, path) for column, path in used.items()})
    return Section(fields, of_properties, {column.name: column.label for column in fields}, places)


def _origin(value: Value) -> str:
    """The columns that a value comes from, as an error names them."""
    return f" ({', '.join(f'“{column}”' for column in value.named())})" if value.named() else ""


def _refusing_formulas(make: Maker) -> Maker:
    def made(cells: Cells) -> str:
        text: str = make(cells)
        return text if text[:1] != "=" else not_a_formula(text)

    return made


def _bound_activity(rule: ActivityRule, binding: Binding, prefix: str) -> BoundActivity:
    return BoundActivity(
        section=_section(binding, rule.fields, rule.properties, Activity, prefix),
        applies=bind_all(rule.when, binding),
        times=bind(rule.times, binding) if rule.times else None,
        most_times=rule.most_times,
        is_now=rule.fields["occurred_at"].constant == NOW,
    )


def _numbered(
    facts: ActivityFacts, times: int, whose: str, repeats: Counter[tuple[str, ...]], *, is_now: bool
) -> list[ActivityFacts]:
    """`facts` as many times as it happened, each with an id that the next import of the same row finds again.

    An id of its own is kept; else one is made of what happened, to whom and when. `repeats` counts what one row tells
    several times, so that each is recorded. What happens at the moment of the import has no other time than that.
    """
    moment = NOW if is_now else facts.occurred_at.astimezone(UTC).isoformat()
    content = (facts.source, whose, facts.kind, facts.subject, facts.campaign, moment)
    numbered = []
    for place in range(times):
        if facts.external_id:
            external_id = facts.external_id if place == 0 else f"{facts.external_id} #{place + 1}"
        else:
            parts = "\x1f".join((*content, str(repeats[content])))
            external_id = hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()
            repeats[content] += 1
        numbered.append(replace(facts, external_id=external_id) if times > 1 else facts)
        numbered[-1].external_id = external_id
    return numbered
