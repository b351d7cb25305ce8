"""Merge fields of mail: what `{first_name}` and the like stand for, and what is left where nothing is known.

A field may name what to write where nothing is known, as in `{first_name|there}`. One without it that is not known
stays in the text as it is: it is shown to whoever writes, and no mail leaves with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.models import Contact, User

FIELDS: Mapping[str, str] = {
    "first_name": "Their first name",
    "last_name": "Their last name",
    "name": "Their whole name",
    "job_title": "Their job title",
    "company": "The name of their company",
    "industry": "The industry of their company",
    "country": "Their country",
    "product_interest": "What they are interested in (their property product_interest)",
    "sender_name": "Your name",
    "sender_first_name": "Your first name",
    "sender_email": "Your e-mail address",
}
"""What each field stands for. Beside these, `properties.KEY` and `company.properties.KEY` name anything recorded."""

PROPERTY_PREFIXES = ("properties.", "company.properties.")
BRACES = re.compile(r"\{([^{}]*)\}")
UNSAFE = re.compile(r"://|www\.|[\x00-\x08\x0b-\x1f\x7f]", re.IGNORECASE)
"""What no name holds. A form may have been filled in to have us mail a link to somebody who never saw it."""
LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with what is known put in, and the fields that are left in it, each once, in their order."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put `values` into the fields of `text`. Those that have none and name no substitute stay, and are listed."""
    missing: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        name, has_substitute, substitute = (part.strip() for part in match[1].partition("|"))
        if value := values.get(name, ""):
            return value
        if has_substitute and is_field(name):
            return substitute
        missing[name or "{}"] = None
        return match[0]

    return Filled(BRACES.sub(put, text), tuple(missing))


def unknown_fields(text: str) -> list[str]:
    """What stands in braces in `text` and is no field, each once."""
    names = (match[1].partition("|")[0].strip() for match in BRACES.finditer(text))
    return list(dict.fromkeys(name for name in names if not is_field(name)))


def is_field(name: str) -> bool:
    return name in FIELDS or any(name.startswith(prefix) and name != prefix for prefix in PROPERTY_PREFIXES)


def values_of(contact: Contact, sender: User) -> dict[str, str]:
    """What every field stands for in a mail of `sender` to `contact`; what is not known is left out."""
    company = contact.company
    values = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": f"{contact.first_name} {contact.last_name}",
        "job_title": contact.job_title,
        "company": company.name if company else "",
        "industry": company.industry if company else "",
        "country": contact.country,
        "product_interest": _property(contact.properties, "product_interest"),
        **_properties("properties.", contact.properties),
        **_properties("company.properties.", company.properties if company else {}),
    }
    known = {name: _harmless(value) for name, value in values.items()}
    known |= {
        "sender_name": _one_line(str(sender)),
        "sender_first_name": _one_line(sender.first_name) or _one_line(str(sender)),
        "sender_email": _one_line(sender.email),
    }
    return {name: value for name, value in known.items() if value}


def _properties(prefix: str, properties: Any) -> dict[str, str]:
    return {f"{prefix}{key}": _property(properties, key) for key in properties or {}}


def _property(properties: Any, key: str) -> str:
    """A property as words: text and numbers as they are, lists with commas, anything else not at all."""
    value = (properties or {}).get(key)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value if isinstance(each, str | int | float))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _harmless(value: str) -> str:
    """`value` in one line, or nothing where a person or a company could hardly be called so."""
    return "" if len(value) > LONGEST_VALUE or UNSAFE.search(value) else _one_line(value)


def _one_line(value: str) -> str:
    """Without line breaks, which a subject cannot hold, and braces, which would be read as a field."""
    return " ".join(value.replace("{", "(").replace("}", ")").split())
