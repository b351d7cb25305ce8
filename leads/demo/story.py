"""The year, told from its first day to now: facts come in, contacts are scored, sales answers, and so on.

All of it goes through the write path with the clock set to the moment, in one transaction, so that histories are real
and a demo that is interrupted leaves nothing behind.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db import connection, transaction
from django.db.models import F

from crm import record
from crm.facts import ActivityFacts, CompanyFacts, ContactFacts
from crm.models import Activity, Company, Consent, Contact
from leads import plans
from leads.come_back import come_back_due
from leads.demo import arrivals, rules
from leads.demo.companies import DemoCompany, draw_companies
from leads.demo.history import draw_history, robot_visits
from leads.demo.hours import open_offices
from leads.demo.mails import begin_first_mails, write_templates
from leads.demo.people import RISES, DemoPerson, Kind, draw_people
from leads.demo.plans import write_plan
from leads.demo.routing import choose_ways, name_segments, plan_absences, share_out
from leads.demo.staff import Staff, hire, leave_desks, return_to_desks
from leads.demo.today import spend_today
from leads.demo.verdicts import Floor
from leads.demo.views import keep_views
from leads.give_up import give_up_due
from leads.models import Delivery, DigestItem, Mql, Notification, Task
from scoring import marks
from scoring.drain import drain
from scoring.models import Score, ScoreChange

COMPANIES, PEOPLE = 300, 3000
DAYS = 365
PAUSE_DAYS = 9
EVERYONE_AFTER = timedelta(days=150)
SECOND_MODEL_AFTER = timedelta(days=80)


@dataclass(frozen=True, slots=True)
class OptOut:
    """Somebody does not want to be called."""

    email: str
    ground: str


Turn = tuple[datetime, Callable[[datetime], None]]
"""Something that changes for everybody at a moment."""

Fact = CompanyFacts | ContactFacts | ActivityFacts | OptOut


@dataclass(slots=True)
class Diary:
    """What will be reported, in order of time."""

    entries: list[tuple[datetime, int, Fact]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def note(self, at: datetime, fact: Fact) -> None:
        heapq.heappush(self.entries, (at, next(self.numbers), fact))

    def note_acts(self, acts: Iterable[ActivityFacts]) -> None:
        for act in acts:
            self.note(act.occurred_at, act)

    def until(self, moment: datetime) -> list[Fact]:
        """Take out what is due by then."""
        due = []
        while self.entries and self.entries[0][0] <= moment:
            due.append(heapq.heappop(self.entries)[2])
        return due


@dataclass(frozen=True, slots=True)
class Told:
    """How much there is at the end."""

    companies: int
    contacts: int
    activities: int
    mqls: int
    open_mqls: int


@transaction.atomic
def tell(now: datetime, *, factor: float = 1.0) -> Told:
    """Tell the year that ends `now`, with `factor` times as many companies and people as the demo has.

    Nothing is mailed: messages of the past are put down as sent at their time. Call it on an empty database.
    """
    asked = len(connection.run_on_commit)
    rng = Random("a year of Northbeam")
    start = now - timedelta(days=DAYS)
    companies = draw_companies(round(COMPANIES * factor), rng)
    people = draw_people(round(PEOPLE * factor), companies, now, rng)
    staff = hire(start)
    share_out()
    plan_absences(now)
    name_segments()
    choose_ways()
    write_plan()
    write_templates()
    rules.publish_first(by=staff.marketer, at=start)
    over = arrivals.choose(people, now)
    diary = _diary(people, over, _owners(companies, over, staff, rng), now, rng)
    floor = Floor(
        staff, {person.email: person for person in people}, diary.note_acts, arrivals.not_called(over, now)
    )
    turns = [
        (start + SECOND_MODEL_AFTER, lambda at: rules.publish_current(by=staff.marketer, at=at)),
        (now - arrivals.MEETING_SINCE, lambda at: leave_desks()),
    ]
    _walk(diary, floor, turns, _moments(start, now, list(over.values()), rng))
    return_to_desks()
    open_offices(now)
    rules.draft_next(by=staff.marketer, at=now - timedelta(days=2), now=now)
    keep_views(staff.reps[0])
    spend_today(staff.reps[0], now)
    _settle(now)
    begin_first_mails(now)
    # What was asked of the worker on the way is done: there is neither a mark nor a message left.
    del connection.run_on_commit[asked:]
    return Told(
        Company.objects.count(),
        Contact.objects.count(),
        Activity.objects.count(),
        Mql.objects.count(),
        Mql.objects.open().count(),
    )


def _owners(
    companies: list[DemoCompany], over: dict[str, datetime], staff: Staff, rng: Random
) -> dict[str, int]:
    """Whose account a company is, by domain: some of the bigger ones, and for a full inbox some of the newest."""
    owners = {
        company.domain: rng.choice(staff.reps).pk
        for company in companies
        if not company.competitor and company.employees >= 100 and rng.random() < 0.35
    }
    domains = [email.rpartition("@")[2] for email in over]
    return owners | dict.fromkeys(domains[2::3], staff.reps[0].pk)


def _diary(
    people: list[DemoPerson], over: dict[str, datetime], owners: dict[str, int], now: datetime, rng: Random
) -> Diary:
    """All that is known to happen before anybody in sales has said a word."""
    diary = Diary()
    known: set[str] = set()
    for person in people:
        enters = max(person.joined, now - timedelta(days=DAYS))
        if person.company and person.company.domain not in known:
            known.add(person.company.domain)
            diary.note(enters, _company_facts(person.company, owners.get(person.company.domain)))
        diary.note(enters, person.facts())
        diary.note_acts(draw_history(person, now))
        if person.email in over:
            diary.note_acts(arrivals.last_days(person, over[person.email]))
        if person.kind is Kind.PROSPECT and rng.random() < 0.015:
            diary.note_acts(robot_visits(person, now))
        if person.email not in over:
            _note_changes(diary, person, enters, now, rng)
    return diary


def _company_facts(company: DemoCompany, owner_id: int | None) -> CompanyFacts:
    return CompanyFacts(
        name=company.name,
        domain=company.domain,
        industry=company.industry,
        employees=company.employees,
        revenue=company.revenue,
        country=company.place.name,
        owner_id=owner_id,
        properties={"tier": company.tier} if company.tier else {},
    )


def _note_changes(diary: Diary, person: DemoPerson, enters: datetime, now: datetime, rng: Random) -> None:
    """Promotions, companies that grow, and people who ask not to be called."""
    later = enters + (now - enters) * rng.random()
    rises, grows, refuses = rng.random() < 0.12, rng.random() < 0.015, rng.random() < 0.02
    if rises and person.title in RISES:
        diary.note(later, ContactFacts(email=person.email, job_title=RISES[person.title]))
    if grows and person.company:
        grown = round(person.company.employees * rng.uniform(1.1, 1.5))
        diary.note(later, CompanyFacts(domain=person.company.domain, employees=grown))
    if refuses:
        diary.note(later, OptOut(person.email, "asked by phone not to be called again"))


def _moments(start: datetime, now: datetime, over: list[datetime], rng: Random) -> list[datetime]:
    """When facts are taken in and scored: some hours of some days of each week, and as one of the newest comes over.

    A desk at work does it within seconds of each fact; some sixty times a year tells the same story in half a minute.
    """
    moments = [moment + timedelta(seconds=20) for moment in set(over)]
    for number in range(round(DAYS / PAUSE_DAYS)):
        day = start + timedelta(days=PAUSE_DAYS * (number + rng.random()))
        workday = day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
        moments.append(workday.replace(hour=rng.randint(9, 16), minute=rng.randrange(60)))
    return [*sorted(moment for moment in moments if start < moment < now), now]


def _walk(diary: Diary, floor: Floor, turns: list[Turn], moments: list[datetime]) -> None:
    """Go from moment to moment: what sales did meanwhile, what became known, and what that makes of scores."""
    evaluated = moments[0]
    for moment in moments:
        floor.work(until=moment)
        floor.catch_up(moment)
        _record(diary.until(moment), moment)
        while turns and turns[0][0] <= moment:
            turns.pop(0)[1](moment)
        if moment - evaluated >= EVERYONE_AFTER or moment == moments[-1]:
            marks.mark_everyone(at=moment)
            _analyse()
            evaluated = moment
        drain(at=moment)
        plans.end_overlooked(at=moment)
        give_up_due(at=moment)
        come_back_due(at=moment)
        floor.take_on(Mql.objects.filter(opened_at=moment).select_related("contact", "owner").order_by("pk"))


def _analyse() -> None:
    """Count the tables for the planner: until the story is committed, nobody else sees what to count."""
    tables = ", ".join(
        model._meta.db_table for model in (Company, Contact, Activity, Score, ScoreChange, Mql, Task)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _record(facts: list[Fact], at: datetime) -> None:
    companies = [fact for fact in facts if isinstance(fact, CompanyFacts)]
    people = [fact for fact in facts if isinstance(fact, ContactFacts)]
    acts = [fact for fact in facts if isinstance(fact, ActivityFacts)]
    if companies:
        record.upsert_companies(companies, at=at)
    if people:
        record.upsert_contacts(people, at=at)
    if acts:
        record.append_activities(acts, at=at)
    for fact in facts:
        if isinstance(fact, OptOut):
            person = Contact.objects.filter(email=fact.email).values_list("pk", flat=True)
            record.set_consent(list(person), "sales", Consent.OPTED_OUT, ground=fact.ground, at=at)


def _settle(now: datetime) -> None:
    """Messages of the past have left, digests too, and what was told more than a day ago has been read."""
    Delivery.objects.update(
        state=Delivery.State.SENT, attempts=1, sent_at=F("created_at") + timedelta(seconds=2), last_error=""
    )
    yesterday = now - timedelta(days=1)
    Notification.objects.filter(created_at__lt=yesterday).update(
        read_at=F("created_at") + timedelta(minutes=25)
    )
    DigestItem.objects.filter(created_at__lt=yesterday).update(sent_at=F("created_at") + timedelta(hours=18))
