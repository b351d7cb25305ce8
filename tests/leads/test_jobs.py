"""Background work of the leads room: run twice, at once, or days late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule

from crm.schedules import keep
from leads import jobs
from leads.models import Delivery, Mql, Notification, Rep, Task
from leads.roles import MARKETERS, PUBLISHERS, READ_ONLY, SALES_REPS, TEAM_LEADS, ensure_groups
from scoring.models import ScoringVersion
from tests.factories import make_mql, make_rep, make_user
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

FOUR_DAYS_AGO = timezone.now() - timedelta(days=4)


def rows() -> list[int]:
    return [model.objects.count() for model in (Mql, Task, Notification, Delivery)]


def test_delivering_twice_and_four_days_late_sends_one_message(small_model: ScoringVersion) -> None:
    make_rep()
    make_mql(at=FOUR_DAYS_AGO)

    assert [jobs.deliver_due(), jobs.deliver_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_routing_twice_and_four_days_late_gives_one_owner(small_model: ScoringVersion) -> None:
    make_rep(available=False)
    mql = make_mql(at=FOUR_DAYS_AGO)
    Rep.objects.update(available=True)
    make_rep()

    assert [jobs.route_unassigned(), jobs.route_unassigned()] == [1, 0]
    mql.refresh_from_db()
    assert mql.owner is not None
    assert rows() == [1, 1, 1, 1]


def test_sent_messages_are_forgotten_after_ninety_days_and_nothing_else_is(
    small_model: ScoringVersion,
) -> None:
    now = timezone.now()
    for name, state, days in (
        ("old", "sent", 91), ("new", "sent", 89), ("dead", "dead", 91), ("waiting", "waiting", 91)
    ):  # fmt: skip
        moment = now - timedelta(days=days)
        Delivery.objects.create(key=name, channel="email", state=state, sent_at=moment, created_at=moment)

    assert [jobs.forget_sent(), jobs.forget_sent()] == [1, 0]
    assert set(Delivery.objects.values_list("key", flat=True)) == {"new", "dead", "waiting"}


@pytest.mark.django_db(transaction=True)
def test_schedules_made_at_once_are_made_once(at_once: AtOnce) -> None:
    Schedule.objects.all().delete()

    results = at_once(*[lambda: keep(jobs.SCHEDULED, at=FOUR_DAYS_AGO)] * 4)

    assert raised(results) == []
    assert Schedule.objects.count() == len(jobs.SCHEDULED)


def test_the_groups_are_there_after_a_migration() -> None:
    Group.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert set(Group.objects.values_list("name", flat=True)) == {
        SALES_REPS,
        TEAM_LEADS,
        MARKETERS,
        PUBLISHERS,
        READ_ONLY,
    }


@pytest.mark.parametrize(
    ("group", "permission", "given"),
    [
        (SALES_REPS, "leads.change_mql", True),
        (SALES_REPS, "scoring.change_scoringversion", False),
        (TEAM_LEADS, "leads.change_rep", True),
        (TEAM_LEADS, "scoring.change_rule", False),
        (MARKETERS, "scoring.change_rule", True),
        (MARKETERS, "scoring.publish_scoringversion", False),
        (PUBLISHERS, "scoring.publish_scoringversion", True),
        (READ_ONLY, "leads.view_mql", True),
        (READ_ONLY, "leads.change_mql", False),
        (MARKETERS, "crm.change_contact", True),
        (MARKETERS, "crm.view_activity", True),
        (MARKETERS, "crm.change_activity", False),
        (MARKETERS, "crm.add_user", False),
        (MARKETERS, "scoring.change_score", False),
        (MARKETERS, "leads.change_mql", False),
    ],
)
def test_groups_may_what_their_work_needs(group: str, permission: str, given: bool) -> None:
    ensure_groups()
    user = make_user()
    user.groups.add(Group.objects.get(name=group))

    assert user.has_perm(permission) is given


def test_what_an_administrator_added_to_a_group_stays() -> None:
    ensure_groups()
    reps, extra = Group.objects.get(name=SALES_REPS), Permission.objects.get(codename="add_team")
    reps.permissions.add(extra)
    number = reps.permissions.count()

    ensure_groups()

    assert reps.permissions.count() == number
    assert extra in reps.permissions.all()
