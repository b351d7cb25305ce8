"""What routing tries, in which order, and what it says of it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, User
from leads.models import Absence, Assignment, AssignmentRule, Mql, Rep, Team, WorkingHours
from leads.route import route_unassigned
from leads.routing.trial import try_on
from leads.verdict import assign, give_verdict
from scoring.drain import drain, evaluate_batch
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_company,
    make_contact,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db


def make_rule(
    name: str = "Rule", *conditions: tuple[str, str, Any], position: int = 0, **target: Any
) -> AssignmentRule:
    target.setdefault("target", next(iter(target), "account_owner"))
    rule = AssignmentRule.objects.create(name=name, position=position, **target)
    for field, op, value in conditions:
        rule.conditions.create(field=field, op=op, value=value)
    return rule


def shares() -> Counter[User | None]:
    return Counter(mql.owner for mql in Mql.objects.select_related("owner"))


def qualify_people(number: int, *, at: datetime = NOW, **columns: Any) -> None:
    make_qualifying_people(number, at=at, **columns)
    drain(at=at)


def trail_of(mql: Mql) -> list[tuple[str, str]]:
    return [(step["step"], step["outcome"]) for step in mql.assignments.get().trail]


def close(mql: Mql) -> None:
    give_verdict(mql, "recycled", by=make_user(is_superuser=True), at=NOW, reason="No project yet")


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


def test_a_returning_contact_goes_to_their_earlier_rep(small_model: ScoringVersion) -> None:
    make_rep("other")
    ada = make_rep("ada")
    first = make_mql("vera@people.example")
    assign(first, ada.user, by=make_user(is_superuser=True), at=NOW)
    close(first)

    decision = try_on(Contact.objects.get(), at=NOW)

    assert (decision.rep, decision.because) == (ada.user, "Had this contact before")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        pytest.param({"available": False}, "takes no new MQLs", id="absent"),
        pytest.param({"capacity": 0}, "0 of 0 open", id="full"),
        pytest.param({"daily_limit": 1}, "1 of 1 today", id="daily limit"),
    ],
)
def test_an_earlier_rep_who_is_not_there_is_passed_over(
    small_model: ScoringVersion, columns: dict[str, Any], said: str
) -> None:
    ada = make_rep("ada")
    close(make_mql("vera@people.example"))
    make_rep("ben")
    Rep.objects.filter(pk=ada.pk).update(**columns)

    decision = try_on(Contact.objects.get(), at=NOW)

    assert str(decision.rep) == "ben"
    assert {"step": "Returning contact", "outcome": f"ada: {said}"} in decision.trail


def test_an_earlier_rep_who_is_none_any_more_is_passed_over(small_model: ScoringVersion) -> None:
    ada = make_rep("ada")
    close(make_mql("vera@people.example"))
    make_rep("ben")
    ada.delete()

    decision = try_on(Contact.objects.get(), at=NOW)

    assert str(decision.rep) == "ben"
    assert decision.trail[0] == {
        "step": "Returning contact",
        "outcome": "is no rep any more, or never was",
    }


def test_people_of_one_company_go_to_one_rep(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben"), make_rep("cleo")
    make_company("acme.example", name="Acme")

    owners = {make_mql(f"person{number}@acme.example").owner for number in range(4)}

    assert len(owners) == 1
    assert Mql.objects.order_by("-pk")[0].routed_because == "Works others of Acme too"


def test_people_of_one_company_who_qualify_at_once_go_to_one_rep(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben")
    company = make_company("acme.example")

    qualify_people(6, company_id=company.pk)

    assert sorted(shares().values()) == [6]


def test_a_company_that_was_worked_long_ago_is_anybodys(small_model: ScoringVersion) -> None:
    make_rep("ada")
    make_company("acme.example")
    close(make_mql("vera@acme.example"))
    Mql.objects.update(closed_at=NOW - timedelta(days=91))

    decision = try_on(make_contact("ben@acme.example"), at=NOW)

    assert decision.because == "Round robin: the only available rep"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        pytest.param("2026-02-20", "2026-03-02", "away until 2 Mar", id="last day"),
        pytest.param("2026-03-02", "2026-03-13", "away until 13 Mar", id="first day"),
    ],
)
def test_who_is_away_is_given_nothing(small_model: ScoringVersion, first: str, last: str, said: str) -> None:
    away = make_rep("away")
    here = make_rep("here").user
    Absence.objects.create(rep=away, first_day=first, last_day=last)

    mql = make_mql()

    assert mql.owner == here
    assert trail_of(mql)[0] == ("away", said)


def test_who_has_their_number_for_today_is_given_nothing_before_tomorrow(
    small_model: ScoringVersion,
) -> None:
    few, many = make_rep("few").user, make_rep("many").user
    Rep.objects.filter(user=few).update(daily_limit=1)
    qualify_people(4)
    Mql.objects.filter(owner=few).update(closed_at=NOW, verdict="qualified")

    qualify_people(1)
    qualify_people(2, at=NOW + timedelta(days=1))

    assert shares() == {few: 2, many: 5}
    assert {"step": "few", "outcome": "1 of 1 today"} in Assignment.objects.filter(to_owner=many)[1].trail


def make_hours(zone: str) -> WorkingHours:
    return WorkingHours.objects.create(name=zone, time_zone=zone)


def test_it_is_the_turn_of_who_is_at_work(small_model: ScoringVersion) -> None:
    sleeper = make_rep("sleeper")
    Rep.objects.filter(pk=sleeper.pk).update(hours=make_hours("America/Los_Angeles"))
    awake = make_rep("awake")
    Rep.objects.filter(pk=awake.pk).update(hours=make_hours("Europe/Berlin"))

    mqls = [make_mql(), make_mql()]

    assert [mql.owner for mql in mqls] == [awake.user, awake.user]
    assert trail_of(mqls[0])[0] == ("sleeper", "outside working hours until Mon 2 Mar, 09:00")


def test_where_nobody_is_at_work_it_is_the_turn_of_who_starts_first(small_model: ScoringVersion) -> None:
    late, early = make_rep("late"), make_rep("early")
    Rep.objects.filter(pk=late.pk).update(hours=make_hours("America/Los_Angeles"))
    Rep.objects.filter(pk=early.pk).update(hours=make_hours("Asia/Tokyo"))

    mql = make_mql(at=NOW + timedelta(days=5, hours=3))

    assert mql.owner == early.user
    assert "nobody is at work, and they start first: Mon 9 Mar, 09:00" in mql.routed_because


def test_an_owner_is_given_their_contacts_outside_working_hours_too(small_model: ScoringVersion) -> None:
    sleeper = make_rep("sleeper")
    Rep.objects.filter(pk=sleeper.pk).update(hours=make_hours("America/Los_Angeles"))
    make_rep("awake")

    assert make_mql(owner_id=sleeper.user_id).owner == sleeper.user


def test_turns_are_shared_by_weight(small_model: ScoringVersion) -> None:
    heavy, light = make_rep("heavy"), make_rep("light")
    Rep.objects.filter(pk=heavy.pk).update(weight=3)

    qualify_people(12)

    assert shares() == {heavy.user: 9, light.user: 3}


def test_turns_of_different_weight_are_mixed(small_model: ScoringVersion) -> None:
    heavy, light = make_rep("heavy"), make_rep("light")
    Rep.objects.filter(pk=heavy.pk).update(weight=2)

    qualify_people(6)

    given = [mql.owner for mql in Mql.objects.select_related("owner").order_by("pk")]
    assert max(given[:3].count(light.user), given[3:].count(light.user)) == 1


def test_the_work_of_one_team_does_not_shift_whose_turn_it_is_among_everybody(
    small_model: ScoringVersion,
) -> None:
    ada, ben = make_rep("ada", team=make_team("One")), make_rep("ben", team=make_team("Two"))
    make_rule("France", ("country", "equals", "FR"), team=ada.team)
    qualify_people(5, country="FR")

    qualify_people(4, country="DE")

    assert shares() == {ada.user: 7, ben.user: 2}


def test_whom_nobody_can_take_the_history_says_so_once(small_model: ScoringVersion) -> None:
    make_rep("away", available=False)
    make_rep("full", capacity=0)
    mql = make_mql()

    route_unassigned(at=NOW + timedelta(minutes=1))
    route_unassigned(at=NOW + timedelta(minutes=2))

    assert (mql.owner, mql.assignments.get().because) == (None, "Nobody is there to take it")
    assert trail_of(mql) == [
        ("away", "takes no new MQLs"),
        ("full", "0 of 0 open"),
        ("Everybody in turn", "nobody is there"),
    ]


def test_a_hand_over_by_hand_is_in_the_history(small_model: ScoringVersion) -> None:
    ada, boss = make_rep("ada").user, make_user("boss", is_superuser=True)
    ben = make_rep("ben").user
    mql = make_mql()

    assign(mql, ben, by=boss, at=NOW + timedelta(hours=1))

    latest, first = mql.assignments.all()
    assert (first.from_owner, first.to_owner, first.by) == (None, ada, None)
    assert (latest.from_owner, latest.to_owner, latest.by) == (ada, ben, boss)


def test_trying_it_changes_nothing(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben")
    contact = make_contact()
    before = list(Rep.objects.order_by("pk").values())

    tried = [str(try_on(contact, at=NOW).rep) for _ in range(3)]

    assert tried == ["ada", "ada", "ada"]
    assert list(Rep.objects.order_by("pk").values()) == before
    assert not Assignment.objects.exists()


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


@pytest.mark.django_db(transaction=True)
def test_eight_drains_at_once_keep_to_weights_within_a_team(at_once: AtOnce) -> None:
    publish_small_model()
    team = Team.objects.create(name="Enterprise")
    reps = [make_rep(team=team) for _ in range(4)]
    Rep.objects.filter(pk=reps[0].pk).update(weight=3)
    make_rep("bystander")
    make_rule("All", team=team)
    ids = make_qualifying_people(300)

    results = at_once(*(partial(evaluate_batch, at=NOW, only=ids[start::8]) for start in range(8)))

    assert raised(results) == []
    assert shares() == {reps[0].user: 150, **dict.fromkeys((rep.user for rep in reps[1:]), 50)}
    assert Assignment.objects.count() == 300
