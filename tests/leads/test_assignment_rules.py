"""Assignment rules: whom each is for, where it sends them, and what routing says of those it tried."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Rep
from leads.route import route_unassigned
from scoring.models import ScoringVersion
from tests.factories import NOW, make_company, make_mql, make_rep, make_team
from tests.leads.routing import make_rule, qualify_people, trail_of

pytestmark = pytest.mark.django_db


def test_whoever_meets_every_condition_goes_to_the_team_of_the_rule(small_model: ScoringVersion) -> None:
    make_rep("ada", team=make_team("Other"))
    hana = make_rep("hana", team=make_team("Enterprise")).user
    make_company("acme.example", employees=5000, country="DE")
    make_rule(
        "Enterprise Germany",
        ("company.employees", "gte", 1000),
        ("company.country", "equals", "DE"),
        team=make_team("Enterprise"),
    )

    mql = make_mql("vera@acme.example")

    assert mql.owner == hana
    assert mql.routed_because == "Rule “Enterprise Germany”: the only available rep"
    assert trail_of(mql) == [
        ("Rule “Enterprise Germany”", "fits: Enterprise, in turn"),
        ("hana", "the only available rep"),
    ]


def test_of_a_rule_that_does_not_fit_the_condition_is_named(small_model: ScoringVersion) -> None:
    make_rep("ada")
    make_company("acme.example", employees=400)
    make_rule("Enterprise", ("company.employees", "gte", 1000), team=make_team("Enterprise"))

    mql = make_mql("vera@acme.example")

    assert mql.routed_because == "Round robin: the only available rep"
    assert trail_of(mql) == [
        ("Rule “Enterprise”", "wants that company employees is at least 1,000: it is 400"),
        ("ada", "the only available rep"),
    ]


def test_a_rule_is_for_what_people_did_score_and_where_they_stand(small_model: ScoringVersion) -> None:
    make_rep("ada", team=make_team("Other"))
    hana = make_rep("hana", team=make_team("Webinars")).user
    make_rule(
        "Hot from a webinar",
        ("activity.kind", "equals", "webinar_attended"),
        ("activity.days_ago", "lte", 7),
        ("score.total", "gte", 80),
        ("stage", "equals", "mql"),
        team=make_team("Webinars"),
    )

    assert make_mql().owner == hana


def test_of_a_rule_about_scores_and_activities_it_is_said_what_is_missing(
    small_model: ScoringVersion,
) -> None:
    make_rep("ada")
    make_rule("Very hot", ("score.total", "gte", 200), team=make_team("Enterprise"))
    make_rule(
        "Often there",
        ("activity.kind", "equals", "page_view"),
        ("activity.count", "gte", 3),
        team=make_team("Enterprise"),
        position=1,
    )

    trail = trail_of(make_mql())

    assert trail[:2] == [
        ("Rule “Very hot”", "wants that score total is at least 200: it is 80"),
        (
            "Rule “Often there”",
            "wants that activity kind is page_view and activity count is at least 3: what they did does not meet that",
        ),
    ]


def test_what_is_personal_is_not_repeated_in_a_trail(small_model: ScoringVersion) -> None:
    make_rep("ada")
    make_rule("Bosses", ("first_name", "equals", "Zoe"), team=make_team("Enterprise"))

    mql = make_mql("vera@people.example", first_name="Vera")

    assert trail_of(mql)[0] == ("Rule “Bosses”", "wants that first name is Zoe")


def test_the_first_rule_that_fits_counts(small_model: ScoringVersion) -> None:
    first, second = make_rep("first"), make_rep("second")
    make_rule("Later", rep=second, position=2)
    make_rule("Sooner", rep=first, position=1)
    make_rule("Off", rep=second, position=0, active=False)

    assert make_mql().owner == first.user


def test_where_nobody_of_a_rule_is_there_the_next_counts(small_model: ScoringVersion) -> None:
    away, here = make_rep("away", team=make_team("Enterprise"), available=False), make_rep("here")
    make_rule("Enterprise", team=away.team, position=1)
    make_rule("Here", rep=here, position=2)

    mql = make_mql()

    assert mql.owner == here.user
    assert trail_of(mql) == [
        ("Rule “Enterprise”", "fits: Enterprise, in turn"),
        ("away", "takes no new MQLs"),
        ("Enterprise", "nobody is there"),
        ("Rule “Here”", "here"),
    ]


def test_who_was_passed_over_in_their_team_is_named_once(small_model: ScoringVersion) -> None:
    away = make_rep("away", team=make_team("Enterprise"), available=False)
    make_rep("full", capacity=0)
    make_rule("Enterprise", team=away.team)

    mql = make_mql()

    assert trail_of(mql) == [
        ("Rule “Enterprise”", "fits: Enterprise, in turn"),
        ("away", "takes no new MQLs"),
        ("Enterprise", "nobody is there"),
        ("full", "0 of 0 open"),
        ("Everybody in turn", "nobody is there"),
    ]


def test_a_rule_may_send_to_the_owner_of_the_account(small_model: ScoringVersion) -> None:
    make_rep("ada")
    make_rule("Accounts", target="account_owner")
    make_company("acme.example")

    mql = make_mql("vera@acme.example")

    assert trail_of(mql)[0] == ("Rule “Accounts”", "fits: the account’s owner, and it has none")


def test_where_a_rule_names_account_owners_it_says_for_whom_they_are(small_model: ScoringVersion) -> None:
    owner, other = make_rep("owner"), make_rep("other")
    make_company("big.example", employees=5000, owner_id=owner.user_id)
    make_company("small.example", employees=10, owner_id=owner.user_id)
    make_rule("Big accounts", ("company.employees", "gte", 1000), target="account_owner")
    make_rule("Everybody else", rep=other, position=1)

    big, small = make_mql("vera@big.example"), make_mql("zoe@small.example")

    assert (big.owner, big.routed_because) == (owner.user, "Rule “Big accounts”")
    assert (small.owner, small.routed_because) == (other.user, "Rule “Everybody else”")
    assert trail_of(small)[0] == (
        "Rule “Big accounts”",
        "wants that company employees is at least 1,000: it is 10",
    )


def test_rules_take_as_many_queries_for_many_mqls_as_for_few(small_model: ScoringVersion) -> None:
    team = make_team("Enterprise")
    make_rep(team=team, available=False)

    def count_queries(number: int) -> int:
        Rep.objects.update(available=False)
        qualify_people(number, country="DE")
        Rep.objects.update(available=True)
        with CaptureQueriesContext(connection) as queries:
            assert route_unassigned(at=NOW) == number
        return len(queries)

    make_rule("Germany", ("country", "equals", "DE"), team=team)
    few = count_queries(3)
    for number in range(5):
        make_rule(f"France {number}", ("country", "equals", "FR"), ("score.total", "gte", 999), team=team)
        make_rule(f"Busy {number}", ("activity.count", "gte", 50), team=team)

    assert count_queries(30) == few
