"""Corrections by a person who looks at one record and puts it right: here an empty value blanks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.email_domains import domain_of, email_type
from crm.errors import Conflict, FieldError, Invalid
from crm.facts import CompanyFacts, ContactFacts, clean_company, clean_contact
from crm.models import Company, Contact, User
from crm.record.consent import Channel, set_consent
from crm.record.stage import move_stage
from crm.signals import facts_changed

TAKEN = {
    "contact_email_unique": FieldError("email", "is another contact's", "correct that one, or give another"),
    "contact_external_id_unique": FieldError("external_id", "is another contact's", "correct one of the two"),
    "company_domain_unique": FieldError(
        "domain", "is another company's", "correct that one, or give another"
    ),
    "company_external_id_unique": FieldError("external_id", "is another company's", "correct one of the two"),
    "company_bare_name_unique": FieldError("name", "is another company's", "give a domain to one of the two"),
}
"""What it means when a unique constraint refuses a correction."""

CHANNELS: tuple[Channel, ...] = ("sales", "marketing")


@contextmanager
def _clashes_told() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint not in TAKEN:
            raise
        raise Conflict(TAKEN[constraint]) from error


@transaction.atomic
def correct_contact(contact_id: int, *, by: User | None, at: datetime, **columns: Any) -> None:
    """Set columns of one contact to exactly what is given; those not named stay as they are.

    Raises Invalid for a value that is wrong, Conflict for an address that is another's and for a stage that may not
    follow. The consents and the stage go the way that they always go, and leave the same traces.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact_id)
    company_id = columns.pop("company_id", contact.company_id)
    row = ContactFacts(**{"email": contact.email, **columns})
    if errors := clean_contact(row, at=at):
        raise Invalid(*errors)
    cleaned = {name: getattr(row, name) for name in columns}
    stage = cleaned.pop("stage", contact.stage)
    answers = {channel: cleaned.pop(f"{channel}_consent", None) for channel in CHANNELS}
    changed = {**cleaned, "company_id": company_id}
    if row.email != contact.email:
        changed |= {"email_domain": domain_of(row.email), "email_type": email_type(domain_of(row.email))}
    changed = {name: value for name, value in changed.items() if value != getattr(contact, name)}
    for channel, answer in answers.items():
        if answer is not None and answer != getattr(contact, f"{channel}_consent"):
            ground = changed.pop(f"{channel}_consent_ground", getattr(contact, f"{channel}_consent_ground"))
            set_consent([contact_id], channel, answer, ground=ground, at=at)
    if changed:
        with _clashes_told():
            Contact.objects.filter(pk=contact_id).update(**changed, updated_at=max(at, contact.updated_at))
        facts_changed.send(correct_contact, contact_ids=[contact_id], company_ids=[], at=at)
    move_stage([contact_id], stage, by=by, at=at)


@transaction.atomic
def correct_company(company_id: int, *, at: datetime, **columns: Any) -> None:
    """Set columns of one company to exactly what is given; those not named stay as they are.

    Raises Invalid for a value that is wrong, Conflict for a domain, external id or bare name that is another's.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    row = CompanyFacts(**{"name": company.name, **columns})
    if errors := clean_company(row, at=at):
        raise Invalid(*errors)
    if not row.name:
        raise Invalid(FieldError("name", "is missing", "give the company a name"))
    changed = {name: getattr(row, name) for name in columns}
    changed = {name: value for name, value in changed.items() if value != getattr(company, name)}
    if not changed:
        return
    with _clashes_told():
        Company.objects.filter(pk=company_id).update(**changed, updated_at=max(at, company.updated_at))
    facts_changed.send(correct_company, contact_ids=[], company_ids=[company_id], at=at)
