"""What the people of the demo do: visits, forms, downloads, webinars, mail opened and clicked, by what they want.

Everything is drawn before the story begins, save what somebody does who comes back after sales sent them away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crm.facts import ActivityFacts
from leads.demo.moments import office_moment
from leads.demo.people import DemoPerson, Interest, Kind

READING = (
    "/", "/product", "/blog/what-an-mql-is", "/blog/speed-to-lead", "/blog/why-scores-fade", "/blog/round-robin-fairly",
    "/customers", "/about", "/careers", "/resources", "/blog/sales-and-marketing-agree", "/webinars",
)  # fmt: skip
COMPARING = (
    "/pricing", "/pricing", "/pricing/enterprise", "/product/routing", "/product/scoring", "/integrations",
    "/integrations/salesforce", "/customers/brightwater-freight", "/compare/leadwright", "/security", "/docs/api",
    "/demo",
)  # fmt: skip
ASSETS = (
    "The RevOps guide",
    "SDR playbook",
    "MQL benchmark report",
    "Buyer's checklist",
    "Security whitepaper",
)
WEBINARS = (
    ("Speed to lead in practice", 331), ("Scoring without spreadsheets", 288), ("Forecasting from MQLs", 243),
    ("Routing that nobody argues about", 199), ("Sales and marketing, one table", 151),
    ("What 500 verdicts taught us", 109), ("Fit before engagement", 64), ("Live product tour", 18),
)  # fmt: skip
"""Titles, and how many days before the run each took place."""

ISSUES = tuple(range(350, 0, -45))
"""How many days before the run each issue of the newsletter went out."""

LINKS = ("/blog/speed-to-lead", "/resources", "/webinars", "/pricing", "/customers")
ROBOT = "Mozilla/5.0 (compatible; ExamplePreviewBot/2.1; +https://bots.example)"
VISITS = {
    Interest.GLANCE: (0, 1),
    Interest.READER: (2, 6),
    Interest.EVALUATING: (3, 6),
    Interest.BUYING: (3, 6),
}


@dataclass(slots=True)
class Doing:
    """One person's acts, with the generator that decides them: theirs alone, so that nobody's acts move another's."""

    person: DemoPerson
    rng: Random
    number: int = 0

    def act(
        self,
        at: datetime,
        kind: str,
        subject: str = "",
        *,
        source: str = "website",
        campaign: str = "",
        **more: Any,
    ) -> ActivityFacts:
        self.number += 1
        return ActivityFacts(
            contact=self.person.email,
            kind=kind,
            occurred_at=at,
            source=source,
            subject=subject,
            campaign=campaign,
            external_id=f"{source}-{self.number}",
            properties=more,
        )


def draw_history(person: DemoPerson, now: datetime) -> list[ActivityFacts]:
    """All that `person` did from the day they became known, oldest first, none of it later than `now`."""
    doing = Doing(person, Random(f"history of {person.email}"))
    start = max(person.joined, now - timedelta(days=365))
    acts = [
        *_first_contact(doing, person.joined),
        *_visits(doing, start, now),
        *_webinars(doing, start, now),
        *_mail(doing, start, now),
    ]
    return sorted((act for act in acts if act.occurred_at <= now), key=lambda act: act.occurred_at)


def _first_contact(doing: Doing, at: datetime) -> Iterator[ActivityFacts]:
    """The act by which somebody became known."""
    person, rng = doing.person, doing.rng
    campaign = person.campaign
    match person.channel.source:
        case "Imported list":
            return
        case "Trade fair":
            yield doing.act(at, "event_attended", "RevOps Days", source="events", campaign="revops-days")
        case "Webinar":
            yield doing.act(at, "form_submitted", "Webinar sign-up", campaign=campaign)
        case "Newsletter":
            yield doing.act(at, "form_submitted", "Newsletter sign-up", campaign=campaign)
        case _:
            asset = rng.choice(ASSETS)
            yield doing.act(at, "form_submitted", f"Download: {asset}", campaign=campaign)
            yield doing.act(at + timedelta(seconds=40), "content_downloaded", asset, campaign=campaign)


def _visits(doing: Doing, start: datetime, now: datetime) -> Iterator[ActivityFacts]:
    person, rng = doing.person, doing.rng
    low, high = VISITS[person.interest]
    visits = rng.randint(low, high)
    room = max((now - start).total_seconds() / 86400, 0.5)
    if person.interest in (Interest.EVALUATING, Interest.BUYING):
        begins = start + timedelta(days=room * rng.random() ** 1.6)
        yield from research(doing, begins, visits)
        yield from _strolls(doing, start, room, 2)
    else:
        yield from _strolls(doing, start, min(room, 150), visits)


def _strolls(doing: Doing, start: datetime, room: float, visits: int) -> Iterator[ActivityFacts]:
    rng = doing.rng
    for _ in range(visits):
        at = office_moment(start + timedelta(days=room * rng.random() ** 1.4), doing.person.place, rng)
        yield from _visit(doing, max(at, start), rng.randint(1, 5), comparing=0.08)
        if doing.person.interest is Interest.READER and rng.random() < 0.2:
            yield doing.act(max(at, start) + timedelta(minutes=6), "content_downloaded", rng.choice(ASSETS))


def research(doing: Doing, begins: datetime, visits: int) -> Iterator[ActivityFacts]:
    """Some weeks of comparing products: prices, the calculator, a trial, and from who wants to buy a demo request."""
    rng = doing.rng
    at = begins
    for number in range(visits):
        at = max(office_moment(at, doing.person.place, rng), begins)
        yield from _visit(doing, at, rng.randint(2, 5), comparing=0.7)
        if number and rng.random() < 0.25:
            yield doing.act(
                at + timedelta(minutes=11), "roi_calculator", "ROI calculator", seats=rng.randint(5, 200)
            )
        if rng.random() < 0.18:
            yield doing.act(at + timedelta(minutes=14), "content_downloaded", rng.choice(ASSETS[3:]))
        if rng.random() < 0.06:
            yield doing.act(
                at + timedelta(minutes=17), "demo_viewed", "Recorded demo", minutes=rng.randint(2, 25)
            )
        at += timedelta(days=rng.uniform(0.6, 4.5))
    if doing.person.interest is Interest.BUYING and rng.random() < 0.6:
        yield doing.act(at, "form_submitted", "Request a demo")
        yield doing.act(at + timedelta(seconds=2), "demo_requested", "Request a demo")
    elif rng.random() < 0.12 and doing.person.kind is Kind.PROSPECT:
        yield doing.act(at, "trial_started", "14-day trial")


def _visit(doing: Doing, at: datetime, pages: int, *, comparing: float) -> Iterator[ActivityFacts]:
    rng = doing.rng
    for _ in range(pages):
        path = rng.choice(COMPARING if rng.random() < comparing else READING)
        seconds = 8 + round(rng.expovariate(1 / 70))
        yield doing.act(at, "page_view", path, seconds=seconds)
        at += timedelta(seconds=seconds)


def _webinars(doing: Doing, start: datetime, now: datetime) -> Iterator[ActivityFacts]:
    keen = {Interest.GLANCE: 0.01, Interest.READER: 0.08, Interest.EVALUATING: 0.14, Interest.BUYING: 0.16}
    rng = doing.rng
    for title, days_ago in WEBINARS:
        took_place = _weekday_at(15, now - timedelta(days=days_ago))
        signed_up = took_place - timedelta(days=rng.uniform(0.5, 12))
        registers, attends, late = (
            rng.random() < keen[doing.person.interest],
            rng.random() < 0.6,
            rng.randint(0, 600),
        )
        if not registers or signed_up < start:
            continue
        yield doing.act(signed_up, "webinar_registered", title, source="webinars")
        if attends:
            joined = took_place + timedelta(seconds=late)
            yield doing.act(joined, "webinar_attended", title, source="webinars", minutes=rng.randint(15, 55))


def _mail(doing: Doing, start: datetime, now: datetime) -> Iterator[ActivityFacts]:
    """The newsletter to those who asked for it: delivered, opened, clicked by people and by scanners."""
    person, rng = doing.person, doing.rng
    opens = {Interest.GLANCE: 0.1, Interest.READER: 0.38, Interest.EVALUATING: 0.34, Interest.BUYING: 0.3}
    bounces, leaves = rng.random() < 0.02, rng.random() < 0.06
    if not person.reads_mail:
        return
    for days_ago in ISSUES:
        sent = _weekday_at(8, now - timedelta(days=days_ago))
        if sent < start:
            continue
        campaign = f"Newsletter {sent:%B %Y}"
        mail = {"source": "mailer", "campaign": campaign, "message_id": f"{sent:%Y%m%d}-{person.email}"}
        arrived = sent + timedelta(seconds=rng.randint(5, 900))
        if bounces:
            yield doing.act(arrived, "email_bounce", "mailbox unavailable", **mail)
            return
        yield doing.act(arrived, "email_delivered", campaign, **mail)
        if person.company and person.company.scans_links:
            for place, link in enumerate(LINKS):
                yield doing.act(arrived + timedelta(seconds=2 + 0.4 * place), "email_click", link, **mail)
        if rng.random() < opens[person.interest]:
            opened = arrived + timedelta(minutes=rng.expovariate(1 / 300))
            yield doing.act(opened, "email_open", campaign, **mail)
            if rng.random() < 0.3:
                yield doing.act(opened + timedelta(seconds=25), "email_click", rng.choice(LINKS), **mail)
            elif leaves and rng.random() < 0.4:
                yield doing.act(opened + timedelta(seconds=9), "email_unsubscribe", campaign, **mail)
                return


def _weekday_at(hour: int, day: datetime) -> datetime:
    """That hour of the day, of the Friday before where the day falls on a weekend."""
    moment = day.replace(hour=hour, minute=0, second=0, microsecond=0)
    return moment - timedelta(days=max(moment.weekday() - 4, 0))


def robot_visits(person: DemoPerson, now: datetime) -> list[ActivityFacts]:
    """A crawler that follows the link somebody shared, with their cookie: recorded, and marked as automated."""
    doing = Doing(person, Random(f"robot of {person.email}"), number=100_000)
    at = now - timedelta(days=doing.rng.uniform(1, 200))
    pages = [
        doing.act(at + timedelta(seconds=n), "page_view", path, user_agent=ROBOT)
        for n, path in enumerate(READING)
    ]
    return [page for page in pages if page.occurred_at >= person.joined]


def comes_back(person: DemoPerson, number: int, since: datetime) -> list[ActivityFacts]:
    """What somebody does who was recycled at `since` and takes it up again. `number` counts their returns."""
    doing = Doing(person, Random(f"return {number} of {person.email}"), number=1000 * (number + 1))
    begins = since + timedelta(days=doing.rng.uniform(32, 75))
    return sorted(research(doing, begins, doing.rng.randint(3, 6)), key=lambda act: act.occurred_at)
