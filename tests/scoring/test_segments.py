"""A segment is the people for whom every condition holds: who they are, where they stand, what they did and score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Activity, Contact
from leads.models import Mql
from scoring.condition_check import condition_faults
from scoring.drain import drain
from scoring.fields import Audience
from scoring.models import Dimension, Op
from scoring.segments import conditions_q
from scoring.spec import ConditionSpec
from tests.factories import NOW, make_activity, make_company, make_contact, publish_small_model
from tests.scoring import oracle

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
    """Ada reads prices and was at a webinar, Bo read them once long ago, Cy did nothing, for Di a machine reads."""
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


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (("kind", "equals", "page_view"), "did you mean activity.kind?"),
        (("activity.days_ago", "equals", 3), "does not suit"),
        (("activity.days_ago", "lt", -1), "from 0 to 36,500"),
        (("activity.count", "gte", 1.5), "a whole number"),
        (("activity.count", "equals", -1), "a whole number"),
        (("activity.kind", "equals", "Page view"), "as in page_view"),
        (("score.grade", "equals", "E1"), "use one of a1"),
        (("stage", "equals", "won"), "use one of subscriber"),
        (("score.total", "contains", "8"), "does not suit"),
    ],
)
def test_what_can_never_hold_is_refused_with_the_mend(condition: Written, said: str) -> None:
    field, op, value = condition

    faults = [
        str(fault)
        for fault in condition_faults(ConditionSpec(field, Op(op), value), Audience.PEOPLE, (), set())
    ]

    assert len(faults) == 1
    assert said in faults[0]


@pytest.mark.parametrize("field", ["activity.kind", "activity.count", "score.total", "stage"])
@pytest.mark.parametrize("dimension", Dimension)
def test_scoring_rules_have_none_of_these_fields(field: str, dimension: Dimension) -> None:
    faults = list(condition_faults(ConditionSpec(field, Op.GTE, 1), dimension, (), set()))

    assert [fault.path for fault in faults] == [("field",)]


KINDS, SUBJECTS = ("page_view", "form_submitted"), ("/Pricing", "/blog")
ABOUT_ACTIVITIES = st.one_of(
    st.tuples(st.just("activity.kind"), st.sampled_from(["equals", "not_equals"]), st.sampled_from(KINDS)),
    st.tuples(
        st.just("activity.subject"),
        st.sampled_from(["starts_with", "contains", "equals"]),
        st.sampled_from(["/pricing", "/"]),
    ),
    st.tuples(st.just("activity.properties.plan"), st.just("in"), st.sampled_from([["pro"], ["pro", 7]])),
    st.tuples(st.just("activity.days_ago"), st.sampled_from(["gt", "gte", "lt", "lte"]), st.sampled_from([0, 2, 4, 6])),
    st.tuples(st.just("activity.days_ago"), st.just("between"), st.just([2, 4])),
    st.tuples(
        st.just("activity.count"), st.sampled_from(["equals", "gt", "gte", "lt", "lte"]), st.integers(0, 3)
    ),
    st.tuples(st.just("activity.count"), st.just("between"), st.just([1, 2])),
)  # fmt: skip
SIZES = {
    "gt": lambda held, value: held > value,
    "gte": lambda held, value: held >= value,
    "lt": lambda held, value: held < value,
    "lte": lambda held, value: held <= value,
    "equals": lambda held, value: held == value,
    "between": lambda held, value: value[0] <= held <= value[1],
}


@pytest.fixture
def busy(db: None) -> None:
    """Some twenty people who did this and that, a machine for some of them, and something that is still to come."""
    for number in range(20):
        contact = make_contact(first_name=f"P{number}")
        for step in range(number % 5):
            make_activity(
                contact,
                KINDS[(number + step) % 2],
                subject=SUBJECTS[(number // 2 + step) % 2],
                days_ago=(number + 2 * step) % 7,
                automated=(number * step) % 4 == 3,
                properties={"plan": ["pro", 7, "team"][step % 3]},
            )
        if number % 6 == 0:
            make_activity(contact, subject="/pricing", days_ago=-3)


def by_the_oracle(conditions: list[Written], activities: list[Activity]) -> bool:
    """Whether somebody who did `activities` is meant, counted in plain Python."""
    about = [condition for condition in conditions if condition[0] != "activity.count"]
    matching = [
        a for a in activities if not a.automated and a.occurred_at <= NOW and all(_met(c, a) for c in about)
    ]
    counts = [(op, value) for field, op, value in conditions if field == "activity.count"]
    return all(SIZES[op](len(matching), value) for op, value in counts or [("gte", 1)])


def _met(condition: Written, activity: Activity) -> bool:
    field, op, value = condition
    if field == "activity.days_ago":
        return SIZES[op]((NOW - activity.occurred_at) / timedelta(days=1), value)
    facts = {"kind": activity.kind, "subject": activity.subject, "properties": activity.properties}
    stored = oracle.activity_value(facts, field.removeprefix("activity."))
    return oracle.holds({"op": op, "value": value}, stored, {})


@given(conditions=st.lists(ABOUT_ACTIVITIES, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_people_did_is_counted_as_by_hand(busy: None, conditions: list[Written]) -> None:
    did = {contact.first_name: list(contact.activities.all()) for contact in Contact.objects.all()}

    assert people(*conditions) == {
        name for name, activities in did.items() if by_the_oracle(conditions, activities)
    }


def test_a_list_of_mqls_asks_the_index_of_each_contacts_activities(db: None) -> None:
    conditions = [
        ConditionSpec("activity.subject", Op.STARTS_WITH, "/pricing"),
        ConditionSpec("activity.days_ago", Op.LTE, 30),
        ConditionSpec("score.total", Op.GTE, 50),
    ]
    mqls = (
        Mql.objects.open()
        .filter(conditions_q(conditions, at=NOW, prefix="contact__"))
        .order_by("-opened_at")[:25]
    )

    with connection.cursor() as cursor:
        # An empty table is read whole, whatever indexes it has; among millions that is no choice.
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = mqls.explain()

    assert "activity_evaluated" in plan
    assert "Seq Scan" not in plan
