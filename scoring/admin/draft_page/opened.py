"""A part of the page that stands open: as a form, with its faults, or with what somebody else made of it meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms

from crm.errors import FieldError, HandoffError


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was changed meanwhile, in the words of a form."""

    label: str
    theirs: str
    mine: str


@dataclass
class Opened:
    """`place` is the id of the element, `kind` what is done there; `title` names the part.

    `seen` is what the form carries back. `meanwhile` says what somebody else did, with the `differences`.
    """

    kind: str
    pk: int
    place: str
    form: forms.BaseForm | None = None
    rows: Any = None
    seen: str = ""
    title: str = ""
    meanwhile: str = ""
    differences: tuple[Difference, ...] = ()


def differing(form: forms.BaseForm, theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields of a bound `form` that say something else than `theirs`, as both would be shown."""
    found = []
    for name, field in form.fields.items():
        bound = form[name]
        mine, other = _shown(field, bound.data), _shown(field, field.prepare_value(theirs.get(name)))
        if mine != other:
            found.append(Difference(str(bound.label), other, mine))
    return tuple(found)


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return "yes" if field.to_python(value) else "no"
    if isinstance(field, forms.ChoiceField):
        choices = cast("Iterable[tuple[Any, Any]]", field.choices)
        return next((str(label) for key, label in choices if str(key) == str(value)), str(value or ""))
    return "" if value is None else str(value).strip()


def add_faults(form: forms.BaseForm, error: HandoffError, places: dict[str, str] | None = None) -> None:
    """Put what the write path refused beside the fields. `places`: fields that are called otherwise there."""
    for fault in error.errors:
        name = (places or {}).get(fault.field, fault.field)
        form.add_error(name if name in form.fields else None, in_words(fault))


def in_words(fault: FieldError) -> str:
    return fault.sentence.replace("`", "")
