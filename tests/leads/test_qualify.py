"""From scores to MQLs, through the drain and by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import record
from crm.facts import ContactFacts
from crm.models import Contact, Stage, StageChange
from leads.models import Delivery, Mql, Notification, Task, VerdictReason
from leads.qualify import qualify, with_open_mql
from leads.verdict import give_verdict
from scoring.drain import drain
from scoring.models import Pending, ScoringVersion
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_contact,
    make_mql,
    make_qualifying,
    make_qualifying_people,
    make_rep,
    make_user,
    publish_small_model,
)
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

RECYCLED = "No project yet"


def allow_after_scoring(number: int, *, owners: Sequence[int | None] = (None,)) -> list[int]:
    """Contacts who are scored, cross the threshold, and are only now free to become MQLs. `owners` take turns."""
    ids = make_qualifying_people(number, sales_consent="opted_out")
    for pk, owner in zip(ids, cycle(owners), strict=False):
        Contact.objects.filter(pk=pk).update(owner=owner)
    drain(at=NOW)
    record.set_consent(ids, "sales", "allowed", ground="asked for a call", at=NOW)
    return ids


def test_crossing_the_threshold_opens_one_mql_with_all_that_goes_with_it(small_model: ScoringVersion) -> None:
    rep = make_rep("ada")
    make_company("acme.example", name="Acme")
    contact = make_qualifying("vp@acme.example", first_name="Vera", last_name="Prince")

    drain(at=NOW)

    mql = Mql.objects.get()
    assert (mql.contact, mql.owner, mql.version) == (contact, rep.user, small_model)
    assert (mql.fit, mql.engagement, mql.total, mql.grade) == (30, 50, 80, "C2")
    assert mql.opened_at == NOW
    assert mql.due_at == NOW + timedelta(hours=4)
    [task] = Task.objects.all()
    assert (task.mql, task.contact, task.assignee) == (mql, contact, rep.user)
    assert (task.kind, task.due_at, task.done_at) == (Task.Kind.FIRST_TOUCH, mql.due_at, None)
    [told] = Notification.objects.all()
    assert (told.mql, told.user, told.kind) == (mql, rep.user, Notification.Kind.MQL_ASSIGNED)
    assert told.text == "Vera Prince (Acme) is yours: C2, 80.00 points"
    [delivery] = Delivery.objects.all()
    assert (delivery.recipient, delivery.template) == (rep.user.email, "mql_assigned")


def test_opening_an_mql_moves_the_stage(small_model: ScoringVersion) -> None:
    contact = make_qualifying()

    drain(at=NOW)

    contact.refresh_from_db()
    assert contact.stage == Stage.MQL
    moved = StageChange.objects.get(contact=contact, to_stage=Stage.MQL)
    assert (moved.from_stage, moved.at, moved.by) == (Stage.LEAD, NOW, None)


def test_who_another_system_calls_an_mql_gets_one_without_a_move(small_model: ScoringVersion) -> None:
    contact = make_qualifying(stage=Stage.MQL)

    drain(at=NOW)

    assert contact.mqls.open().count() == 1
    assert not contact.stage_changes.filter(at=NOW).exists()


def test_an_mql_keeps_the_score_and_reasons_that_opened_it(small_model: ScoringVersion) -> None:
    mql = make_mql("vp@acme.example")
    record.upsert_contacts([ContactFacts(email="vp@acme.example", job_title="Assistant")], at=NOW)
    drain(at=NOW + timedelta(hours=1))

    mql.refresh_from_db()

    assert mql.contact.score.total == 50
    assert mql.total == 80
    assert mql.explanation["email"] == "vp@acme.example"
    assert mql.explanation["version"] == small_model.number
    assert (mql.explanation["qualifies"], mql.explanation["blocked_by"]) == (True, [])
    assert mql.explanation["total"] == 80
    assert {reason["rule"]: reason["points"] for reason in mql.explanation["reasons"]} == {
        "Webinar attended": 50,
        "Vice president": 30,
    }


def test_without_a_published_model_nobody_qualifies() -> None:
    contact = make_qualifying()

    assert qualify([contact.pk], at=NOW) == []


@pytest.mark.parametrize(
    "columns",
    [{"sales_consent": "opted_out"}, {"stage": "sql"}, {"stage": "customer"}, {"stage": "disqualified"}],
)
def test_what_stands_in_the_way_opens_none(small_model: ScoringVersion, columns: dict[str, str]) -> None:
    contact = make_qualifying(**columns)

    drain(at=NOW)

    assert contact.score.crosses
    assert not Mql.objects.exists()


def test_too_few_points_open_none(small_model: ScoringVersion) -> None:
    make_contact(job_title="VP Sales")

    drain(at=NOW)

    assert not Mql.objects.exists()


def test_a_score_that_faded_since_its_evaluation_opens_none(small_model: ScoringVersion) -> None:
    [contact_id] = allow_after_scoring(1)
    record.upsert_contacts(
        [ContactFacts(email=Contact.objects.get(pk=contact_id).email, job_title="Assistant")], at=NOW
    )

    assert qualify([contact_id], at=NOW) == []
    assert Contact.objects.get(pk=contact_id).stage == Stage.LEAD


def test_qualifying_twice_opens_one(small_model: ScoringVersion) -> None:
    make_rep()
    ids = allow_after_scoring(3)

    first, second = qualify(ids, at=NOW), qualify(ids, at=NOW)

    assert len(first) == 3
    assert second == []
    assert [model.objects.count() for model in (Mql, Task, Notification, Delivery)] == [3, 3, 3, 3]


def test_a_worker_whose_clock_is_behind_opens_no_second_one(small_model: ScoringVersion) -> None:
    make_rep()
    mql = make_mql()

    assert qualify([mql.contact_id], at=NOW - timedelta(seconds=1)) == []
    assert [model.objects.count() for model in (Mql, Task, Notification, Delivery)] == [1, 1, 1, 1]


def test_a_batch_delivered_twice_opens_one(small_model: ScoringVersion) -> None:
    make_rep()
    contact = make_contact(job_title="VP Sales")
    make_activity(contact, "webinar_attended", external_id="w-1")
    drain(at=NOW)
    make_activity(contact, "webinar_attended", external_id="w-1")

    drain(at=NOW + timedelta(minutes=1))

    assert [model.objects.count() for model in (Mql, Task, Notification, Delivery)] == [1, 1, 1, 1]


def test_two_contacts_on_different_days_qualify_under_the_same_unchanged_version(
    small_model: ScoringVersion,
) -> None:
    before = ScoringVersion.objects.values().get()
    first = make_mql()
    second = make_mql(at=NOW + timedelta(days=1))

    assert {first.version, second.version} == {small_model}
    assert ScoringVersion.objects.values().get() == before


def test_editing_a_disqualified_contact_neither_moves_its_stage_nor_opens_an_mql(
    small_model: ScoringVersion,
) -> None:
    make_rep("ada")
    reason = VerdictReason.objects.filter(verdict="disqualified").first().text
    mql = make_mql("vp@acme.example")
    give_verdict(mql, "disqualified", by=mql.owner, at=NOW, reason=reason)

    record.upsert_contacts([ContactFacts(email="vp@acme.example", job_title="SVP", phone="+1 555")], at=NOW)
    drain(at=NOW + timedelta(days=200))

    assert Contact.objects.get().stage == Stage.DISQUALIFIED
    assert Mql.objects.count() == 1


@pytest.mark.parametrize(
    ("webinar_after", "looked_at_after", "opened"),
    [
        pytest.param(None, 31, 1, id="no new activity"),
        pytest.param(10, 29, 1, id="within the cool-off"),
        pytest.param(10, 31, 2, id="past the cool-off, engaged again"),
        pytest.param(40, 41, 2, id="engaged after the cool-off"),
    ],
)
def test_a_recycled_contact_comes_back_after_its_cool_off_once_it_engages_again(
    small_model: ScoringVersion, webinar_after: int | None, looked_at_after: int, opened: int
) -> None:
    make_rep("ada")
    mql = make_mql("vp@acme.example")
    give_verdict(mql, "recycled", by=mql.owner, at=NOW, reason=RECYCLED)
    if webinar_after:
        make_activity(mql.contact, "webinar_attended", at=NOW + timedelta(days=webinar_after))

    moment = NOW + timedelta(days=looked_at_after)
    record.upsert_contacts([ContactFacts(email="vp@acme.example", phone="+1 555")], at=moment)
    drain(at=moment)

    assert mql.contact.mqls.count() == opened
    mql.contact.refresh_from_db()
    assert mql.contact.stage == (Stage.MQL if opened == 2 else Stage.NURTURE)


def test_with_nobody_to_take_it_an_mql_waits_without_an_owner(small_model: ScoringVersion) -> None:
    lead = make_user(is_superuser=True)
    make_rep(available=False)

    mql = make_mql()

    assert mql.owner is None
    assert mql.tasks.open().get().assignee is None
    [told] = Notification.objects.all()
    assert (told.user, told.kind) == (lead, Notification.Kind.MQL_UNASSIGNED)


def test_scoring_learns_whose_mql_was_open_at_a_moment(small_model: ScoringVersion) -> None:
    make_rep("ada")
    mql, other = make_mql(), make_contact()
    closed_at = NOW + timedelta(days=2)
    give_verdict(mql, "qualified", by=mql.owner, at=closed_at)

    def open_at(moment_after: timedelta) -> set[int]:
        return with_open_mql([mql.contact_id, other.pk], NOW + moment_after)

    assert open_at(timedelta(seconds=-1)) == set()
    assert open_at(timedelta(0)) == {mql.contact_id}
    assert open_at(timedelta(days=1)) == {mql.contact_id}
    assert open_at(timedelta(days=2)) == set()


def count_queries(ids: list[int]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert len(qualify(ids, at=NOW)) == len(ids)
    return len(queries)


def test_three_mqls_take_as_many_queries_as_thirty(small_model: ScoringVersion) -> None:
    make_rep(), make_rep(capacity=50)
    ids = allow_after_scoring(34, owners=[make_rep().user_id, None, None])
    # The model is compiled once for a process.
    count_queries(ids[:1])

    assert count_queries(ids[1:4]) == count_queries(ids[4:])


def test_opening_an_mql_marks_its_contact_for_another_look(small_model: ScoringVersion) -> None:
    [contact_id] = allow_after_scoring(1)
    Pending.objects.all().delete()

    qualify([contact_id], at=NOW)

    assert list(Pending.objects.values_list("pk", flat=True)) == [contact_id]


@pytest.mark.django_db(transaction=True)
def test_qualifying_at_once_opens_one_each(at_once: AtOnce) -> None:
    publish_small_model()
    make_rep()
    ids = allow_after_scoring(10)

    results = at_once(*[partial(qualify, ids, at=NOW), partial(qualify, list(reversed(ids)), at=NOW)] * 2)

    assert raised(results) == []
    assert sorted(len(opened) for opened in results) == [0, 0, 0, 10]
    assert [model.objects.count() for model in (Mql, Task, Notification, Delivery)] == [10, 10, 10, 10]
    assert StageChange.objects.filter(to_stage=Stage.MQL).count() == 10
