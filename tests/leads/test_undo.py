"""Taking back within a minute what one did to an MQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.errors import Conflict, Forbidden
from crm.models import Contact, Stage, StageChange, User
from leads import actions, outbox
from leads.come_back import ComingBack
from leads.models import (
    Assignment,
    Delivery,
    Enrolment,
    Mql,
    MqlAction,
    Notification,
    Plan,
    Task,
)
from leads.tasks import add_task
from leads.undo import undo
from leads.verdict import Bant, accept, assign, give_verdict
from tests.factories import NOW, make_mql, make_rep, make_user, publish_small_model
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

DONE = NOW + timedelta(minutes=20)
SOON = DONE + timedelta(seconds=40)
RECYCLED = "No project yet"
DISQUALIFIED = "Competitor"
HISTORIES = {
    "contactversion",
    "stagechange",
    "assignment",
    "mqlaction",
    "activity",
    "notification",
    "delivery",
    "pending",
}
"""Tables that keep what happened, an undone thing as well."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Vera's MQL, which was routed to Ada."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("ada", first_name="Ada")
        make_mql("vera@people.example")
        yield


@pytest.fixture
def rep(world: None, db: None) -> User:
    return User.objects.get(username="ada")


@pytest.fixture
def mql(rep: User) -> Mql:
    return Mql.objects.select_related("contact", "owner").get()


def latest() -> MqlAction:
    return MqlAction.objects.order_by("-pk")[0]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of the facts and the work, save histories and when a contact was touched last."""
    models = [*apps.get_app_config("crm").get_models(), *apps.get_app_config("leads").get_models()]
    tables = {m._meta.model_name: m._meta for m in models if m._meta.model_name not in HISTORIES}
    rows = " UNION ALL ".join(
        f"SELECT '{name}', {meta.pk.column}::text, to_jsonb({meta.db_table})::text FROM {meta.db_table}"
        for name, meta in tables.items()
    )
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"{rows} ORDER BY 1, 2")
        for name, _, row in cursor.fetchall():
            found.setdefault(name, []).append(json.loads(row))
    for contact in found["contact"]:
        contact.pop("updated_at")
    return found


Act = Callable[[Mql, User], Any]
ACTS: dict[str, Act] = {
    "accept": lambda mql, user: accept(mql, by=user, at=DONE),
    "qualify": lambda mql, user: give_verdict(
        mql, "qualified", by=user, at=DONE, note="Hot", bant=Bant(need="Now")
    ),
    "recycle": lambda mql, user: give_verdict(mql, "recycled", by=user, at=DONE, reason=RECYCLED),
    "recycle until a day": lambda mql, user: give_verdict(
        mql, "recycled", by=user, at=DONE, reason=RECYCLED, coming_back=ComingBack(date(2026, 4, 1))
    ),
    "disqualify": lambda mql, user: give_verdict(mql, "disqualified", by=user, at=DONE, reason=DISQUALIFIED),
    "assign": lambda mql, user: assign(mql, User.objects.get(username="ben"), by=user, at=DONE),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("owned", [True, False])
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(first=st.sampled_from([None, "accept"]), follow_ups=st.integers(0, 2), recycled_before=st.booleans())
def test_undoing_leaves_everything_as_it_was(
    rep: User, name: str, owned: bool, first: str | None, follow_ups: int, recycled_before: bool
) -> None:
    with transaction.atomic():
        me, mql = make_rep().user, Mql.objects.select_related("contact", "owner").get()
        make_rep("ben")
        Mql.objects.filter(pk=mql.pk).update(owner=me if owned else None)
        Task.objects.filter(mql=mql).update(assignee=me if owned else None)
        if recycled_before:
            before_that = NOW - timedelta(days=90, microseconds=7)
            Contact.objects.filter(pk=mql.contact_id).update(recycled_at=before_that)
        for number in range(follow_ups):
            add_task(mql.contact, f"Follow up {number}", due_at=DONE, by=me, at=NOW, mql=mql)
        if first and name != "accept":
            accept(mql, by=me, at=NOW + timedelta(minutes=1))
        before = everything()

        ACTS[name](mql, me)
        assert everything() != before
        undo(latest(), by=me, at=SOON)

        assert everything() == before
        transaction.set_rollback(True)


def test_undoing_is_in_the_history_of_the_stage(mql: Mql, rep: User) -> None:
    ACTS["disqualify"](mql, rep)

    undo(latest(), by=rep, at=SOON)

    moves = StageChange.objects.filter(contact=mql.contact, at__gte=DONE).order_by("pk")
    assert [(move.from_stage, move.to_stage, move.reason) for move in moves] == [
        (Stage.MQL, Stage.DISQUALIFIED, DISQUALIFIED),
        (Stage.DISQUALIFIED, Stage.MQL, "Undone"),
    ]


def test_an_undone_verdict_puts_the_mql_back_on_its_plan(rep: User) -> None:
    plan = Plan.objects.create(name="Ten days", is_default=True)
    plan.steps.create(day=0, action="call")
    mql = make_mql()
    tasks = list(mql.tasks.open().order_by("pk").values())

    ACTS["recycle"](mql, rep)
    assert not Enrolment.objects.open().exists()
    undo(latest(), by=rep, at=SOON)

    assert Enrolment.objects.open().get().mql == mql
    assert list(mql.tasks.order_by("pk").values()) == tasks


def test_undoing_twice_is_harmless(mql: Mql, rep: User) -> None:
    ACTS["recycle"](mql, rep)
    undo(latest(), by=rep, at=SOON)
    before = everything(), StageChange.objects.count()

    undo(latest(), by=rep, at=SOON + timedelta(hours=1))

    assert (everything(), StageChange.objects.count()) == before


def test_several_things_are_taken_back_the_latest_first(mql: Mql, rep: User) -> None:
    before = everything()
    accept(mql, by=rep, at=DONE)
    accepted = latest()
    give_verdict(mql, "qualified", by=rep, at=DONE)

    with pytest.raises(Conflict, match="you qualified it since"):
        undo(accepted, by=rep, at=SOON)
    undo(latest(), by=rep, at=SOON)
    undo(accepted, by=rep, at=SOON)

    assert everything() == before


def test_after_a_minute_what_was_decided_stands(mql: Mql, rep: User) -> None:
    ACTS["recycle"](mql, rep)
    before = everything()

    with pytest.raises(Conflict, match="more than a minute"):
        undo(latest(), by=rep, at=DONE + timedelta(seconds=61))

    assert everything() == before


@pytest.mark.parametrize("who", ["lead", "boss"])
def test_nobody_takes_back_what_another_did(mql: Mql, rep: User, who: str) -> None:
    other = make_user(who, is_superuser=who == "boss")
    rep.rep.team.lead = other
    rep.rep.team.save(update_fields=["lead"])
    ACTS["recycle"](mql, rep)

    with pytest.raises(Forbidden, match="Ada did this"):
        undo(latest(), by=other, at=SOON)

    assert not Mql.objects.open().exists()


def test_what_another_built_on_is_not_taken_back(mql: Mql, rep: User) -> None:
    lead = make_user("lead", first_name="Lee")
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])
    accept(mql, by=rep, at=DONE)
    accepted = latest()
    assign(mql, lead, by=lead, at=DONE + timedelta(seconds=5))

    with pytest.raises(Conflict, match="Lee assigned it since"):
        undo(accepted, by=rep, at=SOON)

    mql.refresh_from_db()
    assert (mql.owner, mql.accepted_by) == (lead, rep)


def test_a_change_by_other_ways_is_not_written_over(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=DONE)
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("ben").user)

    with pytest.raises(Conflict, match="changed since"):
        undo(latest(), by=rep, at=SOON)


def test_a_task_that_somebody_did_since_stays_done(mql: Mql, rep: User) -> None:
    task = add_task(mql.contact, "Call back", due_at=DONE, by=rep, at=NOW, mql=mql)
    accept(mql, by=rep, at=DONE)
    Task.objects.filter(pk=task.pk).update(done_at=DONE + timedelta(seconds=9), done_by=rep, outcome="Done")

    undo(latest(), by=rep, at=SOON)

    task.refresh_from_db()
    assert (task.done_by, task.outcome) == (rep, "Done")


# What others are told


def test_a_hand_over_is_told_after_the_minute_in_which_it_may_be_taken_back(mql: Mql, rep: User) -> None:
    ben = make_rep("ben").user
    assign(mql, ben, by=rep, at=DONE)

    [waiting] = Delivery.objects.filter(recipient=ben.email)

    assert (waiting.created_at, waiting.next_attempt_at) == (DONE, DONE + timedelta(minutes=1))
    assert Notification.objects.filter(user=ben).count() == 1


def test_what_was_not_sent_yet_never_leaves(mql: Mql, rep: User, mailoutbox: list[Any]) -> None:
    ben = make_rep("ben").user
    Delivery.objects.all().delete()
    assign(mql, ben, by=rep, at=DONE)
    undo(latest(), by=rep, at=SOON)

    outbox.deliver_due(at=DONE + timedelta(days=1))

    assert mailoutbox == []
    assert Delivery.objects.get(recipient=ben.email).state == Delivery.State.WITHDRAWN
    assert not Notification.objects.filter(user=ben).exists()


def test_done_again_after_undoing_it_is_told_anew(mql: Mql, rep: User) -> None:
    ben = make_rep("ben").user
    assign(mql, ben, by=rep, at=DONE)
    undo(latest(), by=rep, at=SOON)

    assign(mql, ben, by=rep, at=SOON + timedelta(seconds=5))

    states = Delivery.objects.filter(recipient=ben.email).order_by("pk").values_list("state", flat=True)
    assert list(states) == [Delivery.State.WITHDRAWN, Delivery.State.WAITING]
    assert Notification.objects.filter(user=ben).count() == 1


def test_who_has_read_that_it_is_theirs_is_told_that_it_is_not(mql: Mql, rep: User) -> None:
    ben = make_rep("ben").user
    assign(mql, ben, by=rep, at=DONE)
    Notification.objects.filter(user=ben).update(read_at=DONE + timedelta(seconds=10))

    undo(latest(), by=rep, at=SOON)

    kinds = Notification.objects.filter(user=ben).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [Notification.Kind.MQL_ASSIGNED, Notification.Kind.MQL_TAKEN_AWAY]


def test_an_undone_hand_over_is_in_the_history(mql: Mql, rep: User) -> None:
    ben = make_rep("ben").user
    assign(mql, ben, by=rep, at=DONE)

    undo(latest(), by=rep, at=SOON)

    given_back = Assignment.objects.order_by("-pk")[0]
    assert (given_back.from_owner, given_back.to_owner, given_back.by) == (ben, rep, rep)
    assert given_back.trail == [{"step": "Assigned by Ada", "outcome": "Taken back"}]


# Housekeeping


def test_what_stood_before_is_forgotten_after_a_day(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=DONE)

    assert actions.forget(at=DONE + timedelta(hours=23)) == 0
    assert actions.forget(at=DONE + timedelta(hours=25)) == 1
    assert actions.forget(at=DONE + timedelta(hours=25)) == 0
