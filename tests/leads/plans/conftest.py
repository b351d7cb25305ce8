"""What tests of follow-up plans stand on: Vera, whom Ada pursues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from crm.models import User
from leads.models import Mql, Plan
from tests.factories import make_activity, make_mql, make_rep, publish_small_model
from tests.leads.plan_factory import make_plan
from tests.leads.worlds import kept_for_a_while

Commit = Callable[..., AbstractContextManager[list[Callable[[], None]]]]
Tell = Callable[..., None]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Vera's MQL, which was routed to Ada, on the plan that each begins with."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("ada", first_name="Ada")
        make_plan()
        make_mql("vera@people.example", first_name="Vera", last_name="Prince")
        yield


@pytest.fixture
def rep(world: None, db: None) -> User:
    return User.objects.get(username="ada")


@pytest.fixture
def no_plan(rep: User) -> None:
    """Neither a plan yet nor anybody on it."""
    Mql.objects.all().delete(), Plan.objects.all().delete()


@pytest.fixture
def tell(django_capture_on_commit_callbacks: Commit) -> Tell:
    """Record an activity and what follows from it once that is committed."""

    def record(mql: Mql, kind: str, **columns: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            make_activity(mql.contact, kind, **columns)

    return record


@pytest.fixture
def mql(rep: User) -> Mql:
    """On its plan since Monday at nine."""
    return Mql.objects.select_related("contact", "owner").get()
