"""Trials: asked for, worked out by a job, and the same whatever becomes of the job."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from crm.errors import Invalid
from scoring import trials
from scoring.models import Rule, ScoringVersion, Trial, TrialContact
from scoring.trials import Kind, Report, State
from scoring.versions import save_draft
from tests.factories import SMALL_MODEL, make_contact, publish_small_model

pytestmark = pytest.mark.django_db
REALLY = pytest.mark.django_db(transaction=True)
"""With real commits and progress told on a connection of its own, as it is in a worker."""


@pytest.fixture(autouse=True)
def one_connection(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a test's own transaction another connection would see nothing."""
    if "beside" not in request.fixturenames:
        monkeypatch.setattr(trials, "connection_beside", lambda: nullcontext(connection))


@pytest.fixture
def draft() -> ScoringVersion:
    publish_small_model()
    return save_draft(SMALL_MODEL, by=None, at=timezone.now())


@pytest.fixture
def trial(draft: ScoringVersion) -> Trial:
    return trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())


@pytest.fixture
def as_runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have a function do the work of previews."""
    return lambda runner: monkeypatch.setattr(trials, "RUNNERS", {Kind.PREVIEW: runner})


@pytest.fixture
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "TOLD_EVERY", 0)


def fresh(trial: Trial) -> Trial:
    return Trial.objects.get(pk=trial.pk)


def test_a_trial_is_queued_worked_out_and_kept(
    draft: ScoringVersion, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        trial = trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())
    [job] = OrmQ.objects.all()

    ran = trials.run(trial.pk)

    assert (job.func(), job.task["args"]) == ("scoring.trial_jobs.run_trial", (trial.pk,))
    assert ran
    trial = fresh(trial)
    assert (trial.state, trial.error) == (State.DONE, "")
    assert trial.result["contacts"] == 0


def test_the_same_that_is_waiting_is_not_asked_for_twice(draft: ScoringVersion, trial: Trial) -> None:
    again = trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())

    assert again == trial


def test_what_differs_is_asked_for_beside_it(draft: ScoringVersion, trial: Trial) -> None:
    Rule.objects.filter(group__version=draft, name="Vice president").update(points=31)

    other = trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())

    assert other != trial


def test_a_version_with_faults_is_refused_by_its_place(draft: ScoringVersion) -> None:
    Rule.objects.filter(group__version=draft, name="Vice president").get().conditions.update(
        field="shoe_size"
    )

    with pytest.raises(Invalid, match="shoe_size"):
        trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())

    assert not Trial.objects.exists()


def test_a_version_whose_rules_are_all_off_is_refused(draft: ScoringVersion) -> None:
    Rule.objects.filter(group__version=draft).update(enabled=False)

    with pytest.raises(Invalid, match="no rule is on"):
        trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())


def test_a_second_worker_leaves_a_trial_to_the_first(trial: Trial, as_runner: Any) -> None:
    second: list[bool] = []

    def runner(_: Trial, report: Report) -> dict[str, Any]:
        second.append(trials.run(trial.pk))
        return {}

    as_runner(runner)

    trials.run(trial.pk)

    assert second == [False]


def test_a_trial_that_is_done_is_not_run_again(trial: Trial) -> None:
    trials.run(trial.pk)
    done = fresh(trial)

    again = trials.run(trial.pk)

    assert not again
    assert fresh(trial).ended_at == done.ended_at


def test_others_wait_for_the_one_that_runs_and_are_asked_for_when_it_ends(
    draft: ScoringVersion, trial: Trial, as_runner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = trials.ask(draft, Kind.BACKTEST, by=None, at=timezone.now())
    beside: list[bool] = []

    def runner(_: Trial, report: Report) -> dict[str, Any]:
        beside.append(trials.run(other.pk))
        return {}

    as_runner(runner)

    with django_capture_on_commit_callbacks(execute=True):
        trials.run(trial.pk)

    assert beside == [False]
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(other.pk,)]


@REALLY
def test_progress_is_seen_while_the_work_goes_on(
    trial: Trial, as_runner: Any, told_at_once: None, beside: Any
) -> None:
    seen: list[tuple[int, int]] = []

    def runner(_: Trial, report: Report) -> dict[str, Any]:
        report(3, 10)
        seen.append(beside(lambda: Trial.objects.values_list("done", "total").get(pk=trial.pk)).result())
        return {}

    as_runner(runner)

    trials.run(trial.pk)

    assert seen == [(3, 10)]


def test_who_waits_is_cancelled_at_once(trial: Trial) -> None:
    trials.cancel(trial, at=timezone.now())

    assert trial.state == State.CANCELLED
    assert not trials.run(trial.pk)


@REALLY
def test_who_runs_is_cancelled_at_the_next_word_and_leaves_nothing(
    trial: Trial, as_runner: Any, told_at_once: None, beside: Any
) -> None:
    contact = make_contact()

    def runner(running: Trial, report: Report) -> dict[str, Any]:
        TrialContact.objects.create(trial=running, contact=contact, change="opens")
        beside(lambda: trials.cancel(fresh(trial), at=timezone.now())).result()
        report(1, 2)
        raise AssertionError("the work went on")

    as_runner(runner)

    trials.run(trial.pk)

    assert (fresh(trial).state, trial.contacts.count()) == (State.CANCELLED, 0)


def lose_worker(trial: Trial, *, seconds_ago: float = 61) -> None:
    """Leave a trial as a worker does that was killed so long ago."""
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    Trial.objects.filter(pk=trial.pk).update(
        state=State.RUNNING, started_at=moment, heard_at=moment, done=5, total=9
    )


def test_a_killed_workers_trial_is_begun_anew_after_a_minute(trial: Trial) -> None:
    lose_worker(trial)

    asked = trials.go_on(at=timezone.now())
    trials.run(trial.pk)

    assert asked == trial.pk
    assert fresh(trial).state == State.DONE


def test_a_worker_that_was_only_silent_for_a_moment_keeps_its_trial(trial: Trial) -> None:
    lose_worker(trial, seconds_ago=30)

    asked = trials.go_on(at=timezone.now())

    assert asked is None
    assert not trials.run(trial.pk)


@REALLY
def test_a_lost_worker_that_comes_back_writes_nothing(trial: Trial, as_runner: Any, beside: Any) -> None:
    contact = make_contact()

    def runner(running: Trial, report: Report) -> dict[str, Any]:
        TrialContact.objects.create(trial=running, contact=contact, change="opens")
        later = timezone.now() + timedelta(seconds=1)
        beside(lambda: Trial.objects.filter(pk=trial.pk).update(started_at=later)).result()
        return {"of": "the lost one"}

    as_runner(runner)

    trials.run(trial.pk)

    trial = fresh(trial)
    assert (trial.state, trial.result, trial.contacts.count()) == (State.RUNNING, {}, 0)


def test_a_trial_that_loses_one_worker_after_the_other_is_given_up(trial: Trial) -> None:
    lose_worker(trial)
    Trial.objects.filter(pk=trial.pk).update(asked_at=timezone.now() - timedelta(hours=3))

    trials.go_on(at=timezone.now())

    trial = fresh(trial)
    assert trial.state == State.FAILED
    assert "Ask for it again" in trial.error


def test_a_lost_trial_is_cancelled_without_its_worker(trial: Trial) -> None:
    lose_worker(trial)

    trials.cancel(trial, at=timezone.now())

    assert trial.state == State.CANCELLED


def test_a_fault_is_written_on_the_trial_with_nothing_else(trial: Trial, as_runner: Any) -> None:
    contact = make_contact()

    def runner(running: Trial, report: Report) -> dict[str, Any]:
        TrialContact.objects.create(trial=running, contact=contact, change="opens")
        raise ZeroDivisionError("no week is as short")

    as_runner(runner)

    trials.run(trial.pk)

    trial = fresh(trial)
    assert (trial.state, trial.error) == (State.FAILED, "ZeroDivisionError: no week is as short")
    assert not trial.contacts.exists()


def test_a_result_is_of_the_rules_as_they_were_asked_about(draft: ScoringVersion, trial: Trial) -> None:
    trials.run(trial.pk)
    found = trials.newest_preview(draft)
    assert found == trial
    current = trials.is_current(found)
    ScoringVersion.objects.filter(pk=draft.pk).update(threshold=70)

    assert (current, trials.is_current(fresh(trial))) == (True, False)


def test_a_result_is_out_of_date_once_another_version_is_live(draft: ScoringVersion, trial: Trial) -> None:
    trials.run(trial.pk)
    ScoringVersion.objects.filter(status="published").update(status="retired", retired_at=timezone.now())

    assert not trials.is_current(fresh(trial))


def test_trials_are_kept_for_a_month_and_gone_with_their_draft(draft: ScoringVersion, trial: Trial) -> None:
    trials.run(trial.pk)
    young = trials.delete_old(at=timezone.now() + timedelta(days=29))
    old = trials.delete_old(at=timezone.now() + timedelta(days=31))
    trials.ask(draft, Kind.PREVIEW, by=None, at=timezone.now())

    draft.delete()

    assert (young, old) == (0, 1)
    assert not Trial.objects.exists()
