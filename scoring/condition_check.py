"""Whether a condition can ever say something: a field that exists, an operator that suits it, a value of its shape."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from crm.email_domains import company_domain, domain_of
from crm.models import Consent, EmailType, Stage
from crm.strict_yaml import UNSTORABLE, Fault, Path
from scoring.fields import ACTIVITY, NUMBERS, OPERATORS, Audience, FieldType, Scope, similar, type_of
from scoring.models import Dimension, Op
from scoring.spec import ConditionSpec

LONGEST_FIELD = 150
LONGEST_TEXT = 450
MOST_VALUES = 5_000
MOST_NUMBER = 10**15
"""Beyond it a double no longer tells one hundredth from the next."""
MOST_DAYS = 36_500
"""A hundred years."""
KIND = re.compile(r"[a-z][a-z0-9_]*")
CHOICES = {
    "email_type": EmailType.values,
    "sales_consent": [Consent.ALLOWED.value, Consent.OPTED_OUT.value],
    "marketing_consent": [Consent.ALLOWED.value, Consent.OPTED_OUT.value],
    "stage": Stage.values,
    "score.grade": [f"{letter}{number}" for letter in "abcd" for number in "1234"],
}
WHOLE_VALUES = frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN})
LISTS = frozenset({Op.IN, Op.NOT_IN})
SIZES = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE})
PRESENCE = frozenset({Op.KNOWN, Op.UNKNOWN})


def condition_faults(condition: ConditionSpec, scope: Scope, path: Path, lists: set[str]) -> Iterator[Fault]:
    """What is wrong with a condition of that scope. `lists`: the names of the domain lists there are."""
    field_type = type_of(scope, condition.field)
    if field_type is None:
        yield _no_such_field(condition.field, scope, (*path, "field"))
        return
    if len(condition.field) > LONGEST_FIELD or UNSTORABLE.search(condition.field):
        yield Fault(
            (*path, "field"), "is too long, or cannot be stored", f"keep it to {LONGEST_FIELD} characters"
        )
    if condition.op not in OPERATORS[field_type]:
        suitable = ", ".join(op for op in Op if op in OPERATORS[field_type])
        holds = f"{condition.field} holds {'a ' if field_type != FieldType.BOOLEAN else ''}{field_type}"
        yield Fault((*path, "op"), f"`{condition.op}` does not suit: {holds}", f"use one of {suitable}")
        return
    yield from _value_faults(condition, field_type, (*path, "value"), lists)


def _no_such_field(field: str, scope: Scope, path: Path) -> Fault:
    near = similar(scope, field)
    known = f"did you mean {near}?" if near else "docs/scoring.md lists the fields; others are properties.KEY"
    if scope == Audience.PEOPLE:
        return Fault(path, f"“{field[:60]}” is no field of people", known)
    other = Dimension.ENGAGEMENT if scope == Dimension.FIT else Dimension.FIT
    if type_of(other, field):
        return Fault(path, f"{field} is a field of {other} rules", f"move the rule to a group of {other}")
    if type_of(Audience.PEOPLE, field):
        mend = f"use {field.removeprefix(ACTIVITY)} in a rule of engagement"
        return Fault(
            path,
            f"{field} is for segments and assignment rules, not for scoring",
            mend if type_of(Dimension.ENGAGEMENT, field.removeprefix(ACTIVITY)) else "use another field",
        )
    return Fault(path, f"“{field[:60]}” is no field of {scope} rules", known)


def _value_faults(
    condition: ConditionSpec, field_type: FieldType, path: Path, lists: set[str]
) -> Iterator[Fault]:
    op, value = condition.op, condition.value
    if op in PRESENCE:
        if value is not None:
            yield Fault(path, f"is not wanted: `{op}` takes no value", "remove it")
    elif value is None:
        yield Fault(path, "is missing", "add `value: …`; for what is not known use `op: unknown`")
    elif op == Op.BETWEEN:
        yield from _range_faults(value, path)
        yield from _counted_faults(value, field_type, path)
    elif op in SIZES:
        yield from _size_faults(value, path)
        yield from _counted_faults(value, field_type, path)
    elif op == Op.IN_DOMAIN_LIST:
        yield from _domain_list_faults(value, path, lists)
    elif op in LISTS:
        yield from _list_faults(condition, field_type, path)
    elif op in WHOLE_VALUES:
        yield from _whole_value_faults(condition.field, value, field_type, path)
    else:
        yield from _text_faults(value, path)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _size_faults(value: Any, path: Path) -> Iterator[Fault]:
    if not is_number(value):
        yield Fault(path, f"is {_said(value)} and not a number", "write digits alone, without quotes")
    elif not math.isfinite(value) or abs(value) > MOST_NUMBER:
        yield Fault(path, "is beyond all bounds", f"write a number up to {MOST_NUMBER}")


def _counted_faults(value: Any, field_type: FieldType, path: Path) -> Iterator[Fault]:
    """Faults of days and counts, which are never negative."""
    numbers = [one for one in (value if isinstance(value, list) else [value]) if is_number(one)]
    if field_type == FieldType.DAYS and any(not 0 <= one <= MOST_DAYS for one in numbers):
        yield Fault(path, "is no number of days back from now", f"write one from 0 to {MOST_DAYS:,}")
    elif field_type == FieldType.COUNT and any(one < 0 or one % 1 for one in numbers):
        yield Fault(path, "is not how often something can happen", "write a whole number, 0 or more")


def _range_faults(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, list) or len(value) != 2 or not all(is_number(one) for one in value):
        yield Fault(path, "does not hold two numbers", "write the lower and the higher, as in [50, 500]")
        return
    for index, bound in enumerate(value):
        yield from _size_faults(bound, (*path, index))
    if value[0] > value[1]:
        yield Fault(path, "has its higher number first", "turn them round")


def _list_faults(condition: ConditionSpec, field_type: FieldType, path: Path) -> Iterator[Fault]:
    value = condition.value
    if not isinstance(value, list):
        yield Fault(path, f"is {_said(value)} and not a list", "write [one, another], or use `op: equals`")
        return
    yield from _length_faults(value, path)
    for index, one in enumerate(value):
        yield from _whole_value_faults(condition.field, one, field_type, (*path, index))


def _length_faults(value: list[Any], path: Path) -> Iterator[Fault]:
    if not value:
        yield Fault(path, "is an empty list", "write at least one value in it")
    elif len(value) > MOST_VALUES:
        yield Fault(path, f"holds {len(value)} values", f"keep it to {MOST_VALUES}")


def _whole_value_faults(field: str, value: Any, field_type: FieldType, path: Path) -> Iterator[Fault]:
    """Faults of a value that the field's whole value is compared with."""
    if field_type in NUMBERS or is_number(value):
        yield from _size_faults(value, path)
        yield from _counted_faults(value, field_type, path)
    elif isinstance(value, bool):
        if field_type not in (FieldType.BOOLEAN, FieldType.PROPERTY):
            yield Fault(
                path,
                f"is {_said(value)}, and {field} holds text",
                f'quote it to mean the word: "{_said(value)}"',
            )
    elif field_type == FieldType.BOOLEAN:
        yield Fault(path, f"is {_said(value)}", "write true or false")
    else:
        yield from _text_faults(value, path)
        if isinstance(value, str):
            yield from _known_value_faults(field, value.lower(), path)


def _known_value_faults(field: str, value: str, path: Path) -> Iterator[Fault]:
    """Faults of text that the field can never hold."""
    if field in ("kind", f"{ACTIVITY}kind") and not KIND.fullmatch(value):
        yield Fault(path, f"“{value[:40]}” is no kind", "use small letters, digits and _, as in page_view")
    elif field in CHOICES and value not in CHOICES[field]:
        yield Fault(path, f"“{value[:40]}” is no {field}", f"use one of {', '.join(CHOICES[field])}")


def _text_faults(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(path, f"is {_said(value)} and not a text", "write one text, in quotes")
    elif not value:
        yield Fault(path, "is an empty text, which is unknown", "write a text, or use `op: unknown`")
    elif len(value) > LONGEST_TEXT:
        yield Fault(path, f"is {len(value)} characters long", f"shorten it to {LONGEST_TEXT}")
    elif UNSTORABLE.search(value):
        yield Fault(path, "holds a character that cannot be stored", "remove it")


def _domain_list_faults(value: Any, path: Path, lists: set[str]) -> Iterator[Fault]:
    if isinstance(value, str):
        if value not in lists:
            known = f"use one of {', '.join(sorted(lists))}" if lists else "make it in the admin"
            yield Fault(
                path,
                f"“{value[:80]}” is no domain list",
                f"{known}, or write the domains, as in [rival.example]",
            )
        return
    if not isinstance(value, list):
        yield Fault(
            path, f"is {_said(value)}", "write the name of a domain list, or domains, as in [rival.example]"
        )
        return
    yield from _length_faults(value, path)
    for index, domain in enumerate(value):
        if not isinstance(domain, str):
            yield Fault(
                (*path, index), f"is {_said(domain)} and not a domain", "write one, as in rival.example"
            )
        elif domain_of(f"x@{domain}") != domain.lower():
            meant = domain_of(f"x@{domain}") or company_domain(domain) or "rival.example"
            yield Fault(
                (*path, index), f"“{domain[:80]}” is not how a domain is kept", f"write it as in {meant}"
            )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text “{value[:40]}”"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else str(value)[:40]
