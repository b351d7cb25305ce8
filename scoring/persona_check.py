"""Whether a persona is written as one: keys that exist, values of their type and within their column.

What it scores is for `scoring.personas` to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from crm.facts import KIND, normal_email
from crm.models import Activity, Company, Consent, Contact, Stage
from crm.strict_yaml import UNSTORABLE, Fault, Path
from scoring.spec import PersonaSpec

PERSONA_COMPANY: dict[str, Any] = {
    "name": str,
    "domain": str,
    "industry": str,
    "employees": int,
    "revenue": float,
    "country": str,
    "properties": dict,
}
PERSONA_CONTACT: dict[str, Any] = {
    "email": str,
    "first_name": str,
    "last_name": str,
    "job_title": str,
    "phone": str,
    "country": str,
    "source": str,
    "utm_source": str,
    "utm_medium": str,
    "utm_campaign": str,
    "utm_term": str,
    "utm_content": str,
    "sales_consent": str,
    "marketing_consent": str,
    "stage": str,
    "opted_out": bool,
    "created_days_ago": float,
    "recycled_days_ago": float,
    "company": PERSONA_COMPANY,
    "properties": dict,
}
PERSONA_ACTIVITY: dict[str, Any] = {
    "kind": str,
    "subject": str,
    "campaign": str,
    "automated": bool,
    "properties": dict,
    "days_ago": float,
    "times": int,
}
"""Keys of a persona's parts with the type of each. A mapping is a part of its own; `dict` holds properties."""

MOST_ACTIVITIES = 1_000
MOST_TIMES = 5_000
"""Of one activity, and of all of a persona's together."""
MOST_DAYS = 36_500
BOUNDS: dict[str, tuple[float, float]] = {
    "created_days_ago": (0, MOST_DAYS),
    "recycled_days_ago": (0, MOST_DAYS),
    "days_ago": (0, MOST_DAYS),
    "times": (1, MOST_TIMES),
    "employees": (0, 2**31 - 1),
    "revenue": (0, 10**13),
}
CHOICES = {
    "stage": Stage.values,
    "sales_consent": [Consent.ALLOWED.value, Consent.OPTED_OUT.value],
    "marketing_consent": [Consent.ALLOWED.value, Consent.OPTED_OUT.value],
}
WANTED = {
    str: ("a text", "write one text, in quotes where it looks like a number"),
    int: ("a whole number", "write digits alone"),
    float: ("a number", "write digits alone, as in 10 or 2.5"),
    bool: ("true or false", "write true or false"),
}
LENGTHS: dict[str, int] = {
    column.name: length
    for model in (Activity, Company, Contact)
    for column in model._meta.fields
    if (length := getattr(column, "max_length", None))
}
"""How much the columns take. Where contact and company share a name they share its length."""

MOST_NUMBER = 10**15
"""Beyond it a double no longer tells one hundredth from the next."""


def shape_faults(persona: PersonaSpec, path: Path) -> Iterator[Fault]:
    yield from _part_faults(persona.contact, PERSONA_CONTACT, (*path, "contact"))
    if len(persona.activities) > MOST_ACTIVITIES:
        yield Fault(
            (*path, "activities"), f"holds {len(persona.activities)}", f"keep it to {MOST_ACTIVITIES}"
        )
    for index, activity in enumerate(persona.activities):
        at = (*path, "activities", index)
        yield from _part_faults(activity, PERSONA_ACTIVITY, at)
        if isinstance(activity, dict) and "kind" not in activity:
            yield Fault((*at, "kind"), "is missing", "add `kind: …`, as in page_view")
    if _times(persona) > MOST_TIMES:
        yield Fault((*path, "activities"), f"come to more than {MOST_TIMES} by their `times`", "lower them")


def _times(persona: PersonaSpec) -> int:
    said = [one.get("times", 1) for one in persona.activities if isinstance(one, dict)]
    return sum(times for times in said if isinstance(times, int))


def _part_faults(part: Any, keys: dict[str, Any], path: Path) -> Iterator[Fault]:
    if not isinstance(part, dict):
        yield Fault(
            path,
            f"is {part!r:.40} and not a mapping",
            "write keys with their values, as in {kind: page_view}",
        )
        return
    for key, value in part.items():
        at = (*path, key)
        wanted = keys.get(key)
        if wanted is None:
            yield Fault(at, "is not a key here", f"use one of {', '.join(keys)}")
        elif isinstance(wanted, dict):
            yield from _part_faults(value, wanted, at)
        elif wanted is dict:
            yield from _property_faults(value, at)
        elif not _is(value, wanted):
            name, mend = WANTED[wanted]
            yield Fault(at, f"is {value!r:.40} and not {name}", mend)
        elif wanted is str:
            yield from _text_faults(key, value, at)
        elif wanted is not bool:
            yield from _number_faults(key, value, at)


def _is(value: Any, wanted: type) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _text_faults(key: str, value: str, path: Path) -> Iterator[Fault]:
    if UNSTORABLE.search(value):
        yield Fault(path, "holds a character that cannot be stored", "remove it")
    elif len(value) > LENGTHS[key]:
        yield Fault(path, f"is {len(value)} characters long", f"shorten it to {LENGTHS[key]}")
    elif key in CHOICES and value not in CHOICES[key]:
        yield Fault(path, f"“{value[:40]}” is not known", f"use one of {', '.join(CHOICES[key])}")
    elif key == "kind" and not KIND.fullmatch(value):
        yield Fault(path, f"“{value[:40]}” is no kind", "use small letters, digits and _, as in page_view")
    elif key == "email":
        try:
            normal_email(value)
        except ValueError as error:
            yield Fault(path, str(error), "write one address, as in ada@acme.example")


def _number_faults(key: str, value: float, path: Path) -> Iterator[Fault]:
    low, high = BOUNDS[key]
    if not math.isfinite(value) or not low <= value <= high:
        yield Fault(path, f"is {value:g}", f"write a number from {low:g} to {high:.15g}")


def _property_faults(properties: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(properties, dict):
        yield Fault(
            path,
            f"is {properties!r:.40} and not a mapping",
            "write names with their values, as in {plan: pro}",
        )
        return
    for name, value in properties.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict | list):
                yield Fault(
                    (*path, name), "is nested", "write a text, a number, true, false, or a list of them"
                )
            elif isinstance(one, str) and UNSTORABLE.search(one):
                yield Fault((*path, name), "holds a character that cannot be stored", "remove it")
            elif isinstance(one, int | float) and not abs(one) <= MOST_NUMBER:
                yield Fault((*path, name), "is beyond all bounds", f"write a number up to {MOST_NUMBER}")
