"""Every field that a rule may name takes every operator that suits it, down to the statement that is run."""

from typing import Any

import pytest

from scoring.fields import FIELDS, OPERATORS, FieldType, canonical, similar, type_of
from scoring.model_check import faults_of
from scoring.models import Dimension, DomainList, Op
from scoring.personas import check_personas
from scoring.spec import ConditionSpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HELD: dict[str, Any] = {
    "email": "12@acme.example",
    "email_domain": "acme.example",
    "email_type": "business",
    "sales_consent": "allowed",
    "marketing_consent": "opted_out",
    "company.domain": "acme.example",
    "company.employees": 12,
    "company.revenue": 12,
    "kind": "page_view",
    "automated": True,
}
"""What the persona below holds in a field, where it is not the text 12."""

SIZES = {Op.GT: 11, Op.GTE: 12, Op.LT: 13, Op.LTE: 12, Op.BETWEEN: [12, 12]}
PLACES = [
    (dimension, field)
    for dimension, fields in FIELDS.items()
    for field in (*fields, "properties.size", *(["company.properties.size"] if dimension == "fit" else []))
]


def persona() -> PersonaSpec:
    texts = ("first_name", "last_name", "job_title", "phone", "country", "source", "utm_source", "utm_medium",
             "utm_campaign", "utm_term", "utm_content")  # fmt: skip
    company = {"name": "12", "industry": "12", "employees": 12, "revenue": 12, "country": "12"}
    contact = {
        **dict.fromkeys(texts, "12"),
        "email": "12@acme.example",
        "sales_consent": "allowed",
        "marketing_consent": "opted_out",
        "properties": {"size": "12"},
        "company": company | {"properties": {"size": 12}},
    }
    activity = {
        "kind": "page_view", "subject": "12", "campaign": "12", "automated": True, "properties": {"size": ["7", "12"]},
    }  # fmt: skip
    return PersonaSpec("Twelve", False, contact, (activity,))


def value_of(op: Op, held: Any) -> Any:
    """A value with which `op` matches what is held."""
    match op:
        case Op.EQUALS:
            return held
        case Op.NOT_EQUALS:
            return not held if isinstance(held, bool) else 7 if isinstance(held, int) else other_than(held)
        case Op.IN:
            return [held]
        case Op.NOT_IN:
            return [7] if isinstance(held, int) else [other_than(held)]
        case Op.CONTAINS:
            return held[1:]
        case Op.HAS_WORD | Op.STARTS_WITH:
            return held
        case Op.IN_DOMAIN_LIST:
            return [held]
        case Op.KNOWN | Op.UNKNOWN:
            return None
    return SIZES[op]


def other_than(held: str) -> str:
    return {"business": "free", "allowed": "opted_out", "opted_out": "allowed"}.get(held, "other")


@pytest.mark.parametrize(("dimension", "field"), PLACES)
def test_a_field_takes_every_operator_that_suits_it(dimension: Dimension, field: str) -> None:
    held = HELD.get(field, "12")
    suitable = [op for op in Op if op in OPERATORS[type_of(dimension, field)]]
    # Fixed words and addresses are no numbers, so that no size matches them.
    matching = [op for op in suitable if op != Op.UNKNOWN and (op not in SIZES or held in ("12", 12))]
    # The persona's activity is marked automated, so that rules must say they mean such ones.
    also = (ConditionSpec("automated", Op.EQUALS, True),) if dimension == Dimension.ENGAGEMENT else ()
    rules = [
        RuleSpec(op, "G", (ConditionSpec(field, op, value_of(op, held)), *also), points=1) for op in suitable
    ]
    spec = ModelSpec(
        "Fields", 0, groups=(GroupSpec("G", dimension),), rules=tuple(rules), personas=(persona(),)
    )

    assert faults_of(spec) == []
    [result] = check_personas(spec, at=NOW)

    assert [reason.rule for reason in result.explanation.reasons] == matching


def test_a_named_list_and_an_inline_one_mean_the_same() -> None:
    DomainList.objects.create(name="rivals").entries.create(domain="acme.example")
    rules = tuple(
        RuleSpec(str(value), "G", (ConditionSpec("email_domain", Op.IN_DOMAIN_LIST, value),), points=1)
        for value in ("rivals", ["ACME.example"], ["other.example"])
    )
    groups = (GroupSpec("G", Dimension.FIT),)

    [result] = check_personas(
        ModelSpec("Lists", 0, groups=groups, rules=rules, personas=(persona(),)), at=NOW
    )

    assert [reason.rule for reason in result.explanation.reasons] == ["rivals", "['ACME.example']"]


@pytest.mark.parametrize(
    ("dimension", "field", "expected"),
    [
        (Dimension.FIT, "job_title", FieldType.TEXT),
        (Dimension.FIT, "company.domain", FieldType.DOMAIN),
        (Dimension.FIT, "company.revenue", FieldType.NUMBER),
        (Dimension.FIT, "properties.a.b", FieldType.PROPERTY),
        (Dimension.FIT, "company.properties.tier", FieldType.PROPERTY),
        (Dimension.FIT, "properties.", None),
        (Dimension.FIT, "kind", None),
        (Dimension.FIT, "stage", None),
        (Dimension.FIT, "password", None),
        (Dimension.ENGAGEMENT, "automated", FieldType.BOOLEAN),
        (Dimension.ENGAGEMENT, "company.properties.tier", None),
        (Dimension.ENGAGEMENT, "occurred_at", None),
    ],
)
def test_a_field_has_one_type_in_its_dimension(
    dimension: Dimension, field: str, expected: FieldType | None
) -> None:
    assert type_of(dimension, field) == expected


@pytest.mark.parametrize(
    ("written", "meant"), [("jobtitle", "job_title"), ("employee", "company.employees"), ("xyz", "")]
)
def test_the_field_that_was_meant_is_found(written: str, meant: str) -> None:
    assert similar(Dimension.FIT, written) == meant


def test_a_shorter_name_stands_for_the_whole_one() -> None:
    assert canonical("employees") == "company.employees"
