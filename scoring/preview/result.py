"""A preview from its beginning to its result, which is a mapping that is kept with the trial:

contacts, at            how many were scored, and as of when
threshold, crossing     {before, after}: where the line is, and how many are over it
opens, opens_before     in how many of those nothing is in the way: they become MQLs at once
open_mqls               how many MQLs are open
no_more, no_more_before how many of those are not over the line
up, down                whose grade is better, worse
scores                  total, fit, engagement: see `distribution`
grades, moves           [{grade, before, after}], [{before, after, contacts}]
weeks                   see `weeks.Weeks`
sources, segments       [{name, before, after, opens}]
sharing                 {of, asked, shares: [{name, open_now, given}]}; `asked` of `of` were shared out
"""

from __future__ import annotations

from typing import Any

from crm.models import Contact
from scoring.evaluate import Evaluator, evaluator_of, everyone_in_order
from scoring.model_file import read_model
from scoring.models import Trial
from scoring.preview import distribution, figures, groups, people, sharing, weeks
from scoring.preview.compare import compare
from scoring.progress import Report

COSTS_NOW, COSTS_THEN = 1, 9
"""What a contact costs who is scored by both models as of now, and one who is as of each of the weeks."""


def run(trial: Trial, report: Report) -> dict[str, Any]:
    """Work a preview out, as of when it was begun, and write its people. Call it in a transaction."""
    at = trial.started_at or trial.asked_at
    after = Evaluator(read_model(trial.model))
    before = evaluator_of(trial.against) if trial.against else None
    contacts = Contact.objects.count()
    work = COSTS_NOW * contacts + COSTS_THEN * min(contacts, weeks.MOST_ASKED)
    now_share = 100 * COSTS_NOW * contacts // max(work, 1)
    with everyone_in_order():
        compare(after, before, at=at, report=_part_of(report, 0, now_share))
        figures.plan_by_hashing()
        result = {
            **figures.counts(),
            "at": at.isoformat(),
            "threshold": {
                "before": before.spec.threshold if before else None,
                "after": after.spec.threshold,
            },
            "scores": distribution.distributions(),
            **figures.grades(),
            "sources": groups.by_source(),
            "segments": groups.by_segment(at=at),
            "sharing": sharing.share_out(at=at),
        }
        people.keep(trial)
        expected = weeks.new_in_weeks(
            after, before, contacts=contacts, at=at, report=_part_of(report, now_share, 100)
        )
    return {**result, "weeks": expected.as_json()}


def _part_of(report: Report, first: int, last: int) -> Report:
    """`report` in hundredths of the whole, of which this part is those from `first` to `last`."""
    return lambda done, total: report(first + (last - first) * done // max(total, 1), 100)
