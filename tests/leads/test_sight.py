"""Who hears of an MQL is who may read it, by the same rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from crm.models import User
from leads.models import Mql
from leads.roles import READ_ONLY
from leads.sight import sights
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_qualifying_people,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db


NAMES = ("ada", "ben", "cleo", "lead", "both", "nobody", "marketer", "admin", "superuser", "reader")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """People, an MQL of each of them and one of nobody."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        owners = [None, *make_people()]
        make_qualifying_people(len(owners))
        drain(at=NOW)
        for mql, owner in zip(Mql.objects.all(), owners, strict=True):
            Mql.objects.filter(pk=mql.pk).update(owner=owner)
        yield


@pytest.fixture
def people(world: None, db: None) -> dict[str, User]:
    return {user.username: user for user in User.objects.all()}


def make_people() -> list[User]:
    """One of each kind, in two teams, of which `both` leads one and works in the other."""
    both = make_user("both")
    north, south = make_team("North", lead=make_user("lead")), make_team("South", lead=both)
    found = {
        "ada": make_rep("ada", team=north).user,
        "ben": make_rep("ben", team=south).user,
        "cleo": make_rep("cleo", team=south).user,
        "lead": User.objects.get(username="lead"),
        "both": both,
        "nobody": make_user("nobody"),
        "marketer": make_user("marketer", is_staff=True),
        "admin": make_user("admin", is_staff=True, is_superuser=True),
        "superuser": make_user("superuser", is_superuser=True),
        "reader": make_user("reader"),
    }
    north.reps.create(user=both)
    found["reader"].groups.add(Group.objects.get(name=READ_ONLY))
    assert set(found) == set(NAMES)
    return list(found.values())


@pytest.mark.parametrize("name", NAMES)
def test_sight_is_what_the_query_lets_one_read(people: dict[str, User], name: str) -> None:
    mqls, user = dict(Mql.objects.values_list("pk", "owner")), people[name]

    sight = sights([user.pk])[user.pk]

    seen = {pk for pk, owner in mqls.items() if sight.sees(owner)}
    assert set(mqls.values()) == {None, *(each.pk for each in people.values())}
    assert seen == set(Mql.objects.visible_to(user).values_list("pk", flat=True))


def test_who_cannot_sign_in_has_no_sight(people: dict[str, User]) -> None:
    User.objects.filter(username="ada").update(is_active=False)

    assert people["ada"].pk not in sights([people["ada"].pk])


def test_sight_of_many_takes_as_many_queries_as_of_one(people: dict[str, User]) -> None:
    with CaptureQueriesContext(connection) as asked:
        sights([user.pk for user in people.values()])

    assert len(asked) == 4
