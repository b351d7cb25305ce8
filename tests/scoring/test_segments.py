"""A segment is the people for whom every condition holds: who they are, where they stand, what they did and score."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Contact
from scoring.condition_check import condition_faults
from scoring.drain import drain
from scoring.fields import Audience
from scoring.models import Op
from scoring.segments import conditions_q
from scoring.spec import ConditionSpec
from tests.factories import NOW, make_activity, make_company, make_contact, publish_small_model

Written = tuple[str, str, Any]


def people(*conditions: Written) -> set[str]:
    """The first names of whom all `conditions` hold."""
    specs = [ConditionSpec(field, Op(op), value) for field, op, value in conditions]
    assert [list(condition_faults(spec, Audience.PEOPLE, (), set())) for spec in specs] == [[]] * len(specs)
    return set(
        Contact.objects.filter(conditions_q(specs, at=NOW)).values_list("first_name", flat=True).order_by()
    )


@pytest.fixture
def world(db: None) -> None:
    """Ada reads prices and was at a webinar, Bo read them once long ago, Cy has done nothing, a machine reads for Di."""
    publish_small_model()
    make_company("acme.example", name="Acme", industry="SaaS", employees=400)
    ada = make_contact(
        "ada@acme.example", first_name="Ada", job_title="VP Sales", properties={"interest": ["crm"]}
    )
    bo = make_contact("bo@else.example", first_name="Bo", stage="customer", job_title="Clerk")
    make_contact("cy@else.example", first_name="Cy", job_title="VP Ops")
    di = make_contact("di@else.example", first_name="Di", job_title="Clerk")
    for days in (1, 20, 40):
        make_activity(
            ada, subject="/Pricing/eu", days_ago=days, campaign="Spring", properties={"plan": "pro"}
        )
    make_activity(ada, "webinar_attended", subject="Spring", days_ago=2)
    make_activity(bo, subject="/pricing", days_ago=100)
    make_activity(bo, "form_submitted", subject="/contact", days_ago=3)
    make_activity(di, subject="/pricing", days_ago=1, automated=True)
    drain(at=NOW)


PRICING = ("activity.subject", "starts_with", "/pricing")


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("company.industry", "equals", "saas")], {"Ada"}),
        ([("stage", "equals", "customer")], {"Bo"}),
        ([("stage", "not_in", ["customer", "mql"])], {"Cy", "Di"}),
        ([("score.total", "gte", 80)], {"Ada"}),
        ([("score.fit", "between", [1, 30])], {"Ada", "Cy"}),
        ([("score.engagement", "lte", 0)], {"Bo", "Cy", "Di"}),
        ([("score.grade", "starts_with", "c")], {"Ada", "Cy"}),
        ([("activity.kind", "equals", "webinar_attended")], {"Ada"}),
        ([PRICING], {"Ada", "Bo"}),
        ([PRICING, ("activity.days_ago", "lte", 30)], {"Ada"}),
        ([PRICING, ("activity.days_ago", "gt", 40)], {"Bo"}),
        ([PRICING, ("activity.days_ago", "gte", 40)], {"Ada", "Bo"}),
        ([PRICING, ("activity.days_ago", "between", [20, 30])], {"Ada"}),
        ([PRICING, ("activity.days_ago", "lt", 1)], set()),
        ([("activity.campaign", "equals", "spring")], {"Ada"}),
        ([("activity.properties.plan", "in", ["pro", "team"])], {"Ada"}),
        ([PRICING, ("activity.count", "gte", 2)], {"Ada"}),
        ([PRICING, ("activity.count", "equals", 1)], {"Bo"}),
        ([PRICING, ("activity.count", "equals", 0)], {"Cy", "Di"}),
        ([PRICING, ("activity.count", "lt", 2)], {"Bo", "Cy", "Di"}),
        ([PRICING, ("activity.count", "between", [1, 2])], {"Bo"}),
        ([PRICING, ("activity.count", "gt", 1), ("activity.count", "lt", 4)], {"Ada"}),
        ([PRICING, ("activity.count", "gt", 3), ("activity.count", "lt", 2)], set()),
        ([PRICING, ("activity.count", "gte", 0)], {"Ada", "Bo", "Cy", "Di"}),
        ([PRICING, ("score.total", "lt", 60)], {"Bo"}),
        ([("properties.interest", "equals", "CRM"), PRICING, ("stage", "equals", "mql")], {"Ada"}),
    ],
)
def test_whoever_meets_every_condition_belongs(
    world: None, conditions: list[Written], expected: set[str]
) -> None:
    assert people(*conditions) == expected
