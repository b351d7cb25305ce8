"""Facts on their way in: what the write path takes, cleaned and checked row by row.

Empty text and None mean *not said*: they never blank what is already recorded.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any

from email_validator import EmailNotValidError, validate_email

from crm.email_domains import company_domain
from crm.errors import FieldError
from crm.models import Activity, Company, Consent, Contact, Stage
from crm.strict_yaml import UNSTORABLE

PLAIN_ADDRESS = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
"""Most addresses by far, told from the others in a fraction of the time that reading one takes."""
LONGEST_PLAIN = 63
"""Of the domain of such an address: as much as one label of it may have."""
KIND = re.compile(r"[a-z][a-z0-9_]*")
PLAIN_TEXT = re.compile(r"[!-~](?:[ -~]{0,48}[!-~])?")
"""Most texts by far: tidy as they are, and within the length of every column that is not held to a choice."""
LONGEST_DOMAIN = 253
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=366)
MOST_PROPERTY_CHARACTERS = 100_000
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
NUL_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it, and not a text that spells this escape."""
CENT = Decimal("0.01")
MOST_REVENUE = Decimal("99999999999999.99")


@dataclass(slots=True)
class CompanyFacts:
    """A company as somebody reports it. Identified by domain, else external id, else name."""

    name: str = ""
    domain: str = ""
    industry: str = ""
    employees: int | None = None
    revenue: Decimal | None = None
    country: str = ""
    owner_id: int | None = None
    external_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(slots=True)
class ContactFacts:
    """A contact as somebody reports it. Identified by e-mail.

    `company_id` is the company that this says, where it is looked up already.
    """

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    phone: str = ""
    country: str = ""
    source: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    company_domain: str = ""
    company_name: str = ""
    company_external_id: str = ""
    company_id: int | None = None
    stage: str = ""
    sales_consent: str = ""
    sales_consent_ground: str = ""
    marketing_consent: str = ""
    marketing_consent_ground: str = ""
    owner_id: int | None = None
    external_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(slots=True)
class ActivityFacts:
    """An activity as somebody reports it. `contact` is the contact's id, e-mail or `external:ID`."""

    contact: int | str
    kind: str
    occurred_at: datetime
    source: str
    subject: str = ""
    campaign: str = ""
    external_id: str = ""
    automated: bool = False
    properties: dict[str, Any] = field(default_factory=dict)


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: its id where it is recorded, its faults where it is not.

    `conflict` tells a row that was well formed and could not be done as things stand from one that was wrong.
    """

    result: Result
    id: int | None = None
    errors: tuple[FieldError, ...] = ()
    conflict: bool = False


@cache
def longest_texts(model: type[Company | Contact | Activity]) -> dict[str, int]:
    """How many characters each text column of `model` holds."""
    columns = ((column.name, getattr(column, "max_length", None)) for column in model._meta.fields)
    return {name: length for name, length in columns if length}


CONTACT_TEXTS = tuple(f.name for f in fields(ContactFacts) if f.type == "str")
COMPANY_TEXTS = tuple(f.name for f in fields(CompanyFacts) if f.type == "str")
# An enumeration makes its list of values anew each time: too slow to ask for every row.
STAGES = tuple(Stage.values)
CONSENTS = tuple(Consent.values)
ACTIVITY_TEXTS = ("kind", "source", "subject", "campaign", "external_id")


def tidy(text: str) -> str:
    """`text` composed (Unicode NFC), with no blanks around it."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


@cache
def contact_text_lengths() -> dict[str, int]:
    """How many characters each text of a contact's facts may have, those that say its company included."""
    company = longest_texts(Company)
    said = {"company_name": company["name"], "company_external_id": company["external_id"]}
    return {**longest_texts(Contact), **said}


@cache
def _texts(names: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    return attrgetter(*names)


def _tidy_texts(row: Any, names: tuple[str, ...], lengths: dict[str, int], errors: list[FieldError]) -> None:
    for name, said in zip(names, _texts(names)(row), strict=True):
        if not said or PLAIN_TEXT.fullmatch(said):
            continue
        text = tidy(said)
        if "\x00" in text or (not text.isascii() and UNSTORABLE.search(text)):
            errors.append(FieldError(name, "holds a character that cannot be stored", "remove it"))
        elif len(text) > lengths.get(name, LONGEST_DOMAIN):
            longest = lengths.get(name, LONGEST_DOMAIN)
            errors.append(FieldError(name, f"is {len(text)} characters long", f"shorten it to {longest}"))
        if text is not said:
            setattr(row, name, text)


def _check_properties(properties: Any, errors: list[FieldError]) -> None:
    if not isinstance(properties, dict) or not all(isinstance(key, str) for key in properties):
        errors.append(FieldError("properties", "is not an object", "send names with their values"))
        return
    size, fault = _as_json(properties)
    if fault:
        for name, value in properties.items():
            _, fault = _as_json({name: value})
            if fault:
                field_name = f"properties.{name}" if name.isprintable() else "properties"
                errors.append(FieldError(field_name, fault, "mend it, or leave it out"))
    elif size > MOST_PROPERTY_CHARACTERS:
        problem, mend = f"holds {size} characters", f"send at most {MOST_PROPERTY_CHARACTERS}"
        errors.append(FieldError("properties", problem, mend))


def _as_json(properties: dict[str, Any]) -> tuple[int, str]:
    """How many characters `properties` take as JSON, and what keeps them from being stored, "" where nothing does."""
    try:
        text = _encode(properties)
        text.encode()
    except UnicodeEncodeError:
        return 0, "holds half of a character (a lone surrogate)"
    except RecursionError:
        return 0, "is nested too deep"
    except ValueError:  # Not a number, infinite, or whole with thousands of digits.
        return 0, "holds a number that is not finite, or endless"
    # Looking for the plain text first costs a fraction of what the expression does.
    return len(text), "holds a NUL character" if r"\u0000" in text and NUL_ESCAPED.search(text) else ""


def _check_moment(name: str, moment: datetime | None, at: datetime, errors: list[FieldError]) -> None:
    if moment is None:
        return
    if moment.tzinfo is None:
        errors.append(FieldError(name, "has no time zone", "add one, as in 2026-03-01T09:00:00Z"))
    elif moment < EARLIEST:
        errors.append(FieldError(name, "is before 1970", "send the moment it happened"))
    elif moment > at + LATEST_AHEAD:
        errors.append(FieldError(name, "is more than a year ahead", "send the moment it happened"))


def normal_email(text: str) -> str:
    """An address as it is stored: composed, lower case, its domain in Unicode. Raises ValueError with what is wrong."""
    email = tidy(text).lower()
    at = email.find("@")
    plain = 0 < at <= 64 and len(email) - at <= LONGEST_PLAIN + 1 and "xn--" not in email
    if plain and PLAIN_ADDRESS.fullmatch(email):
        return email
    if not email:
        raise ValueError("is missing")
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(f"“{email[:80]}” is not an e-mail address: {error}") from error


def _check_choice(row: Any, name: str, choices: tuple[str, ...], errors: list[FieldError]) -> None:
    value = getattr(row, name)
    if value and value not in choices:
        known = ", ".join(choice for choice in choices if choice)
        errors.append(FieldError(name, f"“{value[:40]}” is not known", f"use one of {known}"))


def clean_contact(row: ContactFacts, *, at: datetime) -> list[FieldError]:
    """Bring `row` into the form that is stored, in place. Returns its faults, none when it is sound."""
    errors: list[FieldError] = []
    _tidy_texts(row, CONTACT_TEXTS, contact_text_lengths(), errors)
    try:
        row.email = normal_email(row.email)
    except ValueError as error:
        errors.append(FieldError("email", str(error), "give one address, as in ada@acme.example"))
    _check_choice(row, "stage", STAGES, errors)
    _check_choice(row, "sales_consent", CONSENTS, errors)
    _check_choice(row, "marketing_consent", CONSENTS, errors)
    _check_moment("created_at", row.created_at, at, errors)
    if row.properties:
        _check_properties(row.properties, errors)
    return errors


def clean_company(row: CompanyFacts, *, at: datetime) -> list[FieldError]:
    """Bring `row` into the form that is stored, in place. Returns its faults, none when it is sound."""
    errors: list[FieldError] = []
    _tidy_texts(row, COMPANY_TEXTS, longest_texts(Company), errors)
    if row.domain:
        domain = company_domain(row.domain)
        if not domain:
            errors.append(
                FieldError("domain", f"“{row.domain[:80]}” is not a domain", "give one, as in acme.example")
            )
        row.domain = domain
    if not (row.name or row.domain or row.external_id):
        errors.append(FieldError("name", "is missing", "give a name, a domain or an external id"))
    if row.employees is not None and not 0 <= row.employees <= 2_147_483_647:
        errors.append(FieldError("employees", f"{row.employees} is out of range", "give a head count"))
    if row.revenue is not None:
        revenue = Decimal(row.revenue)
        if revenue.is_finite() and 0 <= revenue <= MOST_REVENUE:
            row.revenue = revenue.quantize(CENT, ROUND_HALF_UP)
        else:
            problem = f"{row.revenue} is out of range"
            errors.append(FieldError("revenue", problem, "give a year's revenue, 0 or more"))
    _check_moment("created_at", row.created_at, at, errors)
    if row.properties:
        _check_properties(row.properties, errors)
    return errors


def clean_activity(row: ActivityFacts, *, at: datetime) -> list[FieldError]:
    """Bring `row` into the form that is stored, in place. Returns its faults, none when it is sound."""
    errors: list[FieldError] = []
    _tidy_texts(row, ACTIVITY_TEXTS, longest_texts(Activity), errors)
    if not KIND.fullmatch(row.kind):
        errors.append(
            FieldError(
                "kind", f"“{row.kind[:40]}” is not a kind", "use small letters, digits and _, as in page_view"
            )
        )
    if not row.source:
        errors.append(FieldError("source", "is missing", "name the system that reports it"))
    _check_moment("occurred_at", row.occurred_at, at, errors)
    if row.properties:
        _check_properties(row.properties, errors)
    return errors
