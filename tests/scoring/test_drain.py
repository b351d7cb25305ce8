"""From marks to scores: all or nothing, each once, and nobody held up by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm import record
from crm.facts import ActivityFacts, ContactFacts
from crm.models import Contact, Stage, StageChange
from leads.models import Mql, Task
from scoring.drain import BATCH, FIRST_PAUSE, LONGEST_PAUSE, drain, evaluate_batch
from scoring.marks import mark
from scoring.models import Effect, Pending, Score, ScoreChange, ScoringVersion
from scoring.signals import scores_changed
from scoring.spec import RuleSpec
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_contact,
    make_qualifying,
    publish_small_model,
)
from tests.scoring.conftest import WORKED_EXAMPLE, condition, publish_as_is

LATER = NOW + timedelta(days=1)


@pytest.fixture
def small_model(db: None) -> ScoringVersion:
    return publish_small_model()


@pytest.fixture
def small_model_committed(transactional_db: None) -> ScoringVersion:
    """For tests of what a failed or a second transaction sees."""
    return publish_small_model()


@contextmanager
def listening(receiver: Callable[..., Any]) -> Iterator[None]:
    """Have `receiver` told of changed scores, after everybody else."""
    scores_changed.connect(receiver)
    try:
        yield
    finally:
        scores_changed.disconnect(receiver)


class Broken(Exception):
    """What a receiver in these tests fails with."""


def failing_for(contact_id: int) -> Callable[..., None]:
    def fail(*, contact_ids: list[int], **_: Any) -> None:
        if contact_id in contact_ids:
            raise Broken(f"contact {contact_id} is too much")

    return fail


def make_people(number: int) -> list[int]:
    """Contacts who have 30 points and are marked."""
    rows = [ContactFacts(email=f"vp{i}@people.example", job_title="VP Sales") for i in range(number)]
    return [outcome.id or 0 for outcome in record.upsert_contacts(rows, at=NOW)]


def test_facts_become_a_score_and_the_mark_is_cleared(small_model: ScoringVersion) -> None:
    contact = make_qualifying()

    done = drain(at=NOW)

    score = Score.objects.get(contact=contact)
    assert (score.fit, score.engagement, score.total, score.grade) == (30, 50, 80, "C2")
    assert (score.version, score.crosses, score.changed_at) == (small_model, True, NOW)
    assert score.rule_points == {"Vice president": 30, "Webinar attended": 50}
    # Once for the facts, and once more because opening the MQL moved the stage, which is a fact too.
    assert done == 2
    assert not Pending.objects.exists()


def test_a_contact_that_matches_nothing_scores_zero_and_has_the_lowest_grade(
    small_model: ScoringVersion,
) -> None:
    contact = make_contact()

    drain(at=NOW)

    assert Score.objects.filter(total__lte=0).get().contact == contact
    assert contact.score.grade == "D4"


def test_without_a_published_version_marks_wait_for_one(db: None) -> None:
    contact = make_contact(job_title="VP Sales")

    before = drain(at=NOW)
    publish_small_model()
    after = drain(at=NOW)

    assert (before, after) == (0, 1)
    assert contact.score.fit == 30


def test_a_second_drain_finds_nothing_and_changes_nothing(small_model: ScoringVersion) -> None:
    make_qualifying()
    drain(at=NOW)
    before = everything()

    again = drain(at=NOW)

    assert again == 0
    assert everything() == before


def test_an_evaluation_that_moves_nothing_writes_nothing(small_model: ScoringVersion) -> None:
    contact = make_qualifying()
    drain(at=NOW)
    before = everything()
    mark([contact.pk], at=LATER)

    done = drain(at=LATER)

    assert done == 1
    assert everything() == before


def everything() -> list[Any]:
    tables = (Score, ScoreChange, Mql, Task, StageChange, Pending, Contact)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_more_than_a_batch_is_drained_at_once(small_model: ScoringVersion) -> None:
    make_people(BATCH + 1)

    done = drain(at=NOW)

    assert done == BATCH + 1
    assert Score.objects.filter(fit=30).count() == BATCH + 1
    assert not Pending.objects.exists()


def test_whoever_waits_longest_is_evaluated_first(small_model: ScoringVersion) -> None:
    make_people(BATCH)
    oldest = make_contact(at=NOW - timedelta(minutes=1))

    evaluate_batch(at=NOW)

    assert Score.objects.filter(pk=oldest.pk).exists()
    assert Pending.objects.count() == 1


def test_each_move_of_a_score_is_kept_with_the_rules_that_made_it(small_model: ScoringVersion) -> None:
    contact = make_contact(job_title="VP Sales")
    drain(at=NOW)
    make_activity(contact, "webinar_attended", days_ago=-1)

    drain(at=LATER)

    first, second = ScoreChange.objects.order_by("at")
    assert (first.fit_from, first.fit_to, first.engagement_to, first.grade_to) == (0, 30, 0, "C4")
    assert first.because == [{"rule": "Vice president", "from": 0, "to": 30}]
    assert (second.at, second.version) == (LATER, small_model)
    assert (second.engagement_from, second.engagement_to) == (0, 50)
    assert (second.grade_from, second.grade_to) == ("C4", "C2")
    assert second.because == [{"rule": "Webinar attended", "from": 0, "to": 50}]


def test_a_change_of_a_company_evaluates_its_people(small_model: ScoringVersion) -> None:
    company = make_company("acme.example", industry="Retail")
    contact = make_contact("vp@acme.example")
    make_contact("vp@elsewhere.example")
    drain(at=NOW)

    record.correct_company(company.pk, at=NOW, industry="Software")

    assert [pending.pk for pending in Pending.objects.all()] == [contact.pk]


def test_two_contacts_who_cross_on_different_days_are_two_mqls_of_one_version(
    small_model: ScoringVersion,
) -> None:
    first = make_qualifying()
    drain(at=NOW)
    second = make_qualifying(at=LATER)
    drain(at=LATER)

    opened = Mql.objects.order_by("opened_at").values_list("contact", "opened_at", "version")
    assert list(opened) == [(first.pk, NOW, small_model.pk), (second.pk, LATER, small_model.pk)]
    published = ScoringVersion.objects.get(pk=small_model.pk)
    assert (published.status, published.retired_at) == (ScoringVersion.Status.PUBLISHED, None)
    assert published.published_at == small_model.published_at


def test_when_a_receiver_fails_everything_of_the_evaluation_is_taken_back(
    small_model_committed: ScoringVersion,
) -> None:
    contact = make_qualifying()

    with listening(failing_for(contact.pk)):
        drain(at=NOW)

    contact.refresh_from_db()
    assert contact.stage == Stage.LEAD
    assert not Score.objects.exists()
    assert not ScoreChange.objects.exists()
    assert not Mql.objects.exists()
    assert not Task.objects.exists()
    assert contact.pending.attempts == 1


def test_one_contact_that_fails_holds_up_none_of_the_others(small_model_committed: ScoringVersion) -> None:
    ids = make_people(BATCH)
    poison = ids[250]

    with listening(failing_for(poison)):
        drain(at=NOW)

    assert Score.objects.count() == BATCH - 1
    left = Pending.objects.get()
    assert left.pk == poison
    assert (left.attempts, left.not_before) == (1, NOW + FIRST_PAUSE)
    assert left.last_error == f"Broken: contact {poison} is too much"


def test_a_contact_that_failed_is_tried_again_after_a_pause_that_grows(
    small_model_committed: ScoringVersion,
) -> None:
    [poison] = make_people(1)
    with listening(failing_for(poison)):
        drain(at=NOW)
        too_early = drain(at=NOW + FIRST_PAUSE - timedelta(seconds=1))
        drain(at=NOW + FIRST_PAUSE)

    left = Pending.objects.get()
    assert too_early == 0
    assert (left.attempts, left.not_before) == (2, NOW + FIRST_PAUSE + 2 * FIRST_PAUSE)


def test_the_pause_of_what_keeps_failing_has_an_end(small_model_committed: ScoringVersion) -> None:
    [poison] = make_people(1)
    Pending.objects.update(attempts=1000)

    with listening(failing_for(poison)):
        drain(at=NOW)

    assert Pending.objects.get().not_before == NOW + LONGEST_PAUSE


def test_new_facts_end_the_pause_of_what_failed(small_model_committed: ScoringVersion) -> None:
    [poison] = make_people(1)
    with listening(failing_for(poison)):
        drain(at=NOW)

    make_activity(Contact.objects.get(pk=poison), "webinar_attended")
    drain(at=NOW)

    assert Score.objects.get(pk=poison).total == 80
    assert not Pending.objects.exists()


def test_a_failed_evaluation_is_taken_back_where_the_caller_has_a_transaction(
    small_model: ScoringVersion,
) -> None:
    [contact_id] = make_people(1)

    with listening(failing_for(contact_id)), pytest.raises(Broken):
        drain(at=NOW)

    assert Pending.objects.get().attempts == 0
    assert not Score.objects.exists()


def test_the_score_of_many_matches_is_that_of_the_union(small_model: ScoringVersion) -> None:
    contact = make_contact(job_title="VP Sales")
    rows = [
        ActivityFacts(contact.pk, "webinar_attended", NOW, "test", external_id=str(number % 3))
        for number in range(9)
    ]
    record.append_activities(rows, at=NOW)

    drain(at=NOW)

    assert contact.activities.count() == 3
    assert contact.score.total == Decimal(80)


def test_a_fact_of_the_future_is_scored_once_it_has_happened(small_model: ScoringVersion) -> None:
    contact = make_contact(job_title="VP Sales")
    make_activity(contact, "webinar_attended", days_ago=-1)

    drain(at=NOW)
    before = Score.objects.get(pk=contact.pk).total
    drain(at=LATER - timedelta(seconds=1))
    too_early = Score.objects.get(pk=contact.pk).total
    drain(at=LATER)

    assert (before, too_early) == (30, 30)
    assert Score.objects.get(pk=contact.pk).total == 80
    assert not Pending.objects.exists()


def test_a_fact_recorded_just_before_its_contact_is_held_is_in_the_score(small_model: ScoringVersion) -> None:
    contact = make_contact(job_title="VP Sales")
    waiting = [lambda: make_activity(contact, "webinar_attended", at=timezone.now())]

    def record_before_the_lock(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql and waiting:
            waiting.pop()()
        return execute(sql, *arguments)

    with connection.execute_wrapper(record_before_the_lock):
        evaluate_batch()

    assert not waiting
    assert Score.objects.get(pk=contact.pk).total == 80


def test_marking_the_unknown_marks_nobody(db: None) -> None:
    assert mark([1_000_000_000], at=NOW) == 0


def test_being_disqualified_is_kept_as_history_though_no_point_moved(db: None) -> None:
    never = RuleSpec("Rival", "ICP", (condition("country", "equals", "de"),), effect=Effect.DISQUALIFY)
    publish_as_is(replace(WORKED_EXAMPLE, rules=(*WORKED_EXAMPLE.rules, never)))
    contact = make_contact(job_title="VP Sales")
    drain(at=NOW)
    record.upsert_contacts([ContactFacts(contact.email, country="DE")], at=NOW)

    drain(at=NOW)

    change = ScoreChange.objects.filter(contact=contact).latest("pk")
    assert change.fit_from == change.fit_to
    assert change.because == [{"rule": "Rival", "from": 0, "to": "disqualify"}]
