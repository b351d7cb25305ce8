"""Who hears of an MQL is who may read it, by the same rule."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads.models import Mql
from leads.roles import READ_ONLY
from leads.sight import sights
from scoring.models import ScoringVersion
from tests.factories import make_mql, make_rep, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(small_model: ScoringVersion) -> dict[str, User]:
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
    return found


@pytest.mark.parametrize(
    "name",
    ["ada", "ben", "cleo", "lead", "both", "nobody", "marketer", "admin", "superuser", "reader"],
)
def test_sight_is_what_the_query_lets_one_read(people: dict[str, User], name: str) -> None:
    owners = [None, *people.values()]
    mqls = {make_mql().pk: owner for owner in owners}
    for pk, owner in mqls.items():
        Mql.objects.filter(pk=pk).update(owner=owner)
    user = people[name]

    sight = sights([user.pk])[user.pk]

    seen = {pk for pk, owner in mqls.items() if sight.sees(owner.pk if owner else None)}
    assert seen == set(Mql.objects.visible_to(user).values_list("pk", flat=True))


def test_who_cannot_sign_in_has_no_sight(people: dict[str, User]) -> None:
    User.objects.filter(username="ada").update(is_active=False)

    assert people["ada"].pk not in sights([people["ada"].pk])


def test_sight_of_many_takes_as_many_queries_as_of_one(people: dict[str, User]) -> None:
    with CaptureQueriesContext(connection) as asked:
        sights([user.pk for user in people.values()])

    assert len(asked) == 4
