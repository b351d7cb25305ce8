"""What a version would do, asked for by somebody, worked out in the background, and kept for a month.

A trial is a row, and the row is the truth: a job that is lost, killed or run twice changes nothing of it. Whoever runs
one holds it by the moment at which they began, and tells every half second that they are still there. A run of which
nothing was heard for a minute has lost its worker, and is begun anew. One runs at a time: the others wait, so that a
worker is left for live scoring. What is worked out is written in one transaction with the word that it is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_q.tasks import async_task

from crm.errors import FieldError, HandoffError, Invalid
from crm.models import User
from scoring import preview
from scoring.backtest.run import run as run_backtest
from scoring.model_check import errors_of
from scoring.model_file import read_model, write_model
from scoring.models import ScoringVersion, Trial, TrialContact
from scoring.progress import Report
from scoring.spec import ModelSpec
from scoring.versions import spec_of

logger = logging.getLogger(__name__)

Kind, State = Trial.Kind, Trial.State
AT_WORK = (State.WAITING, State.RUNNING)

LOST_AFTER = timedelta(minutes=1)
"""A run of which nothing was heard for so long has lost its worker."""
GIVEN_UP_AFTER = timedelta(hours=2)
"""Since when a trial was asked for that loses one worker after the other."""
KEPT = timedelta(days=30)
TOLD_EVERY = 0.5
"""Seconds between two words of progress."""
LONGEST = 3600
"""Seconds that one job may take. Beyond the queue's own limit, since a second try of it finds the first at work."""

RUNNERS: Mapping[str, Callable[[Trial, Report], dict[str, Any]]] = {
    Kind.PREVIEW: preview.run,
    Kind.BACKTEST: run_backtest,
}
"""By kind: from a trial to its result. A runner is called in a transaction, and may write the trial's contacts."""


class Cancelled(Exception):
    """Somebody wants the run to stop."""


class Superseded(Exception):
    """The run was given up for lost, and another one has begun it anew; or the trial is no more."""


@transaction.atomic
def ask(
    version: ScoringVersion,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    options: dict[str, Any] | None = None,
) -> Trial:
    """Have a trial of `version`, as its rules are now, against the live one. Where the same is waiting or running, that
    one is answered. Raises Invalid where the rules have faults.
    """
    # Two who ask at once take turns, and the second finds the trial of the first.
    version = ScoringVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    spec = spec_of(version)
    if errors := errors_of(spec):
        raise Invalid(*errors)
    if not spec.in_force().rules:
        raise Invalid(
            FieldError("rules", "no rule is on, so nobody would score", "add a rule, or switch one on")
        )
    asked = {
        "kind": kind,
        "version": version,
        "against": ScoringVersion.objects.live(),
        "model": write_model(spec),
        "options": options or {},
    }
    if same := Trial.objects.filter(**asked, state__in=AT_WORK, cancel=False).first():
        return same
    trial = Trial.objects.create(**asked, asked_by=by, asked_at=at)
    _ask_to_run(trial.pk)
    return trial


def _ask_to_run(trial_id: int) -> None:
    job = partial(async_task, "scoring.trial_jobs.run_trial", trial_id, task_name="trial", timeout=LONGEST)
    transaction.on_commit(job, robust=True)


def cancel(trial: Trial, *, at: datetime) -> None:
    """Stop `trial`: at once where nobody is at work on it, else when its worker next tells of progress. Safe twice."""
    Trial.objects.filter(pk=trial.pk, state=State.RUNNING, heard_at__gt=at - LOST_AFTER).update(cancel=True)
    idle = Trial.objects.filter(pk=trial.pk, state__in=AT_WORK, cancel=False)
    idle.update(state=State.CANCELLED, cancel=True, ended_at=at)
    trial.refresh_from_db()


def run(trial_id: int) -> bool:
    """Work a trial out, unless somebody is at work on it, or on another one. Returns whether it was this call's to do.

    A fault is written on the trial. Raises what says that the database is gone: the trial is begun anew then.
    """
    trial = _begin(trial_id, at=timezone.now())
    if trial is None:
        return False
    try:
        with told(trial) as report, transaction.atomic():
            TrialContact.objects.filter(trial=trial).delete()
            result = RUNNERS[trial.kind](trial, report)
            if not _end(trial, State.DONE, result=result):
                raise Superseded
    except Cancelled:
        _end(trial, State.CANCELLED)
    except Superseded:
        logger.warning("another worker runs trial=%s", trial.pk)
    except HandoffError as error:
        _end(trial, State.FAILED, error=str(error))
    except Exception as error:
        if not connection.is_usable():
            raise
        logger.exception("trial failed trial=%s", trial.pk)
        _end(trial, State.FAILED, error=f"{type(error).__name__}: {error}"[:2000])
    ask_for_next(at=timezone.now())
    return True


@transaction.atomic
def _begin(trial_id: int, *, at: datetime) -> Trial | None:
    """Take a trial, from `at` on. None where it is not to be had."""
    at_work = Trial.objects.filter(state__in=AT_WORK).order_by("pk").select_for_update(no_key=True)
    found = {trial.pk: trial for trial in at_work}
    trial = found.get(trial_id)
    if trial is None or any(_is_heard(each, at) for each in found.values()):
        return None
    if trial.cancel:
        Trial.objects.filter(pk=trial.pk).update(state=State.CANCELLED, ended_at=at)
        return None
    trial.state, trial.started_at, trial.heard_at, trial.done, trial.total = State.RUNNING, at, at, 0, 0
    trial.save(update_fields=["state", "started_at", "heard_at", "done", "total"])
    return trial


def _is_heard(trial: Trial, at: datetime) -> bool:
    """Whether its worker lives."""
    return trial.state == State.RUNNING and bool(trial.heard_at and trial.heard_at > at - LOST_AFTER)


def _end(trial: Trial, state: str, **columns: Any) -> bool:
    """Write how the run ended. Returns whether it was still its own to end."""
    held = Trial.objects.filter(pk=trial.pk, state=State.RUNNING, started_at=trial.started_at)
    return bool(held.update(state=state, ended_at=timezone.now(), **columns))


TELL = """
    UPDATE scoring_trial SET done = %(done)s, total = %(total)s, heard_at = %(at)s
    WHERE id = %(id)s AND state = 'running' AND started_at = %(started_at)s
    RETURNING cancel
"""


@contextmanager
def told(trial: Trial) -> Iterator[Report]:
    """A report of `trial`, on a connection of its own: what is written in the work's transaction nobody sees before it
    ends. It raises Cancelled where somebody wants an end, Superseded where the run is somebody else's by now.
    """
    last = 0.0
    with connection_beside() as beside:

        def report(done: int, total: int) -> None:
            nonlocal last
            if monotonic() - last >= TOLD_EVERY:
                _tell(beside, trial, done, total)
                last = monotonic()

        yield report


@contextmanager
def connection_beside() -> Iterator[BaseDatabaseWrapper]:
    """A second connection to the database, apart from the transaction of the first."""
    beside = connection.copy()
    try:
        yield beside
    finally:
        beside.close()


def _tell(beside: BaseDatabaseWrapper, trial: Trial, done: int, total: int) -> None:
    with beside.cursor() as cursor:
        said: dict[str, Any] = {
            "done": done,
            "total": total,
            "at": timezone.now(),
            "id": trial.pk,
            "started_at": trial.started_at,
        }
        cursor.execute(TELL, said)
        row = cursor.fetchone()
    if row is None:
        raise Superseded
    if row[0]:
        raise Cancelled


def ask_for_next(*, at: datetime) -> int | None:
    """Queue the oldest trial that waits or has lost its worker, unless one is running. Returns its id. Safe twice."""
    at_work = list(Trial.objects.filter(state__in=AT_WORK).order_by("asked_at", "pk"))
    if not at_work or any(_is_heard(trial, at) for trial in at_work):
        return None
    _ask_to_run(at_work[0].pk)
    return at_work[0].pk


def go_on(*, at: datetime) -> int | None:
    """As `ask_for_next`, each minute, after ending those that lost one worker after the other."""
    lost = Trial.objects.filter(state__in=AT_WORK, asked_at__lt=at - GIVEN_UP_AFTER).exclude(
        state=State.RUNNING, heard_at__gt=at - LOST_AFTER
    )
    lost.update(state=State.FAILED, ended_at=at, error="No worker brought it to its end. Ask for it again.")
    return ask_for_next(at=at)


def delete_old(*, at: datetime) -> int:
    """Delete trials that ended a month ago. Returns how many. Safe twice."""
    old = Trial.objects.filter(ended_at__lt=at - KEPT)
    _, deleted = old.delete()
    return deleted.get(Trial._meta.label, 0)


def newest_preview(version: ScoringVersion) -> Trial | None:
    """The last preview of `version` that came to its end."""
    return version.trials.filter(kind=Kind.PREVIEW, state=State.DONE).order_by("-asked_at", "-pk").first()


def is_current(trial: Trial) -> bool:
    """Whether what was tried is what the version says now, held against what is live now."""
    live = ScoringVersion.objects.live()
    return trial.against_id == (live.pk if live else None) and is_of_now(trial)


def is_of_now(trial: Trial) -> bool:
    """Whether the version's rules are still those that were tried."""
    return _what_decides(read_model(trial.model)) == _what_decides(spec_of(trial.version))


def _what_decides(spec: ModelSpec) -> ModelSpec:
    """A model without what scores nobody: its name, its personas, and rules that are off."""
    return replace(spec.in_force(), name="", personas=())
