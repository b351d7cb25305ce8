"""The judgement's jobs: asked for once at a time, safe twice, and asked for again when one is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.signals import post_spawn
from pytest_django import DjangoCaptureOnCommitCallbacks

from scoring import jobs
from scoring.models import DrainRequest, Pending, Score
from tests.factories import make_contact, make_qualifying, publish_small_model

pytestmark = pytest.mark.django_db


def queued() -> list[str]:
    return [entry.func() for entry in OrmQ.objects.order_by("pk")]


def asked_ago(**span: float) -> None:
    DrainRequest.objects.update(requested_at=timezone.now() - timedelta(**span))


def test_facts_ask_for_a_drain_once_they_are_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_contact()
        before = queued()

    assert before == []
    assert queued() == ["scoring.jobs.drain_marks"]


def test_however_many_ask_one_job_is_queued() -> None:
    asked = [jobs.ask_to_drain() for _ in range(5)]

    assert asked == [True, False, False, False, False]
    assert len(queued()) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_at_the_same_time_queues_one_job() -> None:
    def ask(_: int) -> bool:
        try:
            return jobs.ask_to_drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(ask, range(8)))

    assert sorted(asked) == [False] * 7 + [True]
    assert len(queued()) == 1


def test_a_job_that_has_begun_makes_room_for_the_next() -> None:
    jobs.ask_to_drain()
    jobs.drain_marks()

    assert jobs.ask_to_drain()


@pytest.mark.parametrize(("seconds", "asked"), [(55, False), (65, True)])
def test_a_request_counts_as_lost_after_a_minute(seconds: float, asked: bool) -> None:
    jobs.ask_to_drain()
    asked_ago(seconds=seconds)

    assert jobs.ask_to_drain() == asked


def test_a_worker_that_starts_asks_for_what_the_one_before_it_left() -> None:
    jobs.ask_to_drain()
    asked_ago(seconds=5)

    post_spawn.send("django_q", proc_name="worker 1")

    assert len(queued()) == 2


def test_a_worker_that_starts_asks_however_young_a_request_is() -> None:
    jobs.ask_to_drain()

    post_spawn.send("django_q", proc_name="worker 1")

    assert len(queued()) == 2


def test_a_drain_that_runs_out_of_time_asks_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    publish_small_model()
    make_contact(at=timezone.now())
    monkeypatch.setattr(jobs, "DRAIN_SECONDS", 0.0)

    jobs.drain_marks()

    assert len(queued()) == 1
    assert Pending.objects.count() == 1


@pytest.mark.parametrize("job", [jobs.drain_marks, jobs.evaluate_everyone])
def test_a_job_run_twice_leaves_what_it_leaves_once(job: Callable[[], Any]) -> None:
    publish_small_model()
    make_qualifying(at=timezone.now())
    job()
    jobs.drain_marks()
    before = list(Score.objects.values())

    job()
    jobs.drain_marks()

    assert list(Score.objects.values()) == before
    assert not Pending.objects.exists()


def test_the_nightly_job_has_everyone_evaluated() -> None:
    publish_small_model()
    for _ in range(3):
        make_contact()
    jobs.drain_marks()

    jobs.evaluate_everyone()

    assert queued() == ["scoring.jobs.drain_marks"]
    assert jobs.drain_marks() == 3
    assert jobs.drain_marks() == 0


def test_what_is_left_over_is_drained_every_minute_and_everyone_evaluated_nightly() -> None:
    kept = Schedule.objects.filter(func__startswith="scoring.").order_by("func")

    assert list(kept.values_list("func", "schedule_type", "minutes")) == [
        ("scoring.jobs.drain_marks", Schedule.MINUTES, 1),
        ("scoring.jobs.evaluate_everyone", Schedule.DAILY, None),
        ("scoring.publication_jobs.note_swept", Schedule.MINUTES, 1),
        ("scoring.publication_jobs.publish_due", Schedule.MINUTES, 1),
        ("scoring.survey_jobs.survey_fields", Schedule.DAILY, None),
        ("scoring.trial_jobs.delete_old_trials", Schedule.DAILY, None),
        ("scoring.trial_jobs.go_on_with_trials", Schedule.MINUTES, 1),
    ]
