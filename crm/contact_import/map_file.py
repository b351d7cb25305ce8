"""Import maps as YAML files: text → `ImportMap`, every fault named by line, key and mend.

Whether the columns that a map names are in a file is for `drafts` to say. `docs/import.md` explains the format.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crm.contact_import.spec import (
    GREENWICH,
    IN_BRACES,
    ISO,
    MOST_TIMES,
    ActivityRule,
    Condition,
    Decimals,
    ImportMap,
    Kind,
    Value,
    ValueType,
)
from crm.errors import Invalid
from crm.facts import ACTIVITY_TEXTS, COMPANY_TEXTS, CONSENTS, CONTACT_TEXTS, KIND, STAGES
from crm.models import Activity
from crm.strict_yaml import Part, load

MAP_KEYS = (
    "source", "kind", "encoding", "delimiter", "decimal", "dates", "time_zone", "unknown", "create_companies",
    "where", "contact", "company", "activities",
)  # fmt: skip
OTHERS = {"created_at": ValueType.MOMENT, "owner": ValueType.USER}
CONTACT_COLUMNS = {
    **{name: ValueType.TEXT for name in CONTACT_TEXTS if not name.startswith("company_")},
    **OTHERS,
}
COMPANY_COLUMNS = {
    **dict.fromkeys(COMPANY_TEXTS, ValueType.TEXT),
    "employees": ValueType.WHOLE_NUMBER,
    "revenue": ValueType.NUMBER,
    **OTHERS,
}
ACTIVITY_COLUMNS = {
    **{name: ValueType.TEXT for name in ACTIVITY_TEXTS if name != "source"},
    "occurred_at": ValueType.MOMENT,
}
REFERENCES = dict.fromkeys(
    ("email", "external_id", "company_external_id", "company_domain", "campaign"), ValueType.TEXT
)
"""What finds the contacts that a row of activities is about."""
CHOICES = {"stage": STAGES, "sales_consent": CONSENTS, "marketing_consent": CONSENTS}
IDENTITIES = ("name", "domain", "external_id")

ORIGINS = ("column", "columns", "template", "value")
TRANSLATION = ("values", "otherwise")
OF_TYPE = {
    ValueType.TEXT: ("cut_at",),
    ValueType.NUMBER: ("factor",),
    ValueType.WHOLE_NUMBER: ("factor",),
}
OF_PROPERTIES = ("type", "separator", "factor", "cut_at")
PROPERTY_TYPES = (ValueType.TEXT, ValueType.NUMBER, ValueType.BOOLEAN, ValueType.LIST)
CONDITION_KEYS = ("column", "known", "equals", "not_equals", "matches", "not_matches")
LONGEST_SOURCE = Activity._meta.get_field("source").max_length


def read_map(text: str) -> ImportMap:
    """The map that a file's `text` holds. Raises Invalid with every fault, each by line, key and mend."""
    top = load(text)
    read = _map(top)
    if top.document.faults:
        raise Invalid(*top.document.errors())
    return read


def _map(top: Part) -> ImportMap:
    keys = top.mapping(MAP_KEYS)
    kind = keys["kind"].choice(Kind) if "kind" in keys else Kind.CONTACTS
    given: dict[str, Any] = {"kind": kind}
    for key in ("encoding", "delimiter", "time_zone", "dates", "unknown", "source"):
        if key in keys:
            given[key] = READERS[key](keys[key])
    if "decimal" in keys:
        given["decimals"] = keys["decimal"].choice(Decimals)
    if "create_companies" in keys:
        given["create_companies"] = keys["create_companies"].boolean()
    if "where" in keys:
        given["where"] = _conditions(keys["where"])
    contact_columns = REFERENCES if kind == Kind.ACTIVITIES else CONTACT_COLUMNS
    for key, columns in (("contact", contact_columns), ("company", COMPANY_COLUMNS)):
        if key in keys:
            given[key], given[f"{key}_properties"] = _record(keys[key], columns)
    if "activities" in keys:
        given["activities"] = tuple(_activity(part) for part in keys["activities"].sequence())
    read = ImportMap(document=top.document, **given)
    _check_sections(top, keys, read)
    return read


SECTIONS = {
    Kind.CONTACTS: (("contact",), ()),
    Kind.COMPANIES: (("company",), ("contact", "activities")),
    Kind.ACTIVITIES: (("contact", "activities"), ("company",)),
}
"""The sections that a map of each kind must have, and those that it cannot have."""


def _check_sections(top: Part, keys: Mapping[str, Part], read: ImportMap) -> None:
    needed, foreign = SECTIONS[read.kind]
    for key in needed:
        if key not in keys:
            top.fault("is missing", f"add `{key}:`; a map of {read.kind} needs it", key)
    for key in foreign:
        if key in keys:
            top.fault(f"has no place in a map of {read.kind}", "leave it out, or change `kind`", key)
    if read.kind == Kind.CONTACTS and "contact" in keys and "email" not in read.contact:
        keys["contact"].fault(
            "is missing", 'name its column, or make addresses: `email: "{Lead ID}@leads.example"`', "email"
        )
    if read.kind == Kind.ACTIVITIES and "contact" in keys and not read.contact:
        keys["contact"].fault("finds nobody", f"name the column of one of {', '.join(REFERENCES)}")
    if read.kind == Kind.COMPANIES and "company" in keys and not set(IDENTITIES) & set(read.company):
        keys["company"].fault("identifies no company", f"add one of {', '.join(IDENTITIES)}")
    if read.activities and not read.source:
        top.fault("is missing", "name the system that the activities come from: it tells repeats", "source")


def _record(part: Part, columns: Mapping[str, ValueType]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The columns and the properties of one section."""
    known = columns if columns is REFERENCES else (*columns, "properties")
    keys = part.mapping(known)
    values = {name: _value(keys[name], columns[name]) for name in keys if name != "properties"}
    if "email" in values:
        values["email"] = replace(values["email"], is_address=True)
    for name in values.keys() & CHOICES.keys():
        words = [word for word in CHOICES[name] if word]
        _check_words(keys[name], values[name], words.__contains__, f"use one of {', '.join(words)}")
    return values, _properties(keys["properties"]) if "properties" in keys else {}


def _check_words(part: Part, value: Value, is_known: Callable[[str], object], mend: str) -> None:
    """Constants and translations can be held to what is known before any row is."""
    for word in {value.constant, value.otherwise or "", *value.translations.values()} - {""}:
        if not is_known(word):
            part.fault(f"makes it “{word[:40]}”, which is not known", mend)


def _properties(part: Part) -> dict[str, Value]:
    return {name: _value(inner, None) for name, inner in part.mapping().items()}


def _value(part: Part, of: ValueType | None) -> Value:
    """The value at `part`, of the type `of`; of a property where that is None."""
    if part.is_scalar():
        text = part.text()
        of = of or ValueType.TEXT
        if IN_BRACES.search(text):
            return Value(part.path, of, template=text)
        return Value(part.path, of, columns=(text,))
    own = OF_PROPERTIES if of is None else OF_TYPE.get(of, ())
    keys = part.mapping((*ORIGINS, *TRANSLATION, *own))
    named = [key for key in ORIGINS if key in keys]
    if len(named) != 1:
        part.fault(
            f"has {' and '.join(named) or 'no origin'}",
            f"say where it comes from by one of {', '.join(ORIGINS)}",
        )
    given: dict[str, Any] = {}
    if "column" in keys:
        given["columns"] = (keys["column"].text(),)
    if "columns" in keys:
        given["columns"] = tuple(inner.text() for inner in keys["columns"].sequence())
    if "template" in keys:
        given["template"] = _template(keys["template"])
    if "value" in keys:
        given["constant"] = keys["value"].text()
    for key in ("otherwise", "separator", "cut_at"):
        if key in keys:
            given[key] = keys[key].text()
    if "values" in keys:
        given["translations"] = {
            said.strip().casefold(): meant.text() for said, meant in keys["values"].mapping().items()
        }
    if "factor" in keys:
        given["factor"] = Decimal(str(keys["factor"].number()))
    return Value(part.path, of or _property_type(keys), **given)


def _property_type(keys: Mapping[str, Part]) -> ValueType:
    if "type" not in keys:
        return ValueType.LIST if "separator" in keys else ValueType.TEXT
    kind = keys["type"].text()
    if kind not in PROPERTY_TYPES:
        keys["type"].fault(f"is “{kind[:40]}”, which is not known", f"use one of {', '.join(PROPERTY_TYPES)}")
        return ValueType.TEXT
    return ValueType(kind)


def _template(part: Part) -> str:
    text = part.text()
    if not IN_BRACES.search(text):
        part.fault("names no column", 'put columns in braces, as in "{First} {Last}"')
    return text


def _activity(part: Part) -> ActivityRule:
    keys = part.mapping((*ACTIVITY_COLUMNS, "properties", "when", "times"), required=("kind", "occurred_at"))
    times, most = _times(keys["times"]) if "times" in keys else (None, MOST_TIMES)
    fields = {name: _value(keys[name], of) for name, of in ACTIVITY_COLUMNS.items() if name in keys}
    if "kind" in fields:
        _check_words(
            keys["kind"], fields["kind"], KIND.fullmatch, "use small letters, digits and _, as in page_view"
        )
    return ActivityRule(
        fields=fields,
        properties=_properties(keys["properties"]) if "properties" in keys else {},
        when=_conditions(keys["when"]) if "when" in keys else (),
        times=times,
        most_times=most,
    )


def _times(part: Part) -> tuple[Value, int]:
    if part.is_scalar():
        return Value(part.path, ValueType.WHOLE_NUMBER, columns=(part.text(),)), MOST_TIMES
    keys = part.mapping(("column", "most"), required=("column",))
    most = keys["most"].whole_number() if "most" in keys else MOST_TIMES
    if not 1 <= most <= MOST_TIMES:
        part.fault(f"is {most}", f"write a number from 1 to {MOST_TIMES}", "most")
    column = keys["column"].text() if "column" in keys else ""
    return Value(part.path, ValueType.WHOLE_NUMBER, columns=(column,)), most


def _conditions(part: Part) -> tuple[Condition, ...]:
    """One condition or a list of them, all of which must hold."""
    parts = [part] if part.is_mapping() else part.sequence()
    return tuple(_condition(inner) for inner in parts)


def _condition(part: Part) -> Condition:
    keys = part.mapping(CONDITION_KEYS, required=("column",))
    if len(keys) < 2 and "column" in keys:
        part.fault("asks nothing of the column", f"add one of {', '.join(CONDITION_KEYS[1:])}")
    return Condition(
        part.path,
        column=keys["column"].text() if "column" in keys else "",
        known=keys["known"].boolean() if "known" in keys else None,
        equals=_texts(keys["equals"]) if "equals" in keys else None,
        not_equals=_texts(keys["not_equals"]) if "not_equals" in keys else None,
        matches=_pattern(keys["matches"]) if "matches" in keys else None,
        not_matches=_pattern(keys["not_matches"]) if "not_matches" in keys else None,
    )


def _texts(part: Part) -> frozenset[str]:
    parts = [part] if part.is_scalar() else part.sequence()
    return frozenset(inner.text().strip().casefold() for inner in parts)


def _pattern(part: Part) -> re.Pattern[str]:
    try:
        return re.compile(part.text(), re.IGNORECASE)
    except re.error as error:
        part.fault(
            f"is no regular expression: {error}", "mend it, or put a back-slash before . ( ) [ ] + * ?"
        )
        return re.compile("")


def _encoding(part: Part) -> str:
    name = part.text()
    try:
        codecs.encode("", name)
    except LookupError:
        part.fault(
            f"is “{name[:40]}”, which is no encoding", "write its name, as in cp1250, utf-8 or latin-1"
        )
    return name


def _delimiter(part: Part) -> str:
    text = part.text()
    text = "\t" if text in ("tab", "\\t") else text
    if len(text) != 1:
        part.fault(f"is “{text[:40]}”, which is not one character", 'write "," or ";" or tab or "|"')
        return ","
    return text


def _time_zone(part: Part) -> ZoneInfo:
    name = part.text()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, one that is no path, and one that is a folder
        part.fault(f"is “{name[:40]}”, which is no time zone", "write its name, as in Europe/Paris")
        return GREENWICH


def _dates(part: Part) -> tuple[str, ...]:
    parts = [part] if part.is_scalar() else part.sequence()
    formats = []
    for inner in parts:
        text = inner.text()
        if text != ISO and not _is_format(text):
            inner.fault(f"is “{text[:40]}”, which is no date format", "write it as %d.%m.%Y %H:%M, or iso")
        formats.append(text)
    return tuple(formats)


def _is_format(text: str) -> bool:
    try:
        day = datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(text), text)  # noqa: DTZ007
    except ValueError:
        return False
    return (day.month, day.day) == (2, 3)


def _unknown(part: Part) -> frozenset[str]:
    return _texts(part)


def _source(part: Part) -> str:
    text = part.text()
    if LONGEST_SOURCE and len(text) > LONGEST_SOURCE:
        part.fault(f"is {len(text)} characters long", f"shorten it to {LONGEST_SOURCE}")
    return text


READERS = {
    "encoding": _encoding,
    "delimiter": _delimiter,
    "time_zone": _time_zone,
    "dates": _dates,
    "unknown": _unknown,
    "source": _source,
}
