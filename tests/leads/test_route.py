"""Which rep is given an MQL."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads.models import Delivery, Mql, Notification, Rep, Task
from leads.route import route_unassigned
from leads.routing.rotation import STRIDE
from scoring.drain import drain, evaluate_batch
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_company,
    make_mql,
    make_qualifying_people,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised
from tests.leads.routing import shares

pytestmark = pytest.mark.django_db


def make_mqls(number: int) -> list[Mql]:
    make_qualifying_people(number)
    drain(at=NOW)
    return list(Mql.objects.select_related("owner").order_by("pk"))


def test_the_owner_of_the_company_is_given_its_people(small_model: ScoringVersion) -> None:
    make_rep()
    ada = make_rep("ada").user
    make_company("acme.example", name="Acme", owner_id=ada.pk)

    mqls = [make_mql("one@acme.example"), make_mql("two@acme.example")]

    assert [mql.owner for mql in mqls] == [ada, ada]
    assert mqls[0].routed_because == "Owner of Acme"


def test_the_owner_of_the_contact_comes_before_the_owner_of_the_company(small_model: ScoringVersion) -> None:
    ada, ben = make_rep("ada").user, make_rep("ben").user
    make_company("acme.example", owner_id=ada.pk)

    mql = make_mql("vera@acme.example", first_name="Vera", owner_id=ben.pk)

    assert (mql.owner, mql.routed_because) == (ben, "Owner of the contact")


def test_without_an_owner_reps_are_served_in_turn(small_model: ScoringVersion) -> None:
    users = [make_rep().user for _ in range(3)]

    mqls = make_mqls(7)

    assert [mql.owner for mql in mqls] == [*users, *users, users[0]]
    assert mqls[0].routed_because == "Round robin: next of 3 available reps"


def test_turns_go_on_from_one_batch_to_the_next(small_model: ScoringVersion) -> None:
    users = [make_rep().user for _ in range(3)]

    assert [make_mql().owner for _ in range(4)] == [*users, users[0]]


def test_what_an_owner_is_given_takes_no_turn(small_model: ScoringVersion) -> None:
    ada, ben = make_rep("ada").user, make_rep("ben").user
    make_company("acme.example", owner_id=ada.pk)
    make_mql("vera@acme.example")

    assert [make_mql().owner, make_mql().owner] == [ada, ben]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"available": False}, id="absent"),
        pytest.param({"is_active": False}, id="deactivated"),
        pytest.param({"capacity": 0}, id="full"),
    ],
)
def test_who_is_not_there_is_given_nothing(small_model: ScoringVersion, columns: dict[str, int]) -> None:
    away = make_rep("away", **columns).user
    here = make_rep("here").user
    make_company("acme.example", owner_id=away.pk)

    mqls = [make_mql("vera@acme.example"), make_mql(owner_id=away.pk), make_mql()]

    assert [mql.owner for mql in mqls] == [here, here, here]
    assert mqls[0].routed_because == "Round robin: the only available rep"


def test_an_owner_who_is_no_rep_is_given_nothing(small_model: ScoringVersion) -> None:
    manager, rep = make_user(), make_rep().user

    assert make_mql(owner_id=manager.pk).owner == rep


def test_a_rep_is_full_with_as_many_open_mqls_as_their_capacity(small_model: ScoringVersion) -> None:
    few, many = make_rep("few", capacity=2).user, make_rep("many").user

    make_mqls(6)
    Mql.objects.filter(owner=few).update(closed_at=NOW, verdict="qualified")
    make_mqls(1)

    assert shares() == {few: 3, many: 4}


def test_who_was_away_waits_no_longer_than_others_when_back(small_model: ScoringVersion) -> None:
    early, late = make_rep("early"), make_rep("late")
    Rep.objects.filter(pk=late.pk).update(turn=50 * STRIDE, available=False)
    make_mqls(5)
    Rep.objects.filter(pk=late.pk).update(available=True)

    make_mqls(4)

    assert shares() == {early.user: 7, late.user: 2}


def test_a_new_rep_is_not_given_what_others_had_before(small_model: ScoringVersion) -> None:
    old = make_rep("old").user
    make_mqls(5)
    new = make_rep("new").user

    make_mqls(4)

    assert shares() == {old: 7, new: 2}


def test_when_all_are_away_team_leads_are_told_once(small_model: ScoringVersion) -> None:
    lead, away_lead, _ = (
        make_user("lead"),
        make_user("gone", is_active=False),
        make_user("root", is_superuser=True),
    )
    make_team("North", lead=lead), make_team("South", lead=lead), make_team("West", lead=away_lead)
    make_rep(available=False)

    mql = make_mql("vera@people.example")
    route_unassigned(at=NOW + timedelta(minutes=1))

    assert (mql.owner, mql.routed_because) == (None, "")
    [told] = Notification.objects.all()
    assert (told.user, told.kind, told.mql) == (lead, Notification.Kind.MQL_UNASSIGNED, mql)
    assert told.text == "vera@people.example has no owner: C2, 80.00 points, and no rep is available"
    assert not Delivery.objects.exists()


def test_a_routed_owner_is_told_in_the_application_and_by_mail(small_model: ScoringVersion) -> None:
    rep = make_rep()

    mql = make_mql()

    assert Notification.objects.get().user == rep.user
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.context["mql"]) == (rep.user.email, mql.pk)
    assert (delivery.recipient, delivery.next_attempt_at) == (rep.user.email, NOW)


def test_who_has_no_address_is_told_in_the_application(small_model: ScoringVersion) -> None:
    rep = make_rep()
    User.objects.filter(pk=rep.user_id).update(email="")

    make_mql()

    assert Notification.objects.get().user == rep.user
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("days", [0, 4, 400])
def test_an_mql_without_owner_is_picked_up_however_old_it_is(small_model: ScoringVersion, days: int) -> None:
    make_rep(available=False)
    mql = make_mql()
    rep = make_rep("back")

    routed = route_unassigned(at=NOW + timedelta(days=days))

    mql.refresh_from_db()
    assert routed == 1
    assert mql.owner == rep.user
    assert mql.tasks.get().assignee == rep.user
    assert (
        Notification.objects.filter(mql=mql, user=rep.user, kind=Notification.Kind.MQL_ASSIGNED).count() == 1
    )
    assert Delivery.objects.filter(recipient=rep.user.email).count() == 1


def test_an_mql_whose_owner_was_deleted_is_picked_up(small_model: ScoringVersion) -> None:
    gone = make_rep("gone").user
    mql = make_mql()
    rep = make_rep()
    gone.delete()

    route_unassigned(at=NOW)

    mql.refresh_from_db()
    assert (mql.owner, mql.tasks.get().assignee) == (rep.user, rep.user)


def test_routing_again_changes_nothing(small_model: ScoringVersion) -> None:
    make_rep(), make_rep()
    make_mqls(5)
    before = list(Mql.objects.order_by("pk").values())

    assert route_unassigned(at=NOW + timedelta(days=4)) == 0
    assert route_unassigned(at=NOW + timedelta(days=4)) == 0
    assert list(Mql.objects.order_by("pk").values()) == before
    assert Notification.objects.count() == Delivery.objects.count() == 5


def test_a_closed_mql_without_owner_is_left_alone(small_model: ScoringVersion) -> None:
    mql = make_mql()
    Mql.objects.filter(pk=mql.pk).update(closed_at=NOW, verdict="qualified")
    make_rep()

    assert route_unassigned(at=NOW) == 0


def test_routing_three_takes_as_many_queries_as_thirty(small_model: ScoringVersion) -> None:
    def count_queries(number: int) -> int:
        Rep.objects.update(available=False)
        make_mqls(number)
        Rep.objects.update(available=True)
        with CaptureQueriesContext(connection) as queries:
            assert route_unassigned(at=NOW) == number
        return len(queries)

    make_rep(), make_rep(capacity=100), make_user(is_superuser=True)

    assert count_queries(3) == count_queries(30)


@pytest.mark.django_db(transaction=True)
def test_eight_drains_at_once_share_out_as_one_would(at_once: AtOnce) -> None:
    publish_small_model()
    users = [make_rep().user for _ in range(3)]
    ids = make_qualifying_people(300)

    results = at_once(*(partial(evaluate_batch, at=NOW, only=ids[start::8]) for start in range(8)))

    assert raised(results) == []
    assert sum(results) == 300
    assert shares() == dict.fromkeys(users, 100)
    assert Notification.objects.count() == Delivery.objects.count() == Task.objects.count() == 300


@pytest.mark.django_db(transaction=True)
def test_drains_at_once_never_fill_a_rep_beyond_their_capacity(at_once: AtOnce) -> None:
    publish_small_model()
    full = make_rep("full", capacity=5).user
    ids = make_qualifying_people(40)

    results = at_once(*(partial(evaluate_batch, at=NOW, only=ids[start::4]) for start in range(4)))

    assert raised(results) == []
    assert shares() == {full: 5, None: 35}


@pytest.mark.django_db(transaction=True)
def test_routing_at_once_gives_each_mql_to_one_rep(at_once: AtOnce) -> None:
    publish_small_model()
    make_mqls(20)
    make_rep(), make_rep()

    results = at_once(*[partial(route_unassigned, at=NOW)] * 4)

    assert raised(results) == []
    assert sum(results) == 20
    assert sorted(shares().values()) == [10, 10]
    assert Notification.objects.count() == Delivery.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_what_somebody_is_just_changing_is_left_to_the_next_run(at_once: AtOnce) -> None:
    publish_small_model()
    held, free = make_mqls(2)
    make_rep()

    with transaction.atomic():
        Mql.objects.select_for_update().get(pk=held.pk)
        [routed] = at_once(partial(route_unassigned, at=NOW))

    assert routed == 1
    assert Mql.objects.get(owner=None) == held
    assert free.pk != held.pk
