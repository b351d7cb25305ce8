"""A backtest of half a year, by the worker as a marketer would ask for it, and live scoring beside it."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from django.db import connection
from django.utils import timezone

from scoring import trials
from scoring.models import ScoringVersion, Trial
from scoring.trials import AT_WORK, Kind, State
from scoring.versions import save_draft
from tests.bench.report import Report, middle
from tests.bench.rules import model
from tests.bench.serving import freshness

WEEKS = 26
MOST = {100_000: 60.0}
"""Seconds that it may take, by the number of contacts."""
LONGEST = 1_800

# One contact in twenty was handed over at some time of the half year, and sales spoke three days later.
WORKED = """
    CREATE TEMPORARY TABLE worked AS
    SELECT c.id, c.stage AS before, opened, opened + interval '3 days' AS closed,
           (ARRAY['qualified', 'recycled', 'recycled', 'disqualified'])[1 + c.id %% 4] AS verdict
    FROM (SELECT id, stage, now() - interval '5 days' - (id %% 175) * interval '1 day' AS opened FROM crm_contact
          WHERE id %% 20 = 7 AND stage = 'lead') c
"""
STAGES = "CASE verdict WHEN 'qualified' THEN 'sql' WHEN 'recycled' THEN 'nurture' ELSE 'disqualified' END"
HANDED_OVER = (
    "UPDATE crm_contact c SET stage = 'mql', updated_at = opened FROM worked w WHERE w.id = c.id",
    f"""
    UPDATE crm_contact c SET stage = {STAGES}, updated_at = closed,
           recycled_at = CASE WHEN verdict = 'recycled' THEN closed ELSE recycled_at END
    FROM worked w WHERE w.id = c.id
    """,
    f"""
    INSERT INTO crm_stagechange (contact_id, from_stage, to_stage, at, reason)
    SELECT id, before, 'mql', opened, '' FROM worked UNION ALL SELECT id, 'mql', {STAGES}, closed, '' FROM worked
    """,
    """
    INSERT INTO leads_mql (
        contact_id, routed_because, version_id, fit, engagement, total, grade, explanation, opened_at, closed_at,
        verdict, reason, note, budget, authority, need, timeline, search, signal_at
    )
    SELECT id, '', %(version)s, 40, 30, 70, 'B2', '{}', opened, closed, verdict,
           CASE WHEN verdict = 'qualified' THEN '' ELSE 'Other' END, '', '', '', '', '', '', opened
    FROM worked
    """,
    "DROP TABLE worked",
)


def measure(report: Report, port: int, contacts: int) -> None:
    """Ask for a backtest of a draft against the live version, and post new facts for as long as it takes."""
    hand_over()
    live = model(20)
    draft = save_draft(replace(live, name="Stricter", threshold=70), by=None, at=timezone.now())
    trial = trials.ask(draft, Kind.BACKTEST, by=None, at=timezone.now(), options={"weeks": WEEKS})
    seconds_until_mql, end = freshness(port, "backtest"), monotonic() + LONGEST
    took: list[float] = []
    while _is_at_work(trial) and monotonic() < end:
        took.append(seconds_until_mql(f"backtest-{len(took)}"))
    trial.refresh_from_db()
    if trial.state != State.DONE or trial.ended_at is None or trial.started_at is None:
        raise RuntimeError(f"the backtest ended as {trial.state}: {trial.error}")
    seconds = (trial.ended_at - trial.started_at).total_seconds()
    about = f"backtest {WEEKS} weeks"
    report.add(f"{about}, against the live version", seconds, "s", at_most=MOST.get(contacts))
    report.add(f"{about}: scores as of a day", trial.result["evaluated"], "")
    if took:
        report.add(
            f"{about}: from a fact to a visible MQL meanwhile, 95 of 100", middle(took, 95), "s", at_most=2
        )
    draft.delete()


def hand_over() -> None:
    """A past in which sales worked MQLs, written as the tables would hold it."""
    with connection.cursor() as cursor:
        cursor.execute(WORKED, {})
        for statement in HANDED_OVER:
            cursor.execute(statement, {"version": ScoringVersion.objects.get(number=1).pk})
        cursor.execute("ANALYZE crm_contactversion, crm_stagechange, leads_mql, crm_contact")


def _is_at_work(trial: Trial) -> bool:
    return Trial.objects.filter(pk=trial.pk, state__in=AT_WORK).exists()
