"""A condition in a model file is read as it looks, and refused by line, key and mend if it can mean nothing."""

import pytest

from scoring.model_file import read_model
from scoring.models import DomainList, Op
from tests.scoring.sound_file import changed, errors_in

pytestmark = pytest.mark.django_db


def condition(text: str, *, engagement: bool = False) -> str:
    old = (
        "{field: kind, op: equals, value: page_view}"
        if engagement
        else "{field: job_title, op: contains, value: vp}"
    )
    return changed(old, text)


@pytest.mark.parametrize(
    ("text", "key", "problem", "mend"),
    [
        ("{field: jobtitle, op: known}", "field", "is no field of fit rules", "job_title"),
        ("{field: shoe_number, op: known}", "field", "is no field of fit rules", "properties.KEY"),
        ("{field: properties., op: known}", "field", "is no field", ""),
        ("{field: subject, op: known}", "field", "is a field of engagement rules", "engagement"),
        ("{field: automated, op: equals, value: true}", "field", "is a field of engagement rules", ""),
        ("{field: job_title, op: in_domain_list, value: [a.example]}", "op", "does not suit", "contains"),
        ("{field: company.employees, op: contains, value: 4}", "op", "holds a number", "between"),
        ("{field: email_domain, op: gt, value: 4}", "op", "holds a domain", "in_domain_list"),
        ("{field: job_title, op: equals}", "value", "is missing", "unknown"),
        ("{field: job_title, op: equals, value: }", "value", "is missing", "unknown"),
        ('{field: job_title, op: equals, value: ""}', "value", "empty text", "unknown"),
        ('{field: job_title, op: contains, value: ""}', "value", "empty text", ""),
        ("{field: job_title, op: equals, value: [vp]}", "value", "a list and not a text", ""),
        ("{field: job_title, op: equals, value: {a: b}}", "value", "a mapping and not a text", ""),
        ("{field: job_title, op: equals, value: true}", "value", "holds text", '"true"'),
        ("{field: job_title, op: contains, value: [vp]}", "value", "a list and not a text", ""),
        (f"{{field: job_title, op: contains, value: {'x' * 451}}}", "value", "451 characters", "450"),
        ("{field: job_title, op: in, value: vp}", "value", "not a list", "op: equals"),
        ("{field: job_title, op: in, value: []}", "value", "an empty list", ""),
        ('{field: job_title, op: in, value: [vp, ""]}', "value[1]", "empty text", ""),
        ("{field: job_title, op: in, value: [vp, ~]}", "value[1]", "not a text", ""),
        ("{field: job_title, op: not_in, value: [[vp]]}", "value[0]", "a list and not a text", ""),
        ("{field: job_title, op: known, value: true}", "value", "takes no value", "remove"),
        ("{field: job_title, op: unknown, value: }", "value", "takes no value", "remove"),
        ("{field: company.employees, op: gte, value: many}", "value", "not a number", "digits"),
        ('{field: company.employees, op: gte, value: "50"}', "value", "not a number", "quotes"),
        ("{field: company.employees, op: equals, value: many}", "value", "not a number", ""),
        ("{field: company.employees, op: gt, value: 1e16}", "value", "beyond all bounds", ""),
        ("{field: company.employees, op: between, value: 50}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [50]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [50, 60, 70]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [a, b]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [500, 50]}", "value", "higher number first", "turn"),
        ("{field: email_type, op: equals, value: freemail}", "value", "is no email_type", "business, free"),
        ("{field: email_type, op: in, value: [free, school]}", "value[1]", "is no email_type", ""),
        (
            "{field: marketing_consent, op: equals, value: no}",
            "value",
            "is no marketing_consent",
            "opted_out",
        ),
        (
            "{field: email_domain, op: in_domain_list, value: rivals}",
            "value",
            "is no domain list",
            "partners",
        ),
        ("{field: email_domain, op: in_domain_list, value: []}", "value", "an empty list", ""),
        (
            "{field: email_domain, op: in_domain_list, value: [https://acme.com/x]}",
            "value[0]",
            "not how",
            "acme.com",
        ),
        (
            "{field: email_domain, op: in_domain_list, value: [xn--mller-kva.de]}",
            "value[0]",
            "not how",
            "müller.de",
        ),
        ("{field: email_domain, op: in_domain_list, value: [7]}", "value[0]", "not a domain", ""),
    ],
)
def test_a_condition_that_can_never_mean_anything_is_refused(
    text: str, key: str, problem: str, mend: str
) -> None:
    DomainList.objects.create(name="partners")

    [error] = errors_in(condition(text))

    assert error.field == f"line 14: rules[1].when[0].{key}"
    assert problem in error.problem
    assert mend in error.mend


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("{field: job_title, op: known}", "field", "is a field of fit rules"),
        ("{field: company.properties.plan, op: known}", "field", "is a field of fit rules"),
        ("{field: kind, op: equals, value: Page view}", "value", "is no kind"),
        ("{field: kind, op: in, value: [page_view, page-view]}", "value[1]", "is no kind"),
        ("{field: automated, op: equals, value: yes}", "value", "the text “yes”"),
        ("{field: automated, op: contains, value: true}", "op", "holds true or false"),
    ],
)
def test_a_condition_on_activities_is_held_to_their_fields(text: str, key: str, problem: str) -> None:
    [error] = errors_in(condition(text, engagement=True))

    assert error.field == f"line 10: rules[0].when[0].{key}"
    assert problem in error.problem


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("{field: country, op: equals, value: NO}", Op.EQUALS, "NO"),
        (
            "{field: country, op: in, value: [NO, yes, on, off, y, n]}",
            Op.IN,
            ["NO", "yes", "on", "off", "y", "n"],
        ),
        ("{field: job_title, op: contains, value: 007}", Op.CONTAINS, "007"),
        ("{field: job_title, op: contains, value: 404}", Op.CONTAINS, "404"),
        ("{field: job_title, op: has_word, value: true}", Op.HAS_WORD, "true"),
        ("{field: utm_term, op: equals, value: 2026-01-01}", Op.EQUALS, "2026-01-01"),
        ("{field: utm_term, op: equals, value: 12:30}", Op.EQUALS, "12:30"),
        ("{field: utm_term, op: equals, value: 42}", Op.EQUALS, 42),
        ('{field: utm_term, op: equals, value: "42"}', Op.EQUALS, "42"),
        ("{field: utm_term, op: gte, value: 2.50}", Op.GTE, 2.5),
        ("{field: properties.vip, op: equals, value: true}", Op.EQUALS, True),
        ('{field: properties.vip, op: equals, value: "true"}', Op.EQUALS, "true"),
        ("{field: properties.size, op: between, value: [1, 1e3]}", Op.BETWEEN, [1, 1000]),
        ("{field: properties.mail, op: in_domain_list, value: partners}", Op.IN_DOMAIN_LIST, "partners"),
        (
            "{field: company.domain, op: in_domain_list, value: [Acme.example]}",
            Op.IN_DOMAIN_LIST,
            ["Acme.example"],
        ),
        ("{field: job_title, op: unknown}", Op.UNKNOWN, None),
        ("{field: job_title, op: contains, value: '%_\\'}", Op.CONTAINS, "%_\\"),
    ],
)
def test_a_value_is_read_as_it_looks_and_only_true_and_false_are_booleans(
    text: str, op: Op, value: object
) -> None:
    DomainList.objects.create(name="partners")

    [held] = read_model(condition(text)).rules[1].when

    assert held.op == op
    assert held.value == value
    assert type(held.value) is type(value)


@pytest.mark.parametrize(
    ("short", "field"),
    [("employees", "company.employees"), ("revenue", "company.revenue"), ("industry", "company.industry")],
)
def test_what_only_a_company_has_may_be_named_shortly(short: str, field: str) -> None:
    [held] = read_model(condition(f"{{field: {short}, op: known}}")).rules[1].when

    assert held.field == field
