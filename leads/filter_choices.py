"""What the inbox may be filtered by: the values that the open MQLs really have, with how many have each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTransform

from crm.models import User
from leads.filters import AGES, GRADES, SIZES, SLA_STATES, UNKNOWN
from leads.models import Mql
from scoring.models import Segment

MOST = 100
"""How many values of one filter are offered, the most frequent ones."""

COLUMNS: dict[str, str | KeyTransform] = {
    "source": "contact__source",
    "campaign": "contact__utm_campaign",
    "interest": KeyTransform("product_interest", "contact__properties"),
    "industry": "contact__company__industry",
    "country": "contact__country",
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    size: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One filter with what it offers, what is chosen among it."""

    name: str
    label: str
    options: list[Option]


def groups(user: User, asked: Mapping[str, Any]) -> list[Group]:
    """Every filter of choices. `asked`: what is filtered by now, by filter. Reads once what `user` sees."""
    counts = _counted(user)
    people = {str(each.pk): str(each) for each in User.objects.filter(pk__in=counts["owner"])}
    segments = [(str(each.pk), each.name) for each in Segment.objects.all()]
    fixed = {
        "grade": ("Grade", GRADES),
        "sla": ("SLA", SLA_STATES),
        "age": ("Age", [(key, words) for key, (words, _, _) in AGES.items()]),
        "size": (
            "Company size",
            [*((key, words) for key, (words, _, _) in SIZES.items()), (UNKNOWN, "Size unknown")],
        ),
        "segment": ("Segment", segments),
    }
    found = [
        Group(
            name, label, [Option(value, words, None, value in asked.get(name, [])) for value, words in known]
        )
        for name, (label, known) in fixed.items()
    ]
    labels = {
        "source": "Source",
        "campaign": "Campaign",
        "interest": "Product interest",
        "industry": "Industry",
    }
    labels |= {"country": "Country", "owner": "Owner"}
    for name, label in labels.items():
        words = people if name == "owner" else {}
        found.append(Group(name, label, _options(counts[name], asked.get(name, []), words)))
    return [group for group in found if group.options]


def _counted(user: User) -> dict[str, Counter[str]]:
    """By filter, how many open MQLs have each value."""
    open_ones = Mql.objects.visible_to(user).open().order_by()
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*COLUMNS, "owner")}
    for *values, owner in open_ones.values_list(*COLUMNS.values(), "owner"):
        for name, value in zip(COLUMNS, values, strict=True):
            counts[name].update(_texts(value))
        if owner is not None:
            counts["owner"][str(owner)] += 1
    return counts


def _texts(value: Any) -> Iterable[str]:
    """The texts that a column or a property holds: none, one, or a list of them."""
    held = value if isinstance(value, list) else [value]
    return {each for each in held if isinstance(each, str) and each}


def _options(counts: Counter[str], chosen: list[str], words: Mapping[str, str]) -> list[Option]:
    """The most frequent values, in the order of the alphabet, and whatever is chosen besides."""
    offered = {value for value, _ in counts.most_common(MOST)} | set(chosen)
    named = sorted((words.get(value, value).casefold(), value) for value in offered)
    return [Option(value, words.get(value, value), counts[value], value in chosen) for _, value in named]
