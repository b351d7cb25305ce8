"""Random pasts: what is recorded of a few people over some weeks, and the moments at which somebody looks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, groupby
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from crm import record
from crm.errors import Conflict
from crm.facts import ActivityFacts, ContactFacts
from crm.models import Stage, User
from leads.models import Mql, Verdict, VerdictReason
from leads.verdict import give_verdict
from scoring.backtest.period import Period
from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, RuleSpec
from tests.factories import NOW, make_company
from tests.scoring.drawn_models import models
from tests.scoring.pools import CAMPAIGNS, DAYS, DOMAIN_LISTS, KINDS, SUBJECTS, TEXTS, mostly
from tests.scoring.test_evaluate_property import record_lists, spec_of

DAY = timedelta(days=1)
START = NOW.replace(hour=0)
PEOPLE = 8


@dataclass(frozen=True)
class Happening:
    """Something that is recorded `at` a moment of one of the people."""

    at: datetime
    person: int
    kind: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Past:
    """What is recorded of PEOPLE people, in order, and when somebody looks. `live` opens MQLs, `draft` is tried."""

    live: ModelSpec
    draft: ModelSpec
    happenings: list[Happening]
    period: Period


@dataclass
class World:
    """A past as far as it has been recorded."""

    past: Past
    by: User
    ids: list[int] = field(default_factory=list)
    companies: list[int] = field(default_factory=list)

    def begin(self) -> None:
        record_lists(DOMAIN_LISTS)
        self.companies = [make_company(f"company{number}.example").pk for number in range(2)]
        rows = [
            ContactFacts(f"ada.{number}@acme.example", company_id=self.companies[number % 2])
            for number in range(PEOPLE)
        ]
        self.ids = [outcome.id or 0 for outcome in record.upsert_contacts(rows, at=START - 8 * DAY)]

    def go_on(self, happenings: Iterable[Happening]) -> None:
        for (at, kind), together in groupby(happenings, key=lambda each: (each.at, each.kind)):
            if kind == "activity":
                rows = [self._activity(each) for each in together]
                assert all(outcome.id for outcome in record.append_activities(rows, at=at))
                continue
            for each in together:
                # Not every stage may follow: what production refuses has not happened here either.
                with suppress(Conflict):
                    getattr(self, f"_{kind}")(self.ids[each.person], each)

    def _activity(self, happening: Happening) -> ActivityFacts:
        said = dict(happening.said)
        occurred_at = happening.at - said.pop("ago")
        return ActivityFacts(self.ids[happening.person], occurred_at=occurred_at, source="drawn", **said)

    def _attributes(self, pk: int, happening: Happening) -> None:
        record.correct_contact(pk, by=None, at=happening.at, **happening.said)

    def _employer(self, pk: int, happening: Happening) -> None:
        record.correct_contact(
            pk, by=None, at=happening.at, company_id=self.companies[happening.said["number"]]
        )

    def _company(self, pk: int, happening: Happening) -> None:
        record.correct_company(self.companies[0], at=happening.at, **happening.said)

    def _stage(self, pk: int, happening: Happening) -> None:
        record.move_stage([pk], happening.said["stage"], by=None, at=happening.at)

    def _consent(self, pk: int, happening: Happening) -> None:
        record.set_consent([pk], "sales", happening.said["consent"], ground="said so", at=happening.at)

    def _verdict(self, pk: int, happening: Happening) -> None:
        mql = Mql.objects.open().filter(contact=pk).first()
        if mql is None:
            return
        verdict = happening.said["verdict"]
        reason = VerdictReason.objects.filter(verdict=verdict).values_list("text", flat=True).first() or ""
        give_verdict(mql, verdict, by=self.by, at=happening.at, reason=reason)


# --- rules


def kind_is(name: str) -> tuple[ConditionSpec, ...]:
    return (ConditionSpec("kind", Op.EQUALS, name),)


VIEWED = RuleSpec("Viewed", "Lasting", kind_is("page_view"), points=10)
"""Lets people cross, and stay there."""
RISING = (
    RuleSpec("Fading", "Lasting", kind_is("webinar_attended"), points=-20, decay=DecaySpec(DecayKind.HALF_LIFE, 1)),
    RuleSpec("Sinking", "Lasting", kind_is("webinar_attended"), points=-20, per=Per.ONCE,
             decay=DecaySpec(DecayKind.STEP, 1, 50)),
    RuleSpec("Leaving", "Lasting", kind_is("webinar_attended"), points=-50, window_days=7),
    RuleSpec("Often", "Lasting", kind_is("page_view"), points=-10, at_least=2, window_days=7),
    RuleSpec("Refused", "Lasting", kind_is("form_submitted"), effect=Effect.DISQUALIFY, window_days=7),
    RuleSpec("Silent", "Lasting", kind_is("page_view"), points=20, per=Per.ABSENCE, window_days=7),
    RuleSpec("Forgotten", "Lasting", kind_is("webinar_attended"), effect=Effect.FAST_TRACK, per=Per.ABSENCE,
             window_days=7),
)  # fmt: skip
"""Rules under which somebody rises without a new fact."""


# --- strategies


@cache
def moments() -> SearchStrategy[timedelta]:
    """When something is recorded, from five days before the first look on; often at a bound of days."""
    return st.tuples(
        st.integers(-5 * 4, 20 * 4).map(lambda quarters: quarters * DAY / 4),
        st.sampled_from((0, 0, 1, -1)).map(lambda steps: timedelta(microseconds=steps)),
    ).map(sum_of)


def sum_of(parts: tuple[timedelta, timedelta]) -> timedelta:
    return parts[0] + parts[1]


@cache
def activities() -> SearchStrategy[dict[str, Any]]:
    """`ago`: how long before it was recorded; below 0 for what is planned."""
    return st.fixed_dictionaries(
        {
            "kind": mostly(st.just("page_view"), st.sampled_from(KINDS)),
            "subject": st.sampled_from(SUBJECTS),
            "campaign": st.sampled_from(CAMPAIGNS),
            "automated": mostly(st.just(False), st.booleans()),
            "ago": st.sampled_from((0, 0, 0, 0.25, 1, 3, *DAYS, -1, -2.5)).map(lambda days: days * DAY),
        }
    )


@cache
def others() -> SearchStrategy[tuple[str, dict[str, Any]]]:
    text = st.sampled_from([text for text in TEXTS if text and "\n" not in text])
    return st.one_of(
        st.tuples(
            st.just("attributes"),
            st.fixed_dictionaries(
                {}, optional={"job_title": text, "source": text, "country": st.sampled_from(("DE", "FR"))}
            ),
        ),
        st.tuples(st.just("employer"), st.fixed_dictionaries({"number": st.sampled_from((0, 1))})),
        st.tuples(
            st.just("company"),
            st.fixed_dictionaries({"industry": text, "employees": st.sampled_from((1, 5, 400))}),
        ),
        st.tuples(
            st.just("stage"),
            st.fixed_dictionaries(
                {
                    "stage": st.sampled_from(
                        (Stage.NURTURE, Stage.NURTURE, Stage.SAL, Stage.SQL, Stage.DISQUALIFIED)
                    )
                }
            ),
        ),
        st.tuples(
            st.just("consent"), st.fixed_dictionaries({"consent": st.sampled_from(("opted_out", "allowed"))})
        ),
        st.tuples(st.just("verdict"), st.fixed_dictionaries({"verdict": st.sampled_from(Verdict.values)})),
    )


@st.composite
def happenings(draw: DrawFn) -> Happening:
    kind, said = draw(mostly(st.tuples(st.just("activity"), activities()), others()))
    return Happening(START + draw(moments()), draw(st.integers(0, PEOPLE - 1)), kind, said)


@st.composite
def specs(draw: DrawFn) -> ModelSpec:
    """A model under which many cross, some of them by themselves: others would say nothing of a replay."""
    drawn = spec_of(draw(models()))
    rising = draw(st.lists(st.sampled_from(RISING), max_size=2, unique=True))
    return replace(
        drawn,
        threshold=10,
        min_fit=0,
        min_engagement=0,
        max_engagement=None,
        requalify_after_days=draw(st.sampled_from((0, 1, 5))),
        groups=(*drawn.groups, GroupSpec("Lasting", Dimension.ENGAGEMENT)),
        rules=(*drawn.rules[: draw(st.integers(0, 3))], VIEWED, *rising),
        decay=drawn.decay if draw(st.booleans()) else DecaySpec(),
    )


@st.composite
def pasts(draw: DrawFn) -> Past:
    recorded = draw(st.lists(happenings(), min_size=30, max_size=60))
    gaps = draw(st.lists(st.sampled_from((0.25, 1, 1, 2.5, 7)), min_size=3, max_size=7))
    looks = list(accumulate((gap * DAY for gap in gaps), initial=START))
    in_order = sorted(recorded, key=lambda happening: (happening.at, happening.kind))
    return Past(draw(specs()), draw(specs()), in_order, Period(tuple(looks)))
