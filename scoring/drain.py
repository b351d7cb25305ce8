"""From marks to scores: evaluate whom facts changed for, keep what moved, tell the room above. All or nothing.

A batch is one transaction. Whoever marks, writes or deletes one of its contacts meanwhile waits for it or makes it
leave that contact out; it never waits for them while it holds their locks, so that nobody waits in a circle.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from scoring import marks
from scoring.evaluate import Evaluator, ScoreRow, evaluator_of
from scoring.everyone import mark_next
from scoring.models import Effect, Pending, Score, ScoreChange, ScoringVersion
from scoring.signals import scores_changed

logger = logging.getLogger(__name__)

Given = float | str
"""Points of a rule before any cap, or the effect of one that disqualifies or fast-tracks."""

BATCH = 500
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_WAIT = "50ms"
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
"""Seconds to wait before a batch is asked for again, after a wait for a lock was cut short."""
COLUMNS = ["version", "fit", "engagement", "total", "grade", "disqualified", "fast_tracked", "crosses",
           "rule_points", "changed_at"]  # fmt: skip


def drain(*, at: datetime) -> int:
    """Evaluate everyone whose mark is due at `at`, and those too for whom everyone was asked for. Returns how many
    evaluations that took.

    Without a published version the marks wait for one.
    """
    done = 0
    while True:
        if taken := _take(at):
            done += taken
        elif not mark_next(at=at):
            return done


def drain_for(seconds: float) -> tuple[int, bool]:
    """Drain by the clock for about `seconds`. Returns how many were evaluated, and whether none was left."""
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        if taken := _take(None):
            done += taken
        elif not mark_next(at=timezone.now()):
            return done, True
    return done, False


def _take(at: datetime | None) -> int:
    """Evaluate one batch. Where that fails, in ever smaller parts, so that one contact's fault holds up nobody else."""
    try:
        return evaluate_batch(at=at)
    except Exception:
        if connection.in_atomic_block or not connection.is_usable():
            raise
        logger.exception("batch failed, trying it in parts")
        due = Pending.objects.due(at=at or timezone.now()).order_by("bulk", "marked_at", "pk")
        ids = list(due.values_list("pk", flat=True)[:BATCH])
        _in_halves(ids, at)
        return len(ids)


def _in_halves(ids: list[int], at: datetime | None) -> None:
    """Evaluate `ids`, and where that fails each half by itself, down to whoever it is that fails."""
    if not ids:
        return
    try:
        evaluate_batch(at=at, only=ids)
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(ids) == 1:
            logger.exception("evaluation failed contact=%s", ids[0])
            _put_off(ids[0], f"{type(error).__name__}: {error}", at or timezone.now())
            return
        middle = len(ids) // 2
        _in_halves(ids[:middle], at)
        _in_halves(ids[middle:], at)


def _put_off(contact_id: int, error: str, at: datetime) -> None:
    mark = Pending.objects.filter(pk=contact_id).first()
    if mark:
        pause = min(FIRST_PAUSE * 2 ** min(mark.attempts, 20), LONGEST_PAUSE)
        Pending.objects.filter(pk=contact_id).update(
            attempts=F("attempts") + 1, not_before=at + pause, last_error=error[:2000]
        )


@transaction.atomic
def evaluate_batch(*, at: datetime | None = None, only: Sequence[int] | None = None) -> int:
    """Evaluate up to 500 of those who wait, whoever has new facts first and then the oldest mark. Clears their marks.
    Returns how many.

    Scores are as of `at`; without it, of the moment at which the batch is held, which no fact of a mark in it is later
    than. Contacts that somebody is just writing are passed over: whoever writes them has marked them.
    """
    version = ScoringVersion.objects.live()
    if version is None:
        return 0
    ids = _hold(at or timezone.now(), only)
    if not ids:
        return 0
    at = at or timezone.now()
    # Before the effects, so that what they record marks anew instead of vanishing with these.
    Pending.objects.filter(pk__in=ids).delete()
    marks.mark_for_later(ids, at=at)
    told = keep_scores(ids, version, at=at)
    if told:
        scores_changed.send(evaluate_batch, contact_ids=told, at=at)
    return len(ids)


def _hold(due_at: datetime, only: Sequence[int] | None) -> list[int]:
    """Lock the marks of a batch with their contacts. Returns their ids in order.

    SKIP LOCKED still waits where PostgreSQL has to follow a row through its newer versions, and then with all the
    locks that it has. Such a wait is cut short and everything let go, long before anyone could call it a deadlock.
    """
    for pause in PAUSES:
        try:
            with transaction.atomic():
                _wait_at_most(LONGEST_WAIT)
                ids = _lock(due_at, only)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(pause)
        else:
            _wait_at_most("0")
            return ids
    return _lock(due_at, only)


def _wait_at_most(duration: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [duration])


def _lock(due_at: datetime, only: Sequence[int] | None) -> list[int]:
    due = Pending.objects.due(at=due_at).select_related("contact").only("contact__id")
    due = due.order_by("bulk", "marked_at", "pk")
    if only is not None:
        due = due.filter(pk__in=only)
    # No-key locks: an activity of a contact may still be recorded, and marks it anew.
    held = due.select_for_update(skip_locked=True, no_key=True, of=("self", "contact"))[:BATCH]
    return sorted(mark.pk for mark in held)


def keep_scores(contact_ids: Sequence[int], version: ScoringVersion, *, at: datetime) -> list[int]:
    """Evaluate contacts and write what moved, with its history. Returns those who changed or cross the threshold."""
    evaluator = evaluator_of(version)
    rows = {row.contact_id: row for row in evaluator.score(at=at, contact_ids=contact_ids)}
    before = {score.pk: score for score in Score.objects.filter(pk__in=contact_ids)}
    moved = [pk for pk, row in rows.items() if _differs(before.get(pk), row, version)]
    if moved:
        points = rule_points(evaluator, moved, at=at)
        scores = [_score(rows[pk], version, points[pk], at) for pk in moved]
        changes = [change for score in scores if (change := _change(before.get(score.pk), score, at))]
        Score.objects.bulk_create(
            scores, update_conflicts=True, unique_fields=["contact"], update_fields=COLUMNS
        )
        ScoreChange.objects.bulk_create(changes)
    crossing = {pk for pk, row in rows.items() if row.crosses}
    return sorted(crossing.union(moved))


def rule_points(
    evaluator: Evaluator, contact_ids: Sequence[int], *, at: datetime
) -> dict[int, dict[str, Given]]:
    """What each rule that matched gave, by its name, for each contact: points before any cap, or its effect."""
    rules = [(f"r{index}", rule) for index, rule in enumerate(evaluator.spec.rules)]
    return {
        row["contact_id"]: {
            rule.name: given for column, rule in rules if (given := _given(rule.effect, row[column]))
        }
        for row in evaluator.details(at=at, contact_ids=contact_ids)
    }


def _given(effect: Effect, value: float | bool) -> Given:
    if effect == Effect.POINTS:
        return round(value, 4)
    return str(effect.value) if value else 0


def _differs(score: Score | None, row: ScoreRow, version: ScoringVersion) -> bool:
    if score is None:
        return True
    kept = (score.version_id, score.fit, score.engagement, score.grade, score.disqualified, score.fast_tracked,
            score.crosses)  # fmt: skip
    return kept != (
        version.pk,
        row.fit,
        row.engagement,
        row.grade,
        row.disqualified,
        row.fast_tracked,
        row.crosses,
    )


def _score(row: ScoreRow, version: ScoringVersion, points: dict[str, Given], at: datetime) -> Score:
    return Score(
        contact_id=row.contact_id,
        version=version,
        fit=row.fit,
        engagement=row.engagement,
        total=row.total,
        grade=row.grade,
        disqualified=row.disqualified,
        fast_tracked=row.fast_tracked,
        crosses=row.crosses,
        rule_points=points,
        changed_at=at,
    )


def _change(before: Score | None, score: Score, at: datetime) -> ScoreChange | None:
    """The history row of a move, or None where nothing moved that a score says."""
    fit, engagement, grade = (
        (before.fit, before.engagement, before.grade) if before else (Decimal(0), Decimal(0), "")
    )
    effects = (before.disqualified, before.fast_tracked) if before else (False, False)
    same_points = (fit, engagement) == (score.fit, score.engagement) and grade in ("", score.grade)
    if same_points and effects == (score.disqualified, score.fast_tracked):
        return None
    held = before.rule_points if before else {}
    names = sorted({*held, *score.rule_points})
    because = [
        {"rule": name, "from": held.get(name, 0), "to": score.rule_points.get(name, 0)}
        for name in names
        if held.get(name, 0) != score.rule_points.get(name, 0)
    ]
    return ScoreChange(
        contact_id=score.contact_id,
        version=score.version,
        at=at,
        fit_from=fit,
        fit_to=score.fit,
        engagement_from=engagement,
        engagement_to=score.engagement,
        grade_from=grade,
        grade_to=score.grade,
        because=because,
    )
