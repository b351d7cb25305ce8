"""Rows for tests, made through the real write path, so that no test stands where production cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from crm import record
from crm.facts import ActivityFacts, CompanyFacts, ContactFacts
from crm.models import Activity, Company, Contact, User
from leads.models import Rep, Team

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


def make_team(name: str = "") -> Team:
    return Team.objects.get_or_create(name=name or "Team")[0]


def make_rep(username: str = "", *, team: Team | None = None, available: bool = True, **columns: Any) -> Rep:
    return Rep.objects.create(
        user=make_user(username, **columns), team=team or make_team(), available=available
    )
