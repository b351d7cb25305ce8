"""Which MQLs of a queue to list, as the address says it. What makes no sense is left out, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from crm.models import User
from leads.models import Mql
from leads.models.mql import MqlQuerySet
from scoring.models import Segment
from scoring.segments import belongs_q

GRADES = [(letter, f"{letter}: any engagement") for letter in "ABCD"] + [
    (f"{letter}{number}", f"{letter}{number}") for letter in "ABCD" for number in "1234"
]
SIZES: dict[str, tuple[str, int, int | None]] = {
    "1-10": ("1–10 employees", 0, 10),
    "11-50": ("11–50 employees", 11, 50),
    "51-200": ("51–200 employees", 51, 200),
    "201-1000": ("201–1,000 employees", 201, 1000),
    "1001-5000": ("1,001–5,000 employees", 1001, 5000),
    "5001": ("More than 5,000 employees", 5001, None),
}
UNKNOWN = "unknown"
SOON = timedelta(hours=1)
SLA_STATES = [
    ("breached", "SLA breached"),
    ("soon", "Due within the hour"),
    ("in_time", "In time"),
    ("touched", "Touched"),
]
AGES: dict[str, tuple[str, int, int | None]] = {
    "day": ("Opened in the last 24 hours", 0, 1),
    "week": ("1 to 7 days old", 1, 7),
    "month": ("7 to 30 days old", 7, 30),
    "older": ("More than 30 days old", 30, None),
}
"""The words, and from how many days on until how many."""

MOST_VALUES = 50
LONGEST_VALUE = 200


class AnyOfField(forms.MultipleChoiceField):
    """Values of which one is to hold, whichever they are: a colleague's link may name one that no MQL has any more."""

    widget = forms.SelectMultiple

    def validate(self, value: list[str]) -> None:
        if len(value) > MOST_VALUES or any(len(each) > LONGEST_VALUE or "\x00" in each for each in value):
            raise forms.ValidationError("Name at most 50 values of at most 200 characters.")


class NumbersField(AnyOfField):
    """Ids of which one is to hold."""

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if not all(each.isascii() and each.isdigit() and len(each) < 18 for each in value):
            raise forms.ValidationError("Name rows by their numbers.")


class AnyOf(django_filters.Filter):
    """Rows whose column is one of the values."""

    field_class = AnyOfField

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class AnyNumber(AnyOf):
    field_class = NumbersField


class MqlFilters(django_filters.FilterSet):
    """Filters of the inbox. Several values of one are alternatives; several filters must all hold."""

    grade = django_filters.MultipleChoiceFilter(label="Grade", choices=GRADES, method="by_grade")
    score_min = django_filters.NumberFilter(label="Score from", field_name="total", lookup_expr="gte")
    score_max = django_filters.NumberFilter(label="Score to", field_name="total", lookup_expr="lte")
    sla = django_filters.MultipleChoiceFilter(label="SLA", choices=SLA_STATES, method="by_sla")
    age = django_filters.MultipleChoiceFilter(
        label="Age", choices=[(key, words) for key, (words, _, _) in AGES.items()], method="by_age"
    )
    owner = AnyNumber(label="Owner", field_name="owner")
    source = AnyOf(label="Source", field_name="contact__source")
    campaign = AnyOf(label="Campaign", field_name="contact__utm_campaign")
    interest = AnyOf(label="Product interest", method="by_interest")
    industry = AnyOf(label="Industry", field_name="contact__company__industry")
    country = AnyOf(label="Country", field_name="contact__country")
    size = django_filters.MultipleChoiceFilter(
        label="Company size",
        choices=[*((key, words) for key, (words, _, _) in SIZES.items()), (UNKNOWN, "Size unknown")],
        method="by_size",
    )
    segment = AnyNumber(label="Segment", method="by_segment")

    class Meta:
        model = Mql
        fields: list[str] = []

    def __init__(self, asked: QueryDict, mqls: MqlQuerySet, *, at: datetime) -> None:
        self.at = at
        super().__init__(asked, mqls)

    def by_grade(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        letters = [grade for grade in value if len(grade) == 1]
        return mqls.filter(Q(grade__in=value) | any_of(Q(grade__startswith=letter) for letter in letters))

    def by_sla(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        waiting, soon = Q(first_touched_at=None), self.at + SOON
        states = {
            "breached": waiting & Q(due_at__lte=self.at),
            "soon": waiting & Q(due_at__gt=self.at, due_at__lte=soon),
            "in_time": waiting & (Q(due_at__gt=soon) | Q(due_at=None)),
            "touched": ~waiting,
        }
        return mqls.filter(any_of(states[each] for each in value))

    def by_age(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        return mqls.filter(any_of(self._aged(AGES[each][1], AGES[each][2]) for each in value))

    def _aged(self, least: int, most: int | None) -> Q:
        opened = Q(opened_at__lte=self.at - timedelta(days=least))
        return opened if most is None else opened & Q(opened_at__gt=self.at - timedelta(days=most))

    def by_interest(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        """A property may hold one text or a list of them."""
        shapes = [{"product_interest": held} for each in value for held in (each, [each])]
        return mqls.filter(any_of(Q(contact__properties__contains=shape) for shape in shapes))

    def by_size(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        known = [SIZES[each] for each in value if each in SIZES]
        sized = any_of(_employs(least, most) for _, least, most in known)
        unknown = Q(contact__company__employees=None) if UNKNOWN in value else NOBODY
        return mqls.filter(sized | unknown)

    def by_segment(self, mqls: MqlQuerySet, name: str, value: list[str]) -> MqlQuerySet:
        segments = Segment.objects.filter(pk__in=value).prefetch_related("conditions")
        return mqls.filter(any_of(belongs_q(each, at=self.at, prefix="contact__") for each in segments))

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked for and makes sense, by filter."""
        sound = set(self.filters) - set(self.form.errors)
        cleaned = self.form.cleaned_data
        return {
            name: cleaned[name]
            for name in self.filters
            if name in sound and cleaned[name] not in (None, "", [])
        }

    @property
    def left_out(self) -> list[str]:
        """The names of the filters whose values make no sense."""
        return [str(self.filters[name].label) for name in self.form.errors if name in self.filters]


NOBODY = Q(pk__in=[])


def any_of(conditions: Iterable[Q]) -> Q:
    """Where one of `conditions` holds; nowhere when there are none."""
    found = NOBODY
    for condition in conditions:
        found |= condition
    return found


def _employs(least: int, most: int | None) -> Q:
    enough = Q(contact__company__employees__gte=least)
    return enough if most is None else enough & Q(contact__company__employees__lte=most)


def in_words(asked: Mapping[str, Any], user: User) -> list[tuple[str, str, str]]:
    """Each value that is filtered by: the filter's name in the address, the value there, and what it says to people.

    People and segments are named in a query each, where they are asked for.
    """
    people = _named(User, asked.get("owner", []))
    segments = _named(Segment, asked.get("segment", []))
    told: dict[str, Callable[[str], object]] = {
        "grade": lambda value: f"Grade {value}",
        "score_min": lambda value: f"Score from {value}",
        "score_max": lambda value: f"Score to {value}",
        "sla": dict(SLA_STATES).get,
        "age": lambda value: AGES[value][0],
        "owner": lambda value: "Mine" if value == str(user.pk) else people.get(value, f"User {value}"),
        "size": lambda value: SIZES[value][0] if value in SIZES else "Size unknown",
        "segment": lambda value: segments.get(value, f"Segment {value}"),
        "interest": lambda value: f"Interested in {value}",
    }
    return [
        (name, value, str(told.get(name, str)(value)))
        for name, values in asked.items()
        for value in map(str, values if isinstance(values, list) else [values])
    ]


def _named(model: type[User | Segment], ids: list[str]) -> dict[str, str]:
    return {str(row.pk): str(row) for row in model.objects.filter(pk__in=ids)} if ids else {}
