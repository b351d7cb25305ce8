"""Which stage may follow which, and that every move is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crm import record
from crm.errors import Conflict
from crm.facts import ContactFacts, Result
from crm.models import Contact, Stage, StageChange
from crm.stages import LADDER, MAY_BECOME_MQL, may_follow
from tests.crm.conftest import Told
from tests.factories import NOW, make_contact, make_user

pytestmark = pytest.mark.django_db

FURTHER = {stage: set(LADDER[number + 1 :]) for number, stage in enumerate(LADDER)}
SIDE_TRACKS = {Stage.NURTURE, Stage.DISQUALIFIED}
MAY_FOLLOW = {
    **{stage: further | SIDE_TRACKS for stage, further in FURTHER.items()},
    Stage.CUSTOMER: set[Stage](),
    Stage.NURTURE: {*FURTHER[Stage.LEAD], Stage.DISQUALIFIED},
    Stage.DISQUALIFIED: {Stage.NURTURE},
}
MOVES = [(current, wanted) for current in Stage for wanted in Stage if current != wanted]
ALLOWED = [move for move in MOVES if move[1] in MAY_FOLLOW[move[0]]]
REFUSED = [move for move in MOVES if move[1] not in MAY_FOLLOW[move[0]]]


@pytest.mark.parametrize(("current", "wanted"), ALLOWED)
def test_a_stage_may_follow(current: Stage, wanted: Stage) -> None:
    contact = make_contact(stage=current)

    assert record.move_stage([contact.pk], wanted, by=None, at=NOW) == [contact.pk]

    contact.refresh_from_db()
    assert (contact.stage, contact.stage_changed_at) == (wanted, NOW)


@pytest.mark.parametrize(("current", "wanted"), REFUSED)
def test_a_backward_or_impossible_stage_is_a_conflict_and_moves_nobody(current: Stage, wanted: Stage) -> None:
    contact, other = make_contact(stage=current), make_contact(stage="subscriber")

    with pytest.raises(Conflict) as refused:
        record.move_stage([other.pk, contact.pk], wanted, by=None, at=NOW)

    assert refused.value.status == 409
    assert refused.value.errors[0].field == "stage"
    assert set(Contact.objects.values_list("stage", flat=True)) == {current, "subscriber"}
    assert StageChange.objects.count() == 2


@pytest.mark.parametrize(("current", "wanted"), REFUSED)
def test_a_reported_row_with_such_a_stage_is_refused_whole(current: Stage, wanted: Stage) -> None:
    contact = make_contact("ada@acme.example", stage=current, job_title="CTO")

    [outcome] = record.upsert_contacts(
        [ContactFacts(email="ada@acme.example", stage=wanted, job_title="CEO")], at=NOW
    )

    contact.refresh_from_db()
    assert (outcome.result, outcome.conflict) == (Result.REJECTED, True)
    assert (contact.stage, contact.job_title) == (current, "CTO")


def test_a_later_row_of_a_batch_does_not_take_a_stage_back() -> None:
    first, later = record.upsert_contacts(
        [
            ContactFacts(email="ada@acme.example", stage="customer"),
            ContactFacts(email="Ada@acme.example", stage="lead", job_title="CEO"),
        ],
        at=NOW,
    )

    contact = Contact.objects.get()
    assert (first.result, later.result, later.conflict) == (Result.CREATED, Result.REJECTED, True)
    assert (contact.stage, contact.job_title) == ("customer", "")


def test_whoever_is_there_already_stays_and_nothing_is_told(told: Told) -> None:
    contact = make_contact(stage="sql")
    told.clear()

    assert record.move_stage([contact.pk], "sql", by=None, at=NOW) == []

    assert told == []
    assert StageChange.objects.count() == 1


def test_every_move_says_from_where_when_by_whom_and_why(told: Told) -> None:
    user = make_user()
    contact = make_contact()
    told.clear()

    record.move_stage([contact.pk], "disqualified", by=user, at=NOW, reason="Student")

    moved = StageChange.objects.get(to_stage="disqualified")
    assert (moved.contact, moved.from_stage, moved.at, moved.by) == (contact, "lead", NOW, user)
    assert moved.reason == "Student"
    assert told == [([contact.pk], [])]


def test_entering_is_the_first_move() -> None:
    contact = make_contact(stage="mql", at=NOW)

    entered = StageChange.objects.get()

    assert (entered.contact, entered.from_stage, entered.to_stage, entered.at) == (contact, "", "mql", NOW)


def test_nurture_says_since_when_and_leaving_it_keeps_that() -> None:
    contact = make_contact()

    record.move_stage([contact.pk], "nurture", by=None, at=NOW)
    record.move_stage([contact.pk], "mql", by=None, at=NOW + timedelta(days=40))

    contact.refresh_from_db()
    assert (contact.stage, contact.recycled_at) == ("mql", NOW)


@pytest.mark.parametrize("stage", ["nurture", "disqualified", "customer"])
def test_editing_fields_does_not_move_the_stage(stage: str) -> None:
    contact = make_contact("ada@acme.example", stage=stage)

    record.upsert_contacts([ContactFacts(email="ada@acme.example", job_title="CEO")], at=NOW)
    record.correct_contact(contact.pk, by=None, at=NOW, country="France")

    contact.refresh_from_db()
    assert (contact.stage, contact.job_title, contact.country) == (stage, "CEO", "France")
    assert StageChange.objects.count() == 1


def test_an_mql_opens_only_for_a_stage_that_it_may_follow_or_is() -> None:
    assert {stage for stage in Stage if stage == Stage.MQL or may_follow(stage, Stage.MQL)} == MAY_BECOME_MQL


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"to_stage": "lead", "from_stage": "lead"}, "stagechange_moves"),
        ({"to_stage": "prospect"}, "stagechange_stage_known"),
    ],
)
def test_the_database_refuses_a_move_that_is_none(columns: dict[str, str], constraint: str) -> None:
    contact = make_contact()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StageChange.objects.create(contact=contact, at=NOW, **columns)
