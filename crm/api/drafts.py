"""What one item of a body says, as facts for the write path. Nothing is looked up or written here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError

from crm.api.fields import Strict
from crm.api.parsers import unstorable
from crm.api.problems import Fault, Refused, faults_in, faults_of
from crm.api.serializers import ActivityIn, CompanyIn, ContactIn
from crm.email_domains import linking_domain, links_company
from crm.facts import (
    ActivityFacts,
    CompanyFacts,
    ContactFacts,
    clean_activity,
    clean_company,
    clean_contact,
    normal_email,
)

COMPANY_NAMES = ("company_domain", "company_name", "company_external_id")


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """A contact, the company that came with it, and whether a company that is only named is to be recorded."""

    facts: ContactFacts
    company: CompanyFacts | None
    create_company: bool


def read_company(item: Any, *, at: datetime) -> CompanyFacts:
    """Raises Refused with the item's faults."""
    facts = CompanyFacts(**_said(CompanyIn, item))
    _refuse(faults_of(clean_company(facts, at=at)))
    return facts


def read_contact(item: Any, *, at: datetime) -> ContactDraft:
    """Raises Refused with the item's faults, those of its company under `/company`."""
    said = _said(ContactIn, item)
    create_company = said.pop("create_company")
    company = CompanyFacts(**_known(said.pop("company"))) if "company" in said else None
    facts = ContactFacts(**said)
    faults = faults_of(clean_contact(facts, at=at))
    if company:
        if not (company.domain or company.external_id):
            company.domain = linking_domain(facts.email.rpartition("@")[2])
        faults += [fault.under("/company") for fault in faults_of(clean_company(company, at=at))]
        faults += _company_faults(facts, company)
    _refuse(faults)
    return ContactDraft(facts, company, create_company)


def read_activity(item: Any, *, source: str, at: datetime) -> ActivityFacts:
    """`source` is that of an item which names none. Raises Refused with the item's faults."""
    said = _said(ActivityIn, item)
    email = said.pop("email", "")
    faults = []
    if bool(email) == ("contact" in said):
        mend = "send one of contact and email"
        faults.append(Fault("", "names its contact twice" if email else "names no contact", mend))
    elif email:
        try:
            said["contact"] = normal_email(email)
        except ValueError as error:
            faults.append(Fault("/email", str(error), "give one address, as in ada@acme.example"))
    moment = {"occurred_at": at, **said, "source": said.get("source") or source}
    facts = ActivityFacts(**{"contact": 0, **moment})
    _refuse([*faults, *faults_of(clean_activity(facts, at=at))])
    return facts


def _said(shape: type[Strict], item: Any) -> dict[str, Any]:
    _refuse(unstorable(item))
    try:
        return _known(_instance(shape).run_validation(item))
    except ValidationError as error:
        raise Refused(*faults_in(error.detail)) from error


@cache
def _instance(shape: type[Strict]) -> Strict:
    """One for all items: to make a serializer takes longer than to read an item with it."""
    return shape()


def _known(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _refuse(faults: Iterable[Fault]) -> None:
    if found := tuple(faults):
        raise Refused(*found)


def _company_faults(facts: ContactFacts, company: CompanyFacts) -> list[Fault]:
    faults = []
    if any(getattr(facts, name) for name in COMPANY_NAMES):
        faults.append(Fault("/company", "is named a second time", f"leave out {', '.join(COMPANY_NAMES)}"))
    if company.domain and not links_company(company.domain):
        problem = f"{company.domain} gives mailboxes to anybody, or to students"
        faults.append(
            Fault("/company/domain", problem, "leave it out: name or external_id find the company too")
        )
    return faults
