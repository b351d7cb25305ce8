"""A busy sales desk: ten reps in two teams, and thousands of open MQLs, each with a score that moved a dozen times, a
task, a notice and a hand-over.
"""

from __future__ import annotations

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from crm.models import User
from leads.models import Rep, Team
from leads.search import keep_in_step
from scoring.explain import explain
from scoring.models import ScoringVersion

REPS, TEAMS = 10, 2
EXPLAINED = 200
"""How many different explanations the MQLs share."""

CLEARED = "TRUNCATE leads_mql, leads_delivery, scoring_scorechange CASCADE"
STAGE = """
    UPDATE crm_contact SET stage = CASE WHEN id <= %(mqls)s THEN 'mql' ELSE 'lead' END, updated_at = now()
    WHERE id <= %(mqls)s OR stage = 'mql'
"""
MQLS = """
    INSERT INTO leads_mql (
        contact_id, owner_id, routed_because, version_id, fit, engagement, total, grade, explanation, opened_at, due_at,
        first_touched_at, verdict, reason, note, budget, authority, need, timeline, search, signal_at
    )
    SELECT n, CASE WHEN n %% 33 > 0 THEN (%(owners)s::bigint[])[1 + n %% %(reps)s] END, 'Round robin', %(version)s,
           (e ->> 'fit')::numeric, (e ->> 'engagement')::numeric, (e ->> 'total')::numeric, e ->> 'grade', e, opened,
           opened + interval '4 hours', CASE WHEN n %% 5 < 2 THEN opened + interval '2 hours' END,
           '', '', '', '', '', '', '', '', opened
    FROM (SELECT n, (%(explanations)s::jsonb[])[1 + n %% %(explained)s] AS e,
                 now() - random() * interval '9 days' AS opened
          FROM generate_series(1, %(mqls)s) n) made
"""
TASKS = """
    INSERT INTO leads_task (kind, title, contact_id, mql_id, assignee_id, due_at, created_at, outcome, snoozed_times)
    SELECT 'first_touch', 'First touch', contact_id, id, owner_id, due_at, opened_at, '', 0 FROM leads_mql
"""
NOTICES = """
    INSERT INTO leads_notification (user_id, kind, mql_id, text, created_at, read_at, key)
    SELECT owner_id, 'mql_assigned', id, 'An MQL is yours', opened_at, CASE WHEN id %% 3 = 0 THEN now() END,
           'bench:' || id
    FROM leads_mql WHERE owner_id IS NOT NULL
"""

SCORES = """
    INSERT INTO scoring_score (
        contact_id, version_id, fit, engagement, total, grade, disqualified, fast_tracked, crosses, rule_points,
        changed_at
    )
    SELECT contact_id, version_id, fit, engagement, total, grade, false, false, true, '{}', opened_at FROM leads_mql
    ON CONFLICT (contact_id) DO NOTHING
"""
MOVES = """
    INSERT INTO scoring_scorechange (
        contact_id, version_id, at, fit_from, fit_to, engagement_from, engagement_to, grade_from, grade_to, because
    )
    SELECT contact_id, version_id, opened_at - n * interval '11 days', fit, fit,
           greatest(engagement - 4 * n - 4, 0), greatest(engagement - 4 * n, 0), grade, grade,
           '[{"rule": "Demo requested", "from": 0, "to": 4}, {"rule": "Webinar attended", "from": 4, "to": 4.5}]'
    FROM leads_mql, generate_series(0, 11) n
"""
HAND_OVERS = """
    INSERT INTO leads_assignment (mql_id, at, to_owner_id, because, trail)
    SELECT id, opened_at, owner_id, routed_because, '[{"step": "Round robin", "outcome": "Whose turn it is"}]'
    FROM leads_mql
"""


def staff() -> None:
    """Reps `rep0`, `rep1` … in teams led by `lead0`, `lead1`."""
    teams = [
        Team.objects.create(name=f"Team {n}", lead=User.objects.create_user(f"lead{n}")) for n in range(TEAMS)
    ]
    for number in range(REPS):
        user = User.objects.create_user(f"rep{number}", first_name="Rep", last_name=str(number))
        Rep.objects.create(user=user, team=teams[number % TEAMS])


def fill(mqls: int) -> None:
    """Have an open MQL for each of the first `mqls` contacts and no others, shared out among the reps and nobody."""
    explained = explain(range(1, EXPLAINED + 1), at=timezone.now())
    values = {
        "mqls": mqls,
        "owners": list(Rep.objects.order_by("pk").values_list("user", flat=True)),
        "reps": REPS,
        "version": ScoringVersion.objects.get(number=1).pk,
        "explanations": [Jsonb(each.as_json()) for each in explained.values()],
        "explained": len(explained),
    }
    with connection.cursor() as cursor:
        for statement in (CLEARED, STAGE, MQLS, TASKS, NOTICES, SCORES, MOVES, HAND_OVERS):
            cursor.execute(statement, values)
    keep_in_step(range(1, mqls + 1))
