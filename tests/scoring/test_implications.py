"""What conditions say of each other. Nothing here needs a database, save the test against the database itself."""

from typing import Any

import pytest
from django.db.models import Q

from crm.models import Contact
from scoring.conditions import fit_condition
from scoring.implications import exclude_each_other, follows
from scoring.spec import ConditionSpec
from tests.factories import make_contact
from tests.scoring.conftest import condition

Said = tuple[str, str, Any]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("country", "equals", "France"), ("country", "equals", "Spain")),
        (("country", "equals", "France"), ("country", "in", ["Spain", "Italy"])),
        (("country", "equals", "France"), ("country", "not_equals", "FRANCE")),
        (("country", "in", ["France", "Spain"]), ("country", "not_in", ["spain", "france", "Italy"])),
        (("country", "known", None), ("country", "unknown", None)),
        (("country", "contains", "a"), ("country", "unknown", None)),
        (("country", "equals", "France"), ("country", "starts_with", "S")),
        (("country", "equals", "France"), ("country", "has_word", "south")),
        (("country", "equals", "France"), ("country", "gt", 5)),
        (("country", "starts_with", "Fr"), ("country", "starts_with", "Sp")),
        (("company.employees", "gt", 10), ("company.employees", "lte", 10)),
        (("company.employees", "between", [1, 5]), ("company.employees", "between", [6, 9])),
        (("company.employees", "lt", 5), ("company.employees", "equals", 5)),
        (("properties.plan", "equals", "pro"), ("properties.plan", "not_in", ["pro", "team"])),
        (("properties.plan", "contains", "pro"), ("properties.plan", "unknown", None)),
    ],
)
def test_some_conditions_never_hold_at_once(one: Said, other: Said) -> None:
    assert exclude_each_other(condition(*one), condition(*other))
    assert exclude_each_other(condition(*other), condition(*one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("country", "equals", "France"), ("source", "equals", "Spain")),
        (("country", "in", ["France", "Spain"]), ("country", "not_equals", "Spain")),
        (("country", "unknown", None), ("country", "not_equals", "Spain")),
        (("country", "starts_with", "Fr"), ("country", "starts_with", "France")),
        (("country", "starts_with", "Fr"), ("country", "contains", "Spain")),
        (("country", "equals", "5"), ("country", "between", [4.5, 6])),
        (("country", "equals", 5), ("country", "in", ["5.0"])),
        (("company.employees", "gte", 10), ("company.employees", "lte", 10)),
        (("properties.plan", "equals", "pro"), ("properties.plan", "equals", "team")),
        (("properties.seats", "lt", 5), ("properties.seats", "gt", 50)),
    ],
)
def test_others_may(one: Said, other: Said) -> None:
    assert not exclude_each_other(condition(*one), condition(*other))
    assert not exclude_each_other(condition(*other), condition(*one))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("country", "equals", "France"), ("country", "in", ["Spain", "france"])),
        (("country", "equals", "France"), ("country", "known", None)),
        (("country", "equals", "France"), ("country", "not_equals", "Spain")),
        (("country", "equals", "France"), ("country", "contains", "RAN")),
        (("country", "unknown", None), ("country", "not_in", ["Spain"])),
        (("country", "not_in", ["Spain", "Italy"]), ("country", "not_equals", "spain")),
        (("country", "starts_with", "France"), ("country", "starts_with", "fr")),
        (("country", "has_word", "south"), ("country", "contains", "out")),
        (("company.employees", "between", [50, 60]), ("company.employees", "gte", 50)),
        (("company.employees", "gt", 5), ("company.employees", "gte", 5)),
        (("company.employees", "equals", 5), ("company.employees", "lt", 5.5)),
        (("properties.seats", "equals", 5), ("properties.seats", "in", [5.0, 6])),
        (
            ("email_domain", "in_domain_list", ["a.example"]),
            ("email_domain", "in_domain_list", ["b.example", "a.example"]),
        ),
    ],
)  # fmt: skip
def test_some_conditions_hold_wherever_another_does(given: Said, wanted: Said) -> None:
    assert follows([condition(*wanted)], [condition("job_title", "known"), condition(*given)])
    assert not follows([condition(*given)], [condition(*wanted)])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("country", "not_equals", "Spain"), ("country", "known", None)),
        (("country", "equals", 5), ("country", "contains", "5")),
        (("country", "equals", "5"), ("country", "equals", "5.0")),
        (("country", "equals", "France South"), ("country", "has_word", "south")),
        (("company.employees", "gte", 5), ("company.employees", "gt", 5)),
        (("properties.plan", "equals", "pro"), ("properties.plan", "not_equals", "team")),
        (("email_domain", "in_domain_list", "rivals"), ("email_domain", "in_domain_list", ["a.example"])),
    ],
)
def test_of_others_nothing_is_said(given: Said, wanted: Said) -> None:
    assert not follows([condition(*wanted)], [condition(*given)])


VALUES = ("", "5", "5.0", "France", "france", "South France", "Spain", "7")
ASKED: list[ConditionSpec] = [
    condition("country", op, value)
    for op, value in (
        ("equals", "france"), ("equals", 5), ("equals", "5.0"), ("not_equals", "Spain"), ("in", ["5", "Spain"]),
        ("not_in", ["France", 5]), ("contains", "ran"), ("has_word", "france"), ("starts_with", "South"),
        ("gt", 5), ("lte", 5), ("between", [6, 8]), ("known", None), ("unknown", None),
    )
]  # fmt: skip


@pytest.mark.django_db
def test_what_is_said_of_conditions_is_so_in_the_database() -> None:
    for value in VALUES:
        make_contact(country=value)
    met = {
        index: set(Contact.objects.filter(Q(fit_condition(one))).values_list("country", flat=True))
        for index, one in enumerate(ASKED)
    }
    pairs = [(i, j) for i in range(len(ASKED)) for j in range(len(ASKED))]

    excluded = [(i, j) for i, j in pairs if exclude_each_other(ASKED[i], ASKED[j])]
    implied = [(i, j) for i, j in pairs if follows([ASKED[j]], [ASKED[i]])]

    assert [(ASKED[i], ASKED[j]) for i, j in excluded if met[i] & met[j]] == []
    assert [(ASKED[i], ASKED[j]) for i, j in implied if not met[i] <= met[j]] == []
    assert len(excluded) > 20
    assert len(implied) > 20
