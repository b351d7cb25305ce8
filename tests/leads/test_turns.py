"""Whose turn it is: whoever is there and at work, in shares by weight, each team by itself."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from leads.models import Absence, Assignment, Mql, Rep, Team, WorkingHours
from leads.route import route_unassigned
from leads.routing.trial import try_on
from scoring.drain import evaluate_batch
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_contact,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_team,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised
from tests.leads.routing import make_rule, qualify_people, shares, trail_of

pytestmark = pytest.mark.django_db


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


def test_trying_it_changes_nothing(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben")
    contact = make_contact()
    before = list(Rep.objects.order_by("pk").values())

    tried = [str(try_on(contact, at=NOW).rep) for _ in range(3)]

    assert tried == ["ada", "ada", "ada"]
    assert list(Rep.objects.order_by("pk").values()) == before
    assert not Assignment.objects.exists()


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
