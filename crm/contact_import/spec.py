"""What an import map can say. `map_file` reads it from YAML; `drafts` makes facts by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import TextChoices

from crm.strict_yaml import Document, Path

ISO = "iso"
"""The date format of ISO 8601, which needs no pattern: 2026-03-01, 2026-03-01T09:00:00Z."""
NOW = "now"
"""The constant that means the moment of the import."""
GREENWICH = ZoneInfo("UTC")
MOST_TIMES = 1000
IN_BRACES = re.compile(r"\{([^{}]+)\}")
"""A column inside a template."""


class Kind(TextChoices):
    """What one row of the file is about."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    ACTIVITIES = "activities"


class ValueType(TextChoices):
    """What the text of a cell becomes. A map says the first four of properties; columns have their own."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    WHOLE_NUMBER = "whole number"
    MOMENT = "moment"
    USER = "user"


class Decimals(TextChoices):
    """Which sign stands before the decimals."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class Value:
    """How one value is made of a row: from the first of `columns` that says something, from a `template` with columns
    in braces, or as a `constant`; then translated, then read as its `type`.

    `path` is where the map says so: the line that an error names. `is_address` fits the columns in a template into an
    e-mail address.
    """

    path: Path
    type: ValueType = ValueType.TEXT
    columns: tuple[str, ...] = ()
    template: str = ""
    constant: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    separator: str = ","
    factor: Decimal | None = None
    cut_at: str = ""
    is_address: bool = False

    def named(self) -> tuple[str, ...]:
        """The columns that the value is made of."""
        return self.columns or tuple(IN_BRACES.findall(self.template))


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a cell must be. What is None is not asked; texts compare without case."""

    path: Path
    column: str
    known: bool | None = None
    equals: frozenset[str] | None = None
    not_equals: frozenset[str] | None = None
    matches: re.Pattern[str] | None = None
    not_matches: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """An activity that a row tells of, or as many of it as a count says."""

    fields: Mapping[str, Value]
    properties: Mapping[str, Value]
    when: tuple[Condition, ...] = ()
    times: Value | None = None
    most_times: int = MOST_TIMES


@dataclass(frozen=True, slots=True)
class ImportMap:
    """Everything that a map says of a file. `contact` are the columns of a contact, in a map of activities what finds
    the contacts they are about.
    """

    document: Document
    kind: Kind = Kind.CONTACTS
    source: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimals: Decimals = Decimals.POINT
    dates: tuple[str, ...] = (ISO,)
    time_zone: ZoneInfo = GREENWICH
    unknown: frozenset[str] = frozenset()
    create_companies: bool = True
    where: tuple[Condition, ...] = ()
    contact: Mapping[str, Value] = field(default_factory=dict)
    contact_properties: Mapping[str, Value] = field(default_factory=dict)
    company: Mapping[str, Value] = field(default_factory=dict)
    company_properties: Mapping[str, Value] = field(default_factory=dict)
    activities: tuple[ActivityRule, ...] = ()

    def columns(self) -> set[str]:
        """Every column of the file that the map names."""
        values = [
            *self.contact.values(),
            *self.contact_properties.values(),
            *self.company.values(),
            *self.company_properties.values(),
        ]
        conditions = [*self.where]
        for rule in self.activities:
            values += [*rule.fields.values(), *rule.properties.values()]
            values += [rule.times] if rule.times else []
            conditions += rule.when
        named = {column for value in values for column in value.named()}
        return named | {condition.column for condition in conditions}
