"""The people of the demo: who they are, where they came from, and how much they want to buy."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random

from crm.facts import ContactFacts
from leads.demo.companies import DemoCompany
from leads.demo.moments import office_moment
from leads.demo.names import PLACES, Place

YEAR = 365
TOPICS = ("Lead scoring", "Routing", "Forecasting", "Sales engagement")


class Interest(Enum):
    """What brings a person: it decides what they do on the site and, in part, whether they buy."""

    GLANCE = "looked once"
    READER = "reads what we write"
    EVALUATING = "compares products"
    BUYING = "wants to buy now"


class Kind(Enum):
    PROSPECT = "works at a company"
    COMPETITOR = "works for a competitor"
    PRIVATE = "writes from a free address"
    STUDENT = "studies"
    THROWAWAY = "hides behind a disposable address"


INTERESTS: dict[Kind, tuple[float, ...]] = {
    Kind.PROSPECT: (59, 33, 5.5, 2.5),
    Kind.COMPETITOR: (20, 40, 40, 0),
    Kind.PRIVATE: (60, 33, 6, 1),
    Kind.STUDENT: (34, 54, 11, 1),
    Kind.THROWAWAY: (85, 15, 0, 0),
}
"""How many in a hundred of each kind have each interest, in the order of `Interest`."""

KINDS = (
    (Kind.PROSPECT, 80),
    (Kind.PRIVATE, 11),
    (Kind.STUDENT, 6),
    (Kind.THROWAWAY, 2),
    (Kind.COMPETITOR, 1),
)
PRIVATE_DOMAINS = ("freemail.example", "postbox.example")
SCHOOL_DOMAINS = ("lindenau.edu.example", "harrowgate.edu.example", "saint-alban.edu.example")
THROWAWAY_DOMAIN = "throwaway.example"

TITLES = (
    ("Chief Executive Officer", 3), ("Chief Revenue Officer", 3), ("Chief Marketing Officer", 4), ("CTO", 3),
    ("VP Sales", 6), ("VP Marketing", 6), ("VP Revenue Operations", 4), ("Head of Sales", 6),
    ("Head of Marketing", 6), ("Head of Growth", 4), ("Director of Demand Generation", 6),
    ("Director, Sales Operations", 5), ("Sales Operations Manager", 8), ("Marketing Manager", 10),
    ("Marketing Operations Manager", 8), ("CRM Manager", 6), ("Growth Manager", 5), ("Sales Manager", 7),
    ("Account Executive", 7), ("Marketing Specialist", 8), ("Business Analyst", 6), ("Data Analyst", 4),
    ("Software Engineer", 5), ("IT Administrator", 4), ("Office Manager", 3), ("Marketing Intern", 4), ("", 9),
)  # fmt: skip
CHIEFS = ("Chief Executive Officer", "Head of Sales", "Head of Marketing", "Head of Growth")
RISES = {
    "Marketing Manager": "Head of Marketing",
    "Sales Manager": "Head of Sales",
    "Sales Operations Manager": "Director, Sales Operations",
    "Head of Marketing": "VP Marketing",
    "Head of Sales": "VP Sales",
    "Marketing Specialist": "Marketing Manager",
}
"""What a promotion makes of a title: the reason why attributes have a history."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in: the source that is recorded, the UTM fields of the first visit, and how many came this way."""

    source: str
    share: int
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaigns: tuple[str, ...] = ("",)


CHANNELS = (
    Channel("Organic search", 27),
    Channel("Paid search", 15, "google", "cpc", ("brand", "lead-scoring", "crm-alternatives")),
    Channel("LinkedIn ads", 13, "linkedin", "paid-social", ("revops-guide", "sdr-playbook", "mql-benchmark")),
    Channel("Webinar", 11, "webinar-partner", "referral", ("speed-to-lead", "forecasting")),
    Channel("Referral", 8),
    Channel("Newsletter", 7, "newsletter", "email", ("monthly",)),
    Channel("Trade fair", 7),
    Channel("Review site", 6, "reviews", "referral", ("profile",)),
    Channel("Direct", 6),
)
IMPORTED = Channel("Imported list", 0)


@dataclass(slots=True)
class DemoPerson:
    """A person as the demo knows them: what is recorded, and what only their behaviour will tell."""

    email: str
    given: str
    family: str
    title: str
    place: Place
    kind: Kind
    interest: Interest
    company: DemoCompany | None
    channel: Channel
    campaign: str
    joined: datetime
    known_before: bool
    reads_mail: bool
    may_be_called: bool
    phone: str

    def facts(self) -> ContactFacts:
        """The person as the first form or list reports them."""
        return ContactFacts(
            email=self.email,
            first_name=self.given,
            last_name=self.family,
            job_title=self.title,
            phone=self.phone,
            country=self.place.name,
            source=self.channel.source,
            utm_source=self.channel.utm_source,
            utm_medium=self.channel.utm_medium,
            utm_campaign=self.campaign,
            stage="subscriber" if self.interest is Interest.GLANCE and self.reads_mail else "lead",
            sales_consent="allowed" if self.may_be_called else "",
            sales_consent_ground=self._ground("asked us to get in touch") if self.may_be_called else "",
            marketing_consent="allowed" if self.reads_mail else "",
            marketing_consent_ground=self._ground("newsletter, confirmed by e-mail")
            if self.reads_mail
            else "",
            created_at=self.joined,
            properties={"product_interest": topic} if (topic := self._topic()) else {},
        )

    def _topic(self) -> str:
        """What of ours they named in a form: those who evaluate or buy."""
        if self.interest not in (Interest.EVALUATING, Interest.BUYING):
            return ""
        return Random(f"interest of {self.email}").choice(TOPICS)

    def _ground(self, ground: str) -> str:
        return "existing business relationship" if self.known_before else ground


def draw_people(number: int, companies: list[DemoCompany], now: datetime, rng: Random) -> list[DemoPerson]:
    """`number` people, in the order in which they become known. One in eight was known before the year began."""
    prospects = [company for company in companies if not company.competitor]
    competitors = [company for company in companies if company.competitor]
    weights = [company.weight for company in prospects]
    taken: set[str] = set()
    people = []
    for kind in rng.choices([kind for kind, _ in KINDS], [share for _, share in KINDS], k=number):
        company = None
        if kind is Kind.PROSPECT:
            company = rng.choices(prospects, weights)[0]
        elif kind is Kind.COMPETITOR:
            company = rng.choice(competitors)
        people.append(_draw(kind, company, taken, now, rng))
    return sorted(people, key=lambda person: (person.joined, person.email))


def _draw(kind: Kind, company: DemoCompany | None, taken: set[str], now: datetime, rng: Random) -> DemoPerson:
    at_home = company and rng.random() < 0.85
    place = company.place if company and at_home else rng.choices(PLACES, [p.share for p in PLACES])[0]
    given, family = rng.choice(place.given), rng.choice(place.family)
    interest = rng.choices(list(Interest), INTERESTS[kind])[0]
    known_before = kind is Kind.PROSPECT and rng.random() < 0.15
    # More people turn up towards the end of the year than at its start.
    days_ago = rng.uniform(YEAR, 2.2 * YEAR) if known_before else YEAR * (1 - rng.random() ** 0.8)
    channel = IMPORTED if known_before else rng.choices(CHANNELS, [c.share for c in CHANNELS])[0]
    reachable = kind is not Kind.THROWAWAY
    return DemoPerson(
        email=_address(given, family, _domain(kind, company, rng), taken, rng),
        given=given,
        family=family,
        title=_title(kind, company, rng),
        place=place,
        kind=kind,
        interest=interest,
        company=company,
        channel=channel,
        campaign=rng.choice(channel.utm_campaigns),
        joined=min(office_moment(now - timedelta(days=days_ago), place, rng), now - timedelta(hours=1)),
        known_before=known_before,
        reads_mail=rng.random() < (0.5 if reachable else 0.05),
        may_be_called=rng.random() < (0.3 if reachable else 0.0) or interest is Interest.BUYING,
        phone=f"{place.dial} {rng.randint(1000, 9999)}" if rng.random() < 0.55 else "",
    )


def _title(kind: Kind, company: DemoCompany | None, rng: Random) -> str:
    if kind is Kind.STUDENT:
        return "Student" if rng.random() < 0.8 else "Research assistant"
    if kind is Kind.PRIVATE and rng.random() < 0.5:
        return rng.choice(("Freelancer", "Consultant", ""))
    if kind is Kind.THROWAWAY:
        return ""
    if company and company.employees < 20 and rng.random() < 0.4:
        return rng.choice(CHIEFS)
    return rng.choices([title for title, _ in TITLES], [share for _, share in TITLES])[0]


def _domain(kind: Kind, company: DemoCompany | None, rng: Random) -> str:
    if company:
        return company.domain
    return {
        Kind.PRIVATE: rng.choice(PRIVATE_DOMAINS),
        Kind.STUDENT: rng.choice(SCHOOL_DOMAINS),
    }.get(kind, THROWAWAY_DOMAIN)


def _address(given: str, family: str, domain: str, taken: set[str], rng: Random) -> str:
    first, last = _plain(given), _plain(family)
    for local in (
        f"{first}.{last}",
        f"{first[0]}.{last}",
        f"{first}{rng.randint(2, 99)}",
        f"{first}.{last}{len(taken)}",
    ):
        if (email := f"{local}@{domain}") not in taken:
            break
    taken.add(email)
    return email


def _plain(name: str) -> str:
    """`name` in the letters that addresses are made of: Élodie → elodie, Yıldız → yildiz."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("ı", "i").replace("ł", "l"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
