"""What stands beside a rule: whom it matches, what it gave lately, and who they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from crm.models import Contact
from scoring import rule_matches
from scoring.models import DecayKind, Effect, Per
from scoring.rule_matches import RuleMatches, matches_of
from scoring.spec import DecaySpec, ModelSpec, RuleSpec
from tests.factories import NOW, make_activity, make_contact
from tests.scoring.conftest import ICP, INTENT, condition

pytestmark = pytest.mark.django_db

PRICING = (condition("kind", "equals", "page_view"), condition("subject", "starts_with", "/pricing"))
VP = (condition("job_title", "has_word", "vp"),)


@dataclass(frozen=True)
class People:
    reader: Contact
    """Viewed the prices three times: now, 30 and 60 days ago."""
    director: Contact
    """A vice president of long ago, who did nothing."""
    newcomer: Contact
    """A vice president since a week, who viewed the prices once."""


@pytest.fixture
def people() -> People:
    reader = make_contact(first_name="Rita", last_name="Reader")
    director = make_contact("dora@acme.example", job_title="VP Sales")
    newcomer = make_contact(first_name="Nora", job_title="VP", at=NOW - timedelta(days=7))
    for days_ago in (0, 30, 60):
        make_activity(reader, days_ago=days_ago, subject="/pricing/teams")
    make_activity(newcomer, days_ago=1, subject="/pricing")
    make_activity(newcomer, days_ago=1, subject="/careers")
    return People(reader, director, newcomer)


def matches(rule: RuleSpec, **model: Any) -> RuleMatches:
    spec = ModelSpec(name="Matched", threshold=60, groups=(INTENT, ICP), rules=(rule,), **model)
    return matches_of(spec, at=NOW)[rule.name]


def views(**what: Any) -> RuleSpec:
    return RuleSpec("Prices", "Intent", PRICING, **{"points": 10.0, **what})


def test_a_rule_says_whom_it_matches_and_the_newest_of_them_by_name(people: People) -> None:
    found = matches(views())

    assert (found.contacts, found.of, found.estimated) == (2, 3, False)
    assert found.examples == ((people.newcomer.pk, "Nora"), (people.reader.pk, "Rita Reader"))


@pytest.mark.parametrize(
    ("what", "contacts", "points"),
    [
        ({}, 2, 30),  # now and 30 days ago by one, yesterday by the other
        ({"window_days": 7}, 2, 20),
        ({"at_least": 3}, 1, 0),  # three in all, and only two of them lately
        ({"at_least": 2}, 1, 20),
        ({"max_points": 15}, 2, 25),
        ({"per": Per.ONCE}, 2, 20),
        ({"decay": DecaySpec(DecayKind.HALF_LIFE, 30), "window_days": 30}, 2, 24.77),
        ({"points": -4}, 2, -12),
        ({"effect": Effect.DISQUALIFY, "points": 0}, 2, 0),
        ({"effect": Effect.FAST_TRACK, "points": 0, "window_days": 7}, 2, 0),
        ({"enabled": False}, 2, 30),
        ({"per": Per.ABSENCE, "window_days": 20, "points": -5}, 1, -5),
    ],
)
def test_points_are_those_that_the_last_thirty_days_give(
    what: dict[str, Any], contacts: int, points: float, people: People
) -> None:
    found = matches(views(**what))

    assert (found.contacts, found.points_30_days) == (contacts, points)


def test_a_fit_rule_gave_what_it_gives_those_who_came_lately(people: People) -> None:
    found = matches(RuleSpec("Vice president", "ICP", VP, points=30))

    assert (found.contacts, found.points_30_days) == (2, 30)
    assert found.examples == ((people.newcomer.pk, "Nora"), (people.director.pk, "dora@acme.example"))


def test_bounds_of_the_group_and_the_model_do_not_count(people: People) -> None:
    groups = (replace(INTENT, max_points=1), ICP)
    spec = ModelSpec(name="Held", threshold=60, max_engagement=1, groups=groups, rules=(views(),))

    assert matches_of(spec, at=NOW)["Prices"].points_30_days == 30


def test_the_model_says_how_points_fade(people: People) -> None:
    assert matches(views(), decay=DecaySpec(DecayKind.LINEAR, 10)).points_30_days == 19


def test_a_rule_of_nobody_has_no_examples(people: People) -> None:
    nobody = RuleSpec("Nobody", "ICP", (condition("country", "equals", "Atlantis"),), points=5)

    assert matches(nobody) == RuleMatches(0, 3, 0, (), estimated=False, looked_at=3)


def test_rules_are_told_apart_by_name_and_only_those_asked_for(people: People) -> None:
    rules = (views(), RuleSpec("Vice president", "ICP", VP, points=30), replace(views(), name="Unasked"))
    spec = ModelSpec(name="Two", threshold=60, groups=(INTENT, ICP), rules=rules)

    found = matches_of(spec, at=NOW, rules=["Vice president", "Prices", "No such rule"])

    assert {name: one.points_30_days for name, one in found.items()} == {"Prices": 30, "Vice president": 30}
    assert matches_of(spec, at=NOW, rules=[]) == {}


def test_many_rules_are_counted_in_several_statements(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = (views(), RuleSpec("Vice president", "ICP", VP, points=30), replace(views(), name="Again"))
    spec = ModelSpec(name="Many", threshold=60, groups=(INTENT, ICP), rules=rules)
    at_once = matches_of(spec, at=NOW)

    monkeypatch.setattr(rule_matches, "AT_ONCE", 2)

    assert matches_of(spec, at=NOW) == at_once
    assert list(at_once) == ["Prices", "Vice president", "Again"]


def test_among_many_contacts_some_stand_for_all(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_matches, "SAMPLED", 2)
    rules = (views(), RuleSpec("Vice president", "ICP", VP, points=30))
    spec = ModelSpec(name="Two", threshold=60, groups=(INTENT, ICP), rules=rules)

    found = matches_of(spec, at=NOW)["Prices"]

    assert (found.estimated, found.of, found.looked_at) == (True, 3, 3)
    assert (found.contacts, found.points_30_days) == (2, 30)


def test_of_many_rules_fewer_contacts_are_looked_at(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_matches, "FEWEST", 1)
    monkeypatch.setattr(rule_matches, "WORK", 4)
    rules = (views(), RuleSpec("Vice president", "ICP", VP, points=30))
    spec = ModelSpec(name="Two", threshold=60, groups=(INTENT, ICP), rules=rules)

    assert matches_of(spec, at=NOW)["Prices"].estimated
    assert not matches_of(spec, at=NOW, rules=["Prices"])["Prices"].estimated


@pytest.mark.parametrize(("enough", "estimated"), [(2, True), (3, False)])
def test_one_rule_that_some_hardly_tell_of_is_counted_among_all(
    enough: int, estimated: bool, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_matches, "SAMPLED", 2)
    monkeypatch.setattr(rule_matches, "ENOUGH", enough)

    found = matches(views())

    assert (found.contacts, found.estimated) == (2, estimated)


def test_one_rule_that_takes_too_long_is_estimated(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_matches, "SAMPLED", 2)
    # A plan of thirty conditions alone takes more than the shortest time there is.
    monkeypatch.setattr(rule_matches, "EXACT_MS", 1)
    slow = RuleSpec("Slow", "ICP", VP * 30, points=1)

    found = matches(slow)

    assert (found.contacts, found.estimated) == (2, True)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
