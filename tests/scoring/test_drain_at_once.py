"""Drains, writers and erasures of the same contacts at the same time: real connections, real commits."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from crm import record
from crm.facts import ActivityFacts, ContactFacts
from crm.models import Activity, Contact
from scoring.drain import BATCH, drain, evaluate_batch
from scoring.evaluate import evaluator_of
from scoring.marks import mark, mark_everyone
from scoring.models import Pending, Score, ScoreChange, ScoringVersion
from scoring.signals import scores_changed
from tests.factories import NOW, make_company, make_contact, publish_small_model
from tests.processes import SECONDS, Started, eventually, somebody_waits_for_a_lock


@pytest.fixture
def small_model(transactional_db: None) -> ScoringVersion:
    return publish_small_model()


@contextmanager
def held_batch(beside: Started) -> Iterator[Future[int]]:
    """A batch that is evaluated and waits, its transaction open, until the block ends."""
    reached, go = Event(), Event()

    def hold(**_: Any) -> None:
        reached.set()
        assert go.wait(SECONDS)

    scores_changed.connect(hold)
    try:
        drained = beside(lambda: evaluate_batch(at=NOW))
        assert reached.wait(SECONDS)
        yield drained
    finally:
        go.set()
        scores_changed.disconnect(hold)


def attend(contact_id: int, *, number: int = 0) -> None:
    row = ActivityFacts(contact_id, "webinar_attended", NOW, "test", external_id=str(number))
    record.append_activities([row], at=NOW)


def make_people(number: int) -> list[int]:
    rows = [ContactFacts(email=f"vp{i}@people.example", job_title="VP Sales") for i in range(number)]
    return [outcome.id or 0 for outcome in record.upsert_contacts(rows, at=NOW)]


def test_facts_recorded_while_a_drain_holds_the_contact_are_not_lost(
    small_model: ScoringVersion, beside: Started
) -> None:
    contact = make_contact(job_title="VP Sales")

    with held_batch(beside) as drained:
        recorded = beside(lambda: attend(contact.pk))
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)
    drained.result(SECONDS)
    recorded.result(SECONDS)

    assert Score.objects.get(pk=contact.pk).total == 30
    assert Pending.objects.get().pk == contact.pk
    drain(at=NOW)
    assert Score.objects.get(pk=contact.pk).total == 80


def test_a_mark_made_while_another_is_taken_waits_and_is_not_lost_with_it(
    small_model: ScoringVersion, beside: Started
) -> None:
    [contact_id] = make_people(1)

    with transaction.atomic():
        taken = Pending.objects.select_for_update(no_key=True).get(pk=contact_id)
        marked = beside(lambda: mark([contact_id], at=NOW))
        assert eventually(lambda: marked.done() or somebody_waits_for_a_lock(), seconds=SECONDS)
        taken.delete()

    assert marked.result(SECONDS) == 1
    assert Pending.objects.get().pk == contact_id


def test_a_contact_that_somebody_writes_is_passed_over_and_evaluated_afterwards(
    small_model: ScoringVersion, beside: Started
) -> None:
    first, second = make_people(2)

    with transaction.atomic():
        record.correct_contact(first, by=None, at=NOW, job_title="Intern")
        meanwhile = beside(lambda: drain(at=NOW)).result(SECONDS)
    afterwards = drain(at=NOW)

    assert (meanwhile, afterwards) == (1, 1)
    assert dict(Score.objects.values_list("pk", "total")) == {first: 0, second: 30}


def test_one_of_a_batch_that_is_erased_meanwhile_leaves_the_others_evaluated(
    small_model: ScoringVersion, beside: Started
) -> None:
    ids = make_people(BATCH)

    with transaction.atomic():
        record.erase_contacts([ids[250]])
        done = beside(lambda: drain(at=NOW)).result(SECONDS)

    assert done == BATCH - 1
    assert set(Score.objects.values_list("pk", flat=True)) == set(ids) - {ids[250]}
    assert not Pending.objects.exists()


def test_an_erasure_waits_for_the_drain_and_leaves_nothing_of_its_contact(
    small_model: ScoringVersion, beside: Started
) -> None:
    ids = make_people(BATCH)

    with held_batch(beside) as drained:
        erased = beside(lambda: record.erase_contacts([ids[250]]))
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)
    assert (drained.result(SECONDS), erased.result(SECONDS)) == (BATCH, 1)

    assert Score.objects.count() == ScoreChange.objects.count() == BATCH - 1
    assert not Pending.objects.exists()


def test_drains_at_once_share_the_marks(small_model: ScoringVersion, beside: Started) -> None:
    ids = make_people(3 * BATCH)

    drains = [beside(lambda: drain(at=NOW)) for _ in range(4)]
    done = [drained.result(SECONDS) for drained in drains]

    assert sum(done) == len(ids)
    assert ScoreChange.objects.count() == len(ids)


@pytest.mark.parametrize(
    "marking",
    [
        pytest.param(lambda ids, company: mark(ids, at=NOW), id="some"),
        pytest.param(lambda ids, company: mark([], company_ids=[company], at=NOW), id="a company's"),
        pytest.param(lambda ids, company: mark_everyone(at=NOW), id="everyone"),
    ],
)
def test_one_who_is_erased_while_all_are_marked_leaves_the_others_marked(
    transactional_db: None, beside: Started, marking: Callable[[list[int], int], int]
) -> None:
    company = make_company("people.example")
    ids = make_people(3)

    with transaction.atomic():
        record.erase_contacts([ids[1]])
        marked = beside(lambda: marking(ids, company.pk))
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)

    assert marked.result(SECONDS) == 2
    assert sorted(Pending.objects.values_list("pk", flat=True)) == [ids[0], ids[2]]


def test_writers_and_drains_of_the_same_contacts_neither_deadlock_nor_lose_anything(
    small_model: ScoringVersion, beside: Started, caplog: pytest.LogCaptureFixture
) -> None:
    ids = make_people(30)
    finished = Event()

    def write(seed: int) -> None:
        order = random.Random(seed)
        for number in range(12):
            some = order.sample(ids, 10)
            record.append_activities(
                [
                    ActivityFacts(pk, "webinar_attended", NOW, f"writer {seed}", external_id=str(number))
                    for pk in some
                ],
                at=NOW,
            )
            rows = [
                ContactFacts(email=f"vp{ids.index(pk)}@people.example", country=f"{seed} {number}")
                for pk in order.sample(ids, 10)
            ]
            record.upsert_contacts(rows, at=NOW)

    def keep_draining() -> None:
        while not finished.is_set():
            drain(at=NOW)

    drains = [beside(keep_draining) for _ in range(3)]
    writers = [beside(lambda seed=seed: write(seed)) for seed in range(4)]  # type: ignore[misc]
    try:
        for writer in writers:
            writer.result(SECONDS)
    finally:
        finished.set()
    for drained in drains:
        drained.result(SECONDS)
    drain(at=NOW)

    # A drain that lost a deadlock would say so and try again.
    assert [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"] == []
    assert Activity.objects.count() == 4 * 12 * 10
    assert not Pending.objects.exists()
    expected = {row.contact_id: row.total for row in evaluator_of(small_model).score(at=NOW)}
    assert dict(Score.objects.values_list("pk", "total")) == expected
    assert Contact.objects.filter(mqls__closed_at=None).distinct().count() == 30
