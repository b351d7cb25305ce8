"""Random questions to the evaluator and the oracle: models, people, histories, and moments.

Moments fall on bounds on purpose: a wrong `<` shows only where two times are equal. Strategies are built once
(`cache`), here and in `drawn_models`: building them anew takes longer than drawing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from crm.email_domains import domain_of, email_type
from tests.scoring.drawn_models import models
from tests.scoring.oracle import Facts
from tests.scoring.pools import (
    CAMPAIGNS,
    COMPANY_DOMAINS,
    COUNTRIES,
    DAYS,
    DOMAIN_LISTS,
    DOMAINS_TO_NAME,
    E_MAIL_DOMAINS,
    KINDS,
    MOMENTS,
    NUMBER_COLUMNS,
    NUMBERS,
    NUMBERS_AS_TEXT,
    PROPERTY_KEYS,
    SPELLED_NUMBERS,
    SUBJECTS,
    TEXT_COLUMNS,
    TEXTS,
    mostly,
)

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Case:
    """One question to both evaluators: what is each of these people's score under `model` at `t`?"""

    model: Facts
    people: list[tuple[Facts, list[Facts]]]
    domain_lists: dict[str, list[str]]
    t: datetime
    known_at: datetime | None


@cache
def moments() -> SearchStrategy[datetime]:
    return st.sampled_from(MOMENTS)


@cache
def close_by() -> SearchStrategy[timedelta]:
    """Nothing, more often than a microsecond either way."""
    return st.sampled_from((0, 0, 0, -1, 1)).map(lambda steps: steps * MICROSECOND)


@cache
def ages() -> SearchStrategy[timedelta]:
    """How long ago a contact was made or recycled."""
    return st.tuples(st.sampled_from((*DAYS, 0, 365)), close_by()).map(lambda age: age[0] * DAY + age[1])


@cache
def bounds() -> SearchStrategy[timedelta]:
    """Ages at which some window, half-life or step ends; the future; times so old that powers underflow."""
    days = st.sampled_from((0, 0, *DAYS, 2, 14, 60, 4_000, -1))
    at_bounds = st.tuples(days, close_by()).map(lambda age: age[0] * DAY + age[1])
    anywhere = st.integers(-10_000_000, 100_000_000_000).map(lambda steps: 100 * steps * MICROSECOND)
    return st.one_of(at_bounds, at_bounds, anywhere)


# --- people


@cache
def property_values() -> SearchStrategy[Any]:
    scalars = st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from(NUMBERS_AS_TEXT),
        st.sampled_from(NUMBERS),
        st.sampled_from((None, True, False, "", " ", " vp ")),
        st.sampled_from(DOMAINS_TO_NAME),
    )
    return mostly(scalars, st.lists(scalars, max_size=3))


@cache
def properties() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(PROPERTY_KEYS, property_values()))


@cache
@st.composite
def companies(draw: DrawFn) -> Facts:
    return {
        "name": draw(st.sampled_from([text for text in TEXTS if text])),
        "domain": draw(st.sampled_from(COMPANY_DOMAINS)),
        "industry": draw(st.sampled_from(TEXTS)),
        "employees": draw(st.sampled_from((None, 0, 1, 5, 400, 401))),
        "revenue": draw(
            st.sampled_from((None, Decimal(0), Decimal("0.50"), Decimal("400.00"), Decimal("400.50")))
        ),
        "country": draw(st.sampled_from(COUNTRIES)),
        "properties": draw(properties()),
    }


@cache
def company_groups() -> SearchStrategy[list[Facts]]:
    """Companies that can stand beside each other: no name and no domain twice."""
    return st.lists(
        companies(),
        min_size=1,
        max_size=2,
        unique_by=(
            lambda company: company["name"].lower(),
            lambda company: company["domain"] or company["name"],
        ),
    )


@st.composite
def contacts(draw: DrawFn, t: datetime, employers: list[Facts], number: int = 0) -> Facts:
    """A contact as it stands at `t`, created and recycled by then. `number` keeps e-mails apart."""
    domain = draw(st.sampled_from(E_MAIL_DOMAINS))
    email = draw(st.sampled_from(("ada", "vp_100+x", "o'neil"))) + f".{number}@{domain}"
    recycled = draw(st.one_of(st.none(), ages()))
    return {
        **{column: draw(st.sampled_from(TEXTS)) for column in TEXT_COLUMNS},
        **{column: draw(st.sampled_from(("", *SPELLED_NUMBERS, "vp"))) for column in NUMBER_COLUMNS},
        "email": email,
        "email_domain": domain_of(email),
        "email_type": email_type(domain),
        "country": draw(st.sampled_from(COUNTRIES)),
        "created_at": min(t - draw(ages()), t),
        "recycled_at": None if recycled is None else min(t - recycled, t),
        "properties": draw(properties()),
        "company": draw(st.sampled_from((*employers, *employers, None))),
    }


# --- histories


@cache
def deeds() -> SearchStrategy[Facts]:
    """Activities without their times."""
    return st.fixed_dictionaries(
        {
            "kind": mostly(st.just("page_view"), st.sampled_from(KINDS)),
            "subject": st.sampled_from(SUBJECTS),
            "campaign": st.sampled_from(CAMPAIGNS),
            "automated": mostly(st.just(False), st.booleans()),
            "properties": mostly(st.just({}), properties()),
        }
    )


@st.composite
def activities(draw: DrawFn, t: datetime, recycled_at: datetime | None, known_at: datetime | None) -> Facts:
    if recycled_at is not None and draw(st.sampled_from((False, False, True))):
        occurred_at = recycled_at + draw(close_by())
    else:
        occurred_at = t - draw(bounds())
    if known_at is not None and draw(st.booleans()):
        recorded_at = known_at + draw(close_by())
    else:
        recorded_at = occurred_at + draw(st.sampled_from((0, 0, 1, 3))) * DAY
    return draw(deeds()) | {"occurred_at": occurred_at, "recorded_at": recorded_at}


def histories(
    t: datetime, recycled_at: datetime | None = None, known_at: datetime | None = None
) -> SearchStrategy[list[Facts]]:
    activity = activities(t, recycled_at, known_at)
    return st.sampled_from((0, 1, 5, 20)).flatmap(lambda few: st.lists(activity, min_size=few, max_size=30))


@st.composite
def cases(draw: DrawFn) -> Case:
    """A model and one to three people, who may share an employer and never an e-mail."""
    t = draw(moments())
    known_at = draw(st.one_of(st.none(), st.sampled_from((0, 1, 3)).map(lambda days: t - days * DAY)))
    employers = draw(company_groups())
    people = []
    for number in range(draw(st.integers(1, 3))):
        contact = draw(contacts(t, employers, number))
        people.append((contact, draw(histories(t, contact["recycled_at"], known_at))))
    return Case(draw(models()), people, DOMAIN_LISTS, t, known_at)
