"""Replays of random pasts: the quick way is the whole way, nothing is known too early, and what was live comes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings

from crm import record
from crm.facts import ContactFacts
from crm.models import Activity, Stage
from leads.models import Mql
from scoring.backtest.could_cross import could_cross
from scoring.backtest.period import Period
from scoring.backtest.replay import WouldBe, replay, replay_everyone
from scoring.backtest.sales import past_mqls
from scoring.backtest.schedule import schedule
from scoring.drain import drain
from scoring.evaluate import Evaluator
from scoring.marks import mark_everyone
from scoring.models import Dimension, ScoreChange
from scoring.spec import GroupSpec, ModelSpec
from scoring.standing import facts_in_the_way
from tests.factories import SMALL_MODEL, make_rep
from tests.scoring.conftest import publish_as_is
from tests.scoring.pasts import DAY, RISING, START, VIEWED, Past, World, pasts
from tests.scoring.pools import KINDS

pytestmark = pytest.mark.django_db

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def examples(number: int) -> Callable[..., Callable[[], None]]:
    # A past takes a second: making the smallest one that fails would take minutes.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=number, deadline=None, suppress_health_check=SLOW, phases=phases)


def opened(openings: list[WouldBe]) -> str:
    return json.dumps([asdict(each) for each in openings], default=str)


def begun(past: Past) -> World:
    world = World(past, by=make_rep().user)
    world.begin()
    return world


def live_through(world: World, after: datetime | None, until: datetime) -> None:
    """Record what happens in that time, and at each look have everyone scored, as live scoring does at night."""
    past = world.past
    waiting = [each for each in past.happenings if (after is None or each.at > after) and each.at <= until]
    for look in [look for look in past.period.moments if (after is None or look > after) and look <= until]:
        world.go_on([each for each in waiting if each.at <= look])
        waiting = [each for each in waiting if each.at > look]
        mark_everyone(at=look)
        drain(at=look)
    world.go_on(waiting)


def test_asking_only_about_those_who_may_have_crossed_finds_what_asking_about_everyone_finds() -> None:
    @examples(6)
    @given(past=pasts())
    def check(past: Past) -> None:
        with transaction.atomic():
            begun(past).go_on(past.happenings)

            quick = replay(past.draft, past.period, [])

            everyone = replay_everyone(past.draft, past.period, [])
            event(f"{min(len(everyone), 3)} openings")
            assert opened(quick.openings) == opened(everyone)
            assert unasked(past.draft, past.period) == []
            transaction.set_rollback(True)

    check()


ONLY_FACTS = replace(SMALL_MODEL, threshold=10, min_fit=0, min_engagement=0, requalify_after_days=0,
                     groups=(GroupSpec("Lasting", Dimension.ENGAGEMENT),), rules=(VIEWED,))  # fmt: skip
"""A model under which nobody rises without a new fact."""


@pytest.mark.parametrize(
    "model",
    [
        *(pytest.param(replace(ONLY_FACTS, rules=(VIEWED, rule)), id=rule.name) for rule in RISING),
        pytest.param(replace(ONLY_FACTS, requalify_after_days=5), id="Waiting"),
    ],
)
def test_who_rises_without_a_new_fact_is_asked_about_on_that_day(model: ModelSpec) -> None:
    period = Period(tuple(START + number * DAY for number in range(20)))
    crowd(period)

    missed = unasked(model, period)

    assert unasked(model, period, asking_as=ONLY_FACTS), "nobody rises by themselves here"
    assert missed == []


def crowd(period: Period) -> None:
    """Forty people who do something now and then, some of whom are recycled."""
    chance = Random(5)
    rows = [ContactFacts(f"person{number}@acme.example") for number in range(40)]
    ids = [outcome.id or 0 for outcome in record.upsert_contacts(rows, at=period.start - 3 * DAY)]
    for pk in ids:
        moments = [period.start + chance.uniform(-3, 12) * DAY for _ in range(chance.randint(1, 4))]
        Activity.objects.bulk_create(
            Activity(
                contact_id=pk,
                kind=chance.choice(("page_view", "page_view", *KINDS)),
                occurred_at=moment,
                recorded_at=moment,
                source="drawn",
            )
            for moment in moments
        )
    for pk in ids[::2]:
        record.move_stage([pk], Stage.NURTURE, by=None, at=period.start + chance.uniform(-3, 6) * DAY)


def unasked(spec: ModelSpec, period: Period, *, asking_as: ModelSpec | None = None) -> list[tuple[int, int]]:
    """Who qualifies at a look and did not at the one before, and would not be asked about: by index of the look.

    `asking_as` chooses whom to ask about as for another model.
    """
    people = could_cross(spec, period)
    due = {0: sorted(people), **schedule(asking_as or spec, period, people)}
    missed, before = [], set[int]()
    for index, look in enumerate(period.moments):
        now = qualifying(spec, look)
        missed += [(index, pk) for pk in sorted(now - before - set(due.get(index, [])))]
        before = now
    return missed


def qualifying(spec: ModelSpec, look: datetime) -> set[int]:
    """Everyone who would become an MQL at `look` if none was open."""
    rows = Evaluator(spec).score(at=look, past=True, known_at=look)
    crossing = [row.contact_id for row in rows if row.crosses]
    blocks = facts_in_the_way(crossing, spec, at=look, past=True, known_at=look)
    return {pk for pk in crossing if not blocks[pk]}


def test_nothing_that_is_recorded_later_changes_what_was_opened_up_to_a_day() -> None:
    @examples(4)
    @given(past=pasts())
    def check(past: Past) -> None:
        with transaction.atomic():
            looks = past.period.moments
            day = looks[len(looks) // 2]
            up_to_then = Period(tuple(look for look in looks if look <= day))
            world = begun(past)
            publish_as_is(past.live)
            live_through(world, None, day)
            before = opened(replay(past.draft, up_to_then, past_mqls(looks[0])).openings)

            live_through(world, day, past.period.end)

            after = replay(past.draft, up_to_then, past_mqls(looks[0])).openings
            whole = replay(past.draft, past.period, past_mqls(looks[0])).openings
            event(f"{min(len(after), 3)} openings")
            assert opened(after) == before
            assert opened([each for each in whole if each.at <= day]) == before
            transaction.set_rollback(True)

    check()


def test_a_replay_of_the_live_version_is_the_history_that_live_scoring_wrote() -> None:
    @examples(4)
    @given(past=pasts())
    def check(past: Past) -> None:
        with transaction.atomic():
            world = begun(past)
            publish_as_is(past.live)
            live_through(world, None, past.period.end)

            replayed = replay(past.live, past.period, past_mqls(past.period.start)).openings

            really = Mql.objects.filter(opened_at__gt=past.period.start).order_by("opened_at", "contact_id")
            event(f"{min(len(really), 3)} openings")
            assert [(each.contact_id, each.at, each.total) for each in replayed] == list(
                really.values_list("contact_id", "opened_at", "total")
            )
            assert scores_then(past) == scores_written(past, world.ids)
            transaction.set_rollback(True)

    check()


def scores_then(past: Past) -> list[tuple[object, ...]]:
    """Everyone's score at every look, as the replay asks for it."""
    evaluator = Evaluator(past.live)
    return sorted(
        (look, row.contact_id, row.fit, row.engagement)
        for look in past.period.moments
        for row in evaluator.score(at=look, past=True, known_at=look)
    )


def scores_written(past: Past, contact_ids: list[int]) -> list[tuple[object, ...]]:
    """The same as live scoring kept it: after the last change by then, or nothing."""
    written = []
    for look in past.period.moments:
        for pk in contact_ids:
            change = ScoreChange.objects.filter(contact=pk, at__lte=look).order_by("at", "pk").last()
            written.append((look, pk, change.fit_to if change else 0, change.engagement_to if change else 0))
    return sorted(written)
