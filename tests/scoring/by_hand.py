"""Small models, contacts and activities for scores that are computed by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.scoring.oracle import Facts, score

T = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
PRICING = [
    {"field": "kind", "op": "equals", "value": "page_view"},
    {"field": "subject", "op": "starts_with", "value": "/pricing"},
]
WEBINAR = [{"field": "kind", "op": "equals", "value": "webinar_attended"}]


def model(*rules: Facts, **changes: Any) -> Facts:
    return {
        "threshold": 60,
        "min_fit": 20,
        "min_engagement": 20,
        "requalify_after_days": 30,
        "restart_engagement_on_recycle": True,
        "decay": {"kind": "none"},
        "grades": {"fit": [75, 50, 25], "engagement": [75, 50, 25]},
        "groups": [{"name": "Intent", "dimension": "engagement"}, {"name": "ICP", "dimension": "fit"}],
        "rules": list(rules),
        **changes,
    }


def rule(when: list[Facts], **changes: Any) -> Facts:
    return {"name": "R", "group": "Intent", "effect": "points", "points": 10, "when": when, **changes}


def contact(**changes: Any) -> Facts:
    columns = (
        "first_name",
        "last_name",
        "job_title",
        "phone",
        "country",
        "source",
        "email_domain",
        "email_type",
    )
    return {
        **dict.fromkeys(columns, ""),
        "email": "vp@acme.example",
        "created_at": T - 365 * DAY,
        "recycled_at": None,
        "properties": {},
        "company": None,
        **changes,
    }


def activity(
    occurred_at: datetime, kind: str = "page_view", subject: str = "/pricing", **changes: Any
) -> Facts:
    return {
        "kind": kind,
        "subject": subject,
        "campaign": "",
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        "automated": False,
        "properties": {},
        **changes,
    }


def engagement(of: Facts, *activities: Facts, at: datetime = T, who: Facts | None = None) -> Decimal:
    return score(model(of), who or contact(), list(activities), {}, at)["engagement"]
