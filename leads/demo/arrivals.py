"""The last hours before the run: people who come over just now, so that the inbox shows each state of an MQL.

Their moments are counted back from the run in hours, whatever day it is, for the same shape at every run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from crm.facts import ActivityFacts
from leads.demo.history import Doing
from leads.demo.people import DemoPerson, Interest, Kind

HOURS_AGO = (0.05, 0.9, 2, 5.6, 25, 50, 74, 22, 46, 0.2, 0.5, 1.4, 2.7, 3.5, 4.5, 7, 7, 20, 22, 25, 28, 46, 50, 70, 70,
             95)  # fmt: skip
"""When each of them came over. A small demo has the first few of these, which show each state already."""

NOT_CALLED = frozenset({2, 2.7, 25, 50, 74})
"""Whom nobody calls. The older of their MQLs are overdue, save after a weekend, when the SLA stood still."""

MEETING_SINCE = timedelta(hours=1.1)
"""The newest of them find no rep at their desk, and wait for an owner."""

SENIOR = ("VP", "Chief", "Head", "Director")


def choose(people: list[DemoPerson], now: datetime) -> dict[str, datetime]:
    """Who comes over when, by e-mail: a decision maker each from companies of some size, who only glanced so far."""
    chosen: dict[str, DemoPerson] = {}
    for person in people:
        if (
            person.kind is not Kind.PROSPECT
            or person.company is None
            or person.interest is not Interest.GLANCE
        ):
            continue
        decides = person.title.startswith(SENIOR) and person.company.employees >= 50
        if decides and now - person.joined > timedelta(days=20):
            chosen.setdefault(person.company.domain, person)
    emails = [person.email for person in chosen.values()]
    Random("arrivals").shuffle(emails)
    return {email: now - timedelta(hours=hours) for email, hours in zip(emails, HOURS_AGO, strict=False)}


def not_called(over: dict[str, datetime], now: datetime) -> set[str]:
    return {email for email, at in over.items() if (now - at) / timedelta(hours=1) in NOT_CALLED}


def last_days(person: DemoPerson, over: datetime) -> list[ActivityFacts]:
    """Some days of mild interest, then a quarter of an hour that brings `person` over, at `over`."""
    doing = Doing(person, Random(f"arrival of {person.email}"), number=50_000)
    rng = doing.rng
    acts = []
    for days in sorted((rng.uniform(1, 6) for _ in range(rng.randint(1, 2))), reverse=True):
        at = over - timedelta(days=days)
        acts.append(
            doing.act(at, "page_view", "/customers/brightwater-freight", seconds=rng.randint(30, 200))
        )
        acts.append(
            doing.act(
                at + timedelta(minutes=3), "page_view", "/product/scoring", seconds=rng.randint(20, 300)
            )
        )
    begins = over - timedelta(minutes=14)
    for minute, path in enumerate(("/pricing", "/integrations", "/pricing/enterprise", "/pricing")):
        acts.append(doing.act(begins + timedelta(minutes=2 * minute), "page_view", path, seconds=100))
    if rng.random() < 0.4:
        acts.append(doing.act(over - timedelta(minutes=4), "demo_viewed", "Recorded demo", minutes=21))
    if rng.random() < 0.35:
        acts.append(doing.act(over - timedelta(seconds=3), "form_submitted", "Request a demo"))
        acts.append(doing.act(over, "demo_requested", "Request a demo"))
    else:
        acts.append(doing.act(over, "roi_calculator", "ROI calculator", seats=rng.randint(10, 120)))
    return acts
