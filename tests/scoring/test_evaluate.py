"""What a score is, case by case, on the real tables."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm import record
from crm.facts import CompanyFacts, ContactFacts
from crm.models import Contact
from scoring.drain import drain
from scoring.evaluate import Evaluator, ScoreRow
from scoring.models import Effect, Per, Score, ScoringVersion
from scoring.spec import ModelSpec, RuleSpec
from tests.factories import NOW, make_activity, make_company, make_contact
from tests.scoring.conftest import ICP, INTENT, condition

pytestmark = pytest.mark.django_db

PAGE_VIEW = (condition("kind", "equals", "page_view"),)


def model(*rules: RuleSpec, **columns: Any) -> ModelSpec:
    return ModelSpec(name="Case", threshold=10, groups=(INTENT, ICP), rules=rules, **columns)


def views(**columns: Any) -> RuleSpec:
    return RuleSpec("Page view", "Intent", PAGE_VIEW, **{"points": 1, **columns})


def fit(field: str, op: str, value: Any = None) -> RuleSpec:
    return RuleSpec("Fit", "ICP", (condition(field, op, value),), points=1)


def score(spec: ModelSpec, contact: Contact, **run: Any) -> ScoreRow:
    [row] = Evaluator(spec).score(**{"at": NOW, "contact_ids": [contact.pk], **run})
    return row


@pytest.mark.parametrize(("per", "points"), [(Per.OCCURRENCE, 3), (Per.ONCE, 1)])
def test_three_visits_give_three_points_per_occurrence_and_one_once(per: Per, points: int) -> None:
    contact = make_contact()
    for days in (1, 2, 3):
        make_activity(contact, days_ago=days)

    assert score(model(views(per=per)), contact).engagement == points


@pytest.mark.parametrize(("days_ago", "points"), [(6.9, 1), (7, 1), (7.1, 0)])
def test_a_window_of_seven_days_counts_what_is_no_older(days_ago: float, points: int) -> None:
    contact = make_contact()
    make_activity(contact, days_ago=days_ago)

    assert score(model(views(window_days=7)), contact).engagement == points


@pytest.mark.parametrize(("after", "points"), [(timedelta(0), 1), (timedelta(microseconds=1), 0)])
def test_as_of_a_past_moment_a_window_ends_at_the_right_instant(after: timedelta, points: int) -> None:
    contact = make_contact()
    activity = make_activity(contact, days_ago=30)

    moment = activity.occurred_at + timedelta(days=7) + after

    assert score(model(views(window_days=7)), contact, at=moment, past=True).engagement == points


def test_what_happens_later_does_not_count_yet() -> None:
    contact = make_contact()
    make_activity(contact, days_ago=-1)

    assert score(model(views()), contact).engagement == 0
    assert score(model(views()), contact, at=NOW + timedelta(days=1)).engagement == 1


def test_fewer_matches_than_asked_for_give_nothing() -> None:
    two, three = make_contact(), make_contact()
    for contact, count in ((two, 2), (three, 3)):
        for _ in range(count):
            make_activity(contact)
    spec = model(views(points=2, at_least=3))

    assert (score(spec, two).engagement, score(spec, three).engagement) == (0, 6)


def test_who_did_nothing_gets_nothing_of_a_capped_rule() -> None:
    assert score(model(views(max_points=25)), make_contact()).engagement == 0


def test_absence_takes_points_once_the_contact_is_old_enough() -> None:
    rule = RuleSpec("Silent", "Intent", PAGE_VIEW, points=-10, per=Per.ABSENCE, window_days=30)
    old, young, active = (make_contact(at=NOW - timedelta(days=days)) for days in (30, 29, 365))
    make_activity(active, days_ago=29)

    assert [score(model(rule), contact).engagement for contact in (old, young, active)] == [-10, 0, 0]


def test_engagement_starts_again_after_a_recycle() -> None:
    contact = make_contact()
    make_activity(contact, days_ago=20)
    record.move_stage([contact.pk], "nurture", by=None, at=NOW - timedelta(days=10))
    make_activity(contact, days_ago=5)

    assert score(model(views()), contact).engagement == 1
    assert score(model(views(), restart_engagement_on_recycle=False), contact).engagement == 2


@pytest.mark.parametrize(
    ("title", "matches"), [("CTO, EMEA", 1), ("cto", 1), ("Director", 0), ("CTOs", 0), ("(CTO)", 1)]
)
def test_a_word_is_matched_whole(title: str, matches: int) -> None:
    assert score(model(fit("job_title", "has_word", "cto")), make_contact(job_title=title)).fit == matches


@pytest.mark.parametrize(
    ("value", "title", "matches"),
    [
        ("100%", "100% owner", 1),
        ("100%", "1000 owner", 0),
        ("a_b", "a_b", 1),
        ("a_b", "axb", 0),
        ("o'n", "O'Neil", 1),
    ],
)
def test_special_characters_match_only_themselves(value: str, title: str, matches: int) -> None:
    assert score(model(fit("job_title", "contains", value)), make_contact(job_title=title)).fit == matches


@pytest.mark.parametrize(
    ("op", "value", "matches"),
    [
        ("not_equals", "de", 1),
        ("not_in", ["de"], 1),
        ("unknown", None, 1),
        ("known", None, 0),
        ("contains", "d", 0),
    ],
)
def test_only_the_negative_operators_match_what_is_unknown(op: str, value: Any, matches: int) -> None:
    assert score(model(fit("country", op, value)), make_contact(country="")).fit == matches


def test_a_property_that_holds_a_list_matches_when_any_element_does() -> None:
    contact = make_contact(properties={"tags": ["Trial", "EMEA"]})

    matched = [
        score(model(fit("properties.tags", op, "trial")), contact).fit
        for op in ("equals", "contains", "not_equals")
    ]

    assert matched == [1, 1, 0]


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        *[("250", 1), (250, 1), (49.5, 0), ("many", 0), ("49", 0), (["10", "60"], 1), (["many", 60], 1)],
        # As many digits as a double can hold whatever its exponent, and one more.
        *[(10**400, 1), ("9" * 200, 1), ("9" * 197 + "e99", 1), ("9" * 201, 0)],
    ],
)
def test_a_number_written_as_text_compares_as_a_number(value: Any, matches: int) -> None:
    contact = make_contact(properties={"seats": value})

    assert score(model(fit("properties.seats", "gte", 50)), contact).fit == matches


@pytest.mark.parametrize(
    ("domain", "matches"), [("rival.example", 1), ("eu.rival.example", 1), ("notrival.example", 0)]
)
def test_a_listed_domain_holds_its_subdomains(domain: str, matches: int) -> None:
    contact = make_contact(f"ada@{domain}")

    assert score(model(fit("email_domain", "in_domain_list", ["rival.example"])), contact).fit == matches


def test_company_columns_are_fit_fields() -> None:
    make_company("acme.example", employees=400)
    contact = make_contact("ada@acme.example")

    assert score(model(fit("company.employees", "between", [400, 500])), contact).fit == 1


def test_clicks_of_link_scanners_count_only_where_a_rule_asks_for_them() -> None:
    contact = make_contact()
    make_activity(contact, "email_sent", campaign="March", days_ago=0.0001)
    for number in range(4):
        make_activity(contact, "email_click", campaign="March", subject=f"/link-{number}")
    click = (condition("kind", "equals", "email_click"),)
    plain = RuleSpec("Click", "Intent", click, points=5)
    asking = RuleSpec("Click", "Intent", (*click, condition("automated", "equals", True)), points=5)

    assert (score(model(plain), contact).engagement, score(model(asking), contact).engagement) == (0, 20)


def test_disqualifying_beats_a_fast_track() -> None:
    contact = make_contact(job_title="VP", country="DE")
    fast = RuleSpec("Fast", "ICP", (condition("job_title", "equals", "vp"),), effect=Effect.FAST_TRACK)
    never = RuleSpec("Never", "ICP", (condition("country", "equals", "de"),), effect=Effect.DISQUALIFY)

    assert score(model(fast), contact).crosses
    assert not score(model(fast, never), contact).crosses


@pytest.mark.parametrize(("minima", "crosses"), [((10, 10), True), ((10.01, 0), False), ((0, 10.01), False)])
def test_both_minima_must_be_reached_besides_the_threshold(
    minima: tuple[float, float], crosses: bool
) -> None:
    contact = make_contact(job_title="VP")
    make_activity(contact)
    vp = RuleSpec("VP", "ICP", (condition("job_title", "equals", "vp"),), points=10)
    spec = model(vp, views(points=10), min_fit=minima[0], min_engagement=minima[1])

    assert score(spec, contact).crosses is crosses


def test_attributes_are_taken_as_they_were() -> None:
    contact = make_contact("ada@acme.example", job_title="Engineer")
    later = NOW - timedelta(days=10)
    record.upsert_contacts([ContactFacts("ada@acme.example", job_title="VP")], at=later)
    record.upsert_companies([CompanyFacts(domain="acme.example", employees=10)], at=later)
    title, size = fit("job_title", "equals", "vp"), fit("company.employees", "gte", 5)
    before = later - timedelta(microseconds=1)

    assert [score(model(title), contact, at=at, past=True).fit for at in (before, later)] == [0, 1]
    assert [score(model(size), contact, at=at, past=True).fit for at in (before, later)] == [0, 1]


def test_what_was_recorded_later_is_not_known_yet() -> None:
    contact = make_contact()
    make_activity(contact, days_ago=10, at=NOW)

    assert score(model(views()), contact).engagement == 1
    assert score(model(views()), contact, known_at=NOW - timedelta(days=1), past=True).engagement == 0


def test_a_contact_that_matches_nothing_scores_zero_with_the_lowest_grade(
    worked_example: ScoringVersion,
) -> None:
    contact = make_contact("nobody@gmail.com")

    drain(at=NOW)

    found = Score.objects.get(total__lte=0)
    assert (found.contact_id, found.total, found.grade) == (contact.pk, Decimal("0.00"), "D4")


def test_everyone_is_scored_as_each_one_is() -> None:
    people = [make_contact(job_title=title) for title in ("VP", "Engineer", "VP")]
    make_activity(people[0])
    make_activity(people[1], days_ago=3)
    spec = model(views(), fit("job_title", "equals", "vp"))

    everyone = {row.contact_id: row for row in Evaluator(spec).score(at=NOW)}

    assert everyone == {contact.pk: score(spec, contact) for contact in people}


def test_points_are_rounded_half_away_from_zero_before_they_are_compared() -> None:
    contact = make_contact()
    make_activity(contact)

    up = score(model(views(points=9.995)), contact)
    down = score(model(views(points=-9.995)), contact)

    assert (up.engagement, up.crosses, down.engagement) == (Decimal("10.00"), True, Decimal("-10.00"))
