"""Whom a preview names: who becomes an MQL at once, whose open MQL would no longer be one, whose grade moves most.

Of each kind at most ten thousand are kept, whom it concerns most first. The figures count all of them.
"""

from __future__ import annotations

from django.db import connection

from scoring.models import Trial
from scoring.preview.compare import OPENING
from scoring.preview.figures import GRADE_CHANGE, TOTAL_AFTER, TOTAL_BEFORE

MOST_LISTED = 10_000

# Whoever is erased meanwhile is left out, and whoever is kept is held until the commit that the keys are checked by.
KEEP = f"""
    WITH changed AS (
        SELECT contact_id, 'opens' AS change, {TOTAL_AFTER} AS weight {OPENING}
        UNION ALL
        SELECT contact_id, 'no_more', -{TOTAL_AFTER}
        FROM preview_score JOIN preview_standing USING (contact_id) WHERE open_mql AND NOT crosses_after
        UNION ALL
        SELECT contact_id, {GRADE_CHANGE}, abs({TOTAL_AFTER} - {TOTAL_BEFORE})
        FROM preview_score WHERE grade_before <> grade_after
    ), ranked AS (
        SELECT contact_id, change, row_number() OVER (PARTITION BY change ORDER BY weight DESC, contact_id) AS place
        FROM changed
    )
    INSERT INTO scoring_trialcontact (
        trial_id, contact_id, change, total_before, total_after, grade_before, grade_after, outcome
    )
    SELECT %(trial)s, contact_id, change, {TOTAL_BEFORE}, {TOTAL_AFTER}, COALESCE(grade_before, ''), grade_after, ''
    FROM ranked JOIN preview_score USING (contact_id) JOIN crm_contact contact ON contact.id = contact_id
    WHERE place <= %(most)s
    ORDER BY contact_id FOR KEY SHARE OF contact
"""


def keep(trial: Trial) -> None:
    """Write the people of `trial`."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"trial": trial.pk, "most": MOST_LISTED})
