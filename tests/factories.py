"""Rows for tests, made through the real write path, so that no test stands where production cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from crm import record
from crm.facts import ActivityFacts, CompanyFacts, ContactFacts
from crm.models import Activity, Company, Contact, User
from leads.models import Mql, Rep, Team
from scoring.drain import drain
from scoring.models import Dimension, Op, Per, ScoringVersion
from scoring.spec import ConditionSpec, GroupSpec, ModelSpec, RuleSpec
from scoring.versions import save_draft

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""

_numbers = count(1)


def make_company(domain: str = "", *, at: datetime = NOW - timedelta(days=365), **columns: Any) -> Company:
    domain = domain or f"company{next(_numbers)}.example"
    [outcome] = record.upsert_companies([CompanyFacts(domain=domain, **columns)], at=at)
    return Company.objects.get(pk=outcome.id)


def make_contact(email: str = "", *, at: datetime = NOW - timedelta(days=365), **columns: Any) -> Contact:
    email = email or f"person{next(_numbers)}@people.example"
    [outcome] = record.upsert_contacts([ContactFacts(email=email, **columns)], at=at)
    assert not outcome.errors, outcome.errors
    return Contact.objects.get(pk=outcome.id)


def make_activity(
    contact: Contact, kind: str = "page_view", *, days_ago: float = 0, at: datetime = NOW, **columns: Any
) -> Activity:
    columns.setdefault("source", "test")
    moment = at - timedelta(days=days_ago)
    [outcome] = record.append_activities(
        [ActivityFacts(contact=contact.pk, kind=kind, occurred_at=moment, **columns)], at=at
    )
    assert not outcome.errors, outcome.errors
    return Activity.objects.get(pk=outcome.id)


def make_user(username: str = "", **columns: Any) -> User:
    username = username or f"user{next(_numbers)}"
    return User.objects.create_user(username, f"{username}@handoff.example", "secret", **columns)


def make_team(name: str = "", *, lead: User | None = None) -> Team:
    return Team.objects.get_or_create(name=name or "Team", defaults={"lead": lead})[0]


def make_rep(
    username: str = "",
    *,
    team: Team | None = None,
    available: bool = True,
    capacity: int | None = None,
    **columns: Any,
) -> Rep:
    return Rep.objects.create(
        user=make_user(username, **columns), team=team or make_team(), available=available, capacity=capacity
    )


SMALL_MODEL = ModelSpec(
    name="Small",
    threshold=60,
    min_fit=20,
    min_engagement=20,
    requalify_after_days=30,
    groups=(GroupSpec("Intent", Dimension.ENGAGEMENT), GroupSpec("ICP", Dimension.FIT)),
    rules=(
        RuleSpec(
            "Webinar attended",
            "Intent",
            (ConditionSpec("kind", Op.EQUALS, "webinar_attended"),),
            points=50,
            per=Per.ONCE,
        ),
        RuleSpec("Vice president", "ICP", (ConditionSpec("job_title", Op.CONTAINS, "vp"),), points=30),
    ),
)
"""A vice president who attended a webinar has 80 points and qualifies; either alone does not."""


def publish_small_model(*, at: datetime = NOW - timedelta(days=400)) -> ScoringVersion:
    version = save_draft(SMALL_MODEL, by=None, at=at)
    ScoringVersion.objects.filter(pk=version.pk).update(status="published", published_at=at)
    return ScoringVersion.objects.get(pk=version.pk)


def make_qualifying(email: str = "", *, at: datetime = NOW, **columns: Any) -> Contact:
    """A contact who qualifies under the small model as soon as somebody looks."""
    contact = make_contact(email, job_title="VP Sales", **columns)
    make_activity(contact, "webinar_attended", subject="Spring", days_ago=1, at=at)
    return contact


def make_qualifying_people(number: int, *, at: datetime = NOW, **columns: Any) -> list[int]:
    """Ids of many contacts who qualify, recorded as an import would."""
    rows = [
        ContactFacts(email=f"person{next(_numbers)}@people.example", job_title="VP Sales", **columns)
        for _ in range(number)
    ]
    ids = [outcome.id for outcome in record.upsert_contacts(rows, at=at - timedelta(days=365)) if outcome.id]
    record.append_activities(
        [
            ActivityFacts(pk, "webinar_attended", occurred_at=at - timedelta(days=1), source="test")
            for pk in ids
        ],
        at=at,
    )
    return ids


def make_mql(email: str = "", *, at: datetime = NOW, **columns: Any) -> Mql:
    """An open MQL, owned by whom it was routed to. Asks for a published model."""
    contact = make_qualifying(email, at=at, **columns)
    drain(at=at)
    return Mql.objects.open().select_related("contact", "owner").get(contact=contact)
