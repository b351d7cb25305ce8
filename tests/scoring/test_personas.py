"""Personas are scored as real people are, from facts that exist only while they are scored."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from crm.models import Activity, Company, Contact
from crm.signals import facts_changed
from scoring.evaluate import Evaluator
from scoring.explain import explain_with
from scoring.model_file import read_model
from scoring.models import Dimension, DomainList, Effect
from scoring.personas import PersonaResult, check_personas
from scoring.spec import GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from tests.factories import NOW, make_activity, make_company, make_contact
from tests.scoring.conftest import WORKED_EXAMPLE, condition

pytestmark = pytest.mark.django_db

PRICES = {"kind": "page_view", "subject": "/pricing"}
WEBINAR = {"kind": "webinar_attended"}
NOT_YET = (PRICES, PRICES | {"days_ago": 30}, PRICES | {"days_ago": 60}, WEBINAR | {"days_ago": 30})
VP = {"job_title": "VP Sales", "email": "vp@acme.example"}


def came_to(
    contact: dict[str, Any], *activities: dict[str, Any], spec: ModelSpec = WORKED_EXAMPLE, at: datetime = NOW
) -> PersonaResult:
    persona = PersonaSpec("Somebody", True, contact, activities)
    [result] = check_personas(replace(spec, personas=(persona,)), at=at)
    return result


# --- the worked example


def test_the_worked_example_does_not_qualify_and_says_how_far_it_came() -> None:
    result = came_to(VP, *NOT_YET)

    assert not result.explanation.qualifies
    assert not result.as_expected
    assert result.came_to == "scored 57.5 of 60: Intent 27.5, ICP 30"


def test_one_more_view_qualifies_and_the_cap_is_in_the_words() -> None:
    result = came_to(VP, *NOT_YET, PRICES)

    assert result.explanation.total == Decimal("65.00")
    assert result.as_expected
    assert result.came_to == "scored 65 of 60: Intent 35, ICP 30"


def test_the_same_person_at_a_university_does_not() -> None:
    result = came_to(VP | {"email": "vp@ox.ac.uk"}, *NOT_YET, PRICES)

    assert result.came_to == "scored 15 of 60: Intent 35, ICP -20; fit -20 is below 20"


def test_a_persona_that_must_not_qualify_is_as_expected_when_it_does_not() -> None:
    persona = PersonaSpec("VP who only looked", False, VP, (PRICES,))

    [result] = check_personas(replace(WORKED_EXAMPLE, personas=(persona,)), at=NOW)

    assert result.as_expected


# --- like real people


def test_a_persona_scores_as_the_same_person_does_who_is_recorded() -> None:
    make_company("acme.example", name="Acme", industry="Software", employees=400, properties={"tier": "A"})
    contact = make_contact(
        "vp@acme.example", job_title="VP Sales", country="Germany", properties={"plan": ["pro"]}
    )
    make_activity(
        contact, "page_view", subject="/pricing", campaign="Spring", days_ago=1.5, properties={"n": "7"}
    )
    make_activity(
        contact, "page_view", subject="/pricing", campaign="Spring", days_ago=1.5, properties={"n": "7"}
    )
    spec = read_model((settings.BASE_DIR / "examples" / "model.yaml").read_text(encoding="utf-8"))
    real = explain_with(Evaluator(spec), [contact.pk], at=NOW)[contact.pk]

    company = {"name": "Acme", "industry": "Software", "employees": 400, "properties": {"tier": "A"}}
    said = VP | {"country": "Germany", "properties": {"plan": ["pro"]}, "company": company}
    viewed = PRICES | {"campaign": "Spring", "days_ago": 1.5, "properties": {"n": "7"}, "times": 2}
    result = came_to(said, viewed, spec=spec)

    assert result.explanation.reasons == real.reasons
    assert result.explanation.caps == real.caps
    assert result.explanation.total == real.total


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("vp@acme.example", "business"),
        ("vp@gmail.com", "free"),
        ("vp@cs.ox.ac.uk", "academic"),
        ("vp@mail.yopmail.com", "disposable"),
        (None, "business"),
    ],
)
def test_the_kind_of_address_is_what_it_would_be_recorded_as(email: str | None, kind: str) -> None:
    rule = RuleSpec("Kind", "ICP", (condition("email_type", "equals", kind),), points=1)
    spec = replace(WORKED_EXAMPLE, rules=(rule,))

    result = came_to({"email": email} if email else {}, spec=spec)

    assert [reason.rule for reason in result.explanation.reasons] == ["Kind"]


def test_the_company_of_a_business_address_has_its_domain() -> None:
    rule = RuleSpec(
        "Rival", "ICP", (condition("company.domain", "in_domain_list", ["acme.example"]),), points=1
    )

    result = came_to(VP | {"company": {"employees": 400}}, spec=replace(WORKED_EXAMPLE, rules=(rule,)))

    assert [reason.rule for reason in result.explanation.reasons] == ["Rival"]


def test_a_named_domain_list_is_asked() -> None:
    DomainList.objects.create(name="rivals").entries.create(domain="acme.example")
    rule = RuleSpec("Rival", "ICP", (condition("email_domain", "in_domain_list", "rivals"),), points=1)

    result = came_to(VP, spec=replace(WORKED_EXAMPLE, rules=(rule,)))

    assert [reason.rule for reason in result.explanation.reasons] == ["Rival"]


@pytest.mark.parametrize(("days_ago", "matches"), [(6.9, 1), (7, 1), (7.1, 0)])
def test_days_are_counted_back_from_the_moment_of_the_check(days_ago: float, matches: int) -> None:
    rule = RuleSpec("Recent", "Intent", (condition("kind", "equals", "page_view"),), points=1, window_days=7)

    result = came_to({}, PRICES | {"days_ago": days_ago}, spec=replace(WORKED_EXAMPLE, rules=(rule,)))

    assert sum(reason.matches for reason in result.explanation.reasons) == matches


def test_a_link_scanners_clicks_count_for_a_persona_as_little_as_for_anybody() -> None:
    result = came_to(VP, *(PRICES | {"automated": True, "times": 9},))

    assert result.explanation.engagement == 0


# --- what else stands in the way


@pytest.mark.parametrize(
    ("said", "blocks"),
    [
        ({}, []),
        ({"stage": "subscriber"}, []),
        ({"stage": "customer"}, ["stage"]),
        ({"stage": "disqualified"}, ["stage"]),
        ({"opted_out": True}, ["opted_out"]),
        ({"stage": "nurture"}, []),
        ({"stage": "nurture", "recycled_days_ago": 29}, ["recently_recycled"]),
        ({"stage": "nurture", "recycled_days_ago": 31}, []),
    ],
)
def test_what_keeps_a_person_from_sales_keeps_a_persona_from_qualifying(
    said: dict[str, Any], blocks: list[str]
) -> None:
    result = came_to(VP | said, PRICES | {"times": 3}, WEBINAR)

    assert result.explanation.blocked_by == blocks
    assert result.explanation.qualifies == (not blocks)


def test_a_recycled_persona_that_did_nothing_since_is_blocked_and_its_past_does_not_count() -> None:
    said = VP | {"stage": "nurture", "recycled_days_ago": 60}

    result = came_to(said, PRICES | {"days_ago": 61, "times": 3})

    assert result.came_to == (
        "scored 30 of 60: ICP 30; engagement 0 is below 20; blocked by no_new_engagement"
    )


def test_effects_and_bounds_are_told_in_words() -> None:
    rules = (
        RuleSpec("Views", "Intent", (condition("kind", "known"),), points=50),
        RuleSpec("Rival", "ICP", (condition("email", "known"),), effect=Effect.DISQUALIFY),
        RuleSpec("Demo", "Intent", (condition("kind", "known"),), effect=Effect.FAST_TRACK),
    )
    groups = (GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=40), GroupSpec("ICP", Dimension.FIT))
    spec = replace(WORKED_EXAMPLE, groups=groups, rules=rules, max_engagement=30, min_fit=0)

    result = came_to({}, PRICES, spec=spec)

    assert result.came_to == (
        "scored 30 of 60: Intent 40, limit of engagement -10; disqualified by Rival; fast-tracked by Demo"
    )


# --- nothing real is touched


def test_nothing_is_written_and_nobody_is_told() -> None:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    make_activity(contact)
    told: list[Any] = []
    receiver = lambda **carried: told.append(carried)  # noqa: E731
    facts_changed.connect(receiver)

    came_to(VP | {"company": {"name": "Acme"}}, PRICES)

    facts_changed.disconnect(receiver)
    assert told == []
    assert (Contact.objects.count(), Activity.objects.count(), Company.objects.count()) == (1, 1, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'crm_%' AND relpersistence = 't'")
        assert cursor.fetchone() == (0,)


def test_real_people_do_not_count_for_personas() -> None:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    for _ in range(3):
        make_activity(contact, "page_view", subject="/pricing")

    result = came_to(VP)

    assert result.explanation.engagement == 0


def test_two_personas_of_one_address_are_two_people() -> None:
    personas = (PersonaSpec("Reads", False, VP, (PRICES,)), PersonaSpec("Does nothing", False, VP))

    first, second = check_personas(replace(WORKED_EXAMPLE, personas=personas), at=NOW)

    assert (first.explanation.engagement, second.explanation.engagement) == (10, 0)


def test_a_model_without_personas_is_asked_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert check_personas(WORKED_EXAMPLE, at=NOW) == []


@pytest.mark.django_db(transaction=True)
def test_personas_are_checked_outside_a_transaction_and_twice_inside_one() -> None:
    outside = came_to(VP, *NOT_YET)
    with transaction.atomic():
        inside = [came_to(VP, *NOT_YET) for _ in range(2)]
        make_contact("real@acme.example")

    assert {result.came_to for result in (outside, *inside)} == {"scored 57.5 of 60: Intent 27.5, ICP 30"}
    assert Contact.objects.count() == 1


def test_a_moment_in_the_past_gives_the_same_answer() -> None:
    result = came_to(VP, *NOT_YET, at=NOW - timedelta(days=1000))

    assert result.came_to == "scored 57.5 of 60: Intent 27.5, ICP 30"
