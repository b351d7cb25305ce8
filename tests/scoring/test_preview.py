"""A preview says of everyone what publishing the draft would do, counted here a second time in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from crm import record
from crm.models import Contact
from leads.models import Mql, Rep
from scoring import preview
from scoring.drain import drain
from scoring.evaluate import Evaluator
from scoring.model_file import write_model
from scoring.models import Pause, Segment, SegmentCondition, Trial
from scoring.preview import who_opens
from scoring.preview.distribution import in_bars
from scoring.preview.sentences import headline
from scoring.publish import publish
from scoring.spec import ModelSpec
from scoring.versions import save_draft
from tests.factories import (
    NOW,
    SMALL_MODEL,
    make_activity,
    make_company,
    make_contact,
    make_mql,
    make_qualifying,
    make_rep,
    publish_small_model,
)

pytestmark = pytest.mark.django_db

MILDER = replace(SMALL_MODEL, name="Milder", threshold=50, min_fit=0)
"""Whoever attended a webinar qualifies, vice president or not."""
STRICTER = replace(SMALL_MODEL, name="Stricter", threshold=90)


@pytest.fixture
def world() -> None:
    """Eight people under the small model, of whom one has an open MQL, and one rep for them."""
    publish_small_model()
    make_rep("ada")
    make_mql("open@acme.example")
    make_contact("vp@acme.example", job_title="VP Sales", source="Fair")
    for name, days_ago in (("today", 0.5), ("lately", 9), ("long", 40)):
        attended(f"{name}@acme.example", days_ago=days_ago, source="Web", job_title="Buyer")
    attended("no@acme.example", sales_consent="opted_out")
    customer = attended("customer@acme.example")
    record.move_stage([customer.pk], "customer", by=None, at=NOW - timedelta(days=50), reason="Bought")
    make_contact("silent@acme.example")
    drain(at=NOW)


def attended(email: str, *, days_ago: float = 5, **columns: Any) -> Contact:
    contact = make_contact(email, **columns)
    make_activity(contact, "webinar_attended", subject="Spring", days_ago=days_ago)
    return contact


def run(spec: ModelSpec, *, at: datetime = NOW) -> Trial:
    """A preview of `spec` against the live version, as a worker would leave it."""
    version = save_draft(spec, by=None, at=at)
    live = type(version).objects.live()
    trial = Trial.objects.create(
        kind="preview", version=version, against=live, model=write_model(spec), asked_at=at, started_at=at
    )
    trial.result = preview.run(trial, lambda done, total: None)
    return trial


def named(trial: Trial, change: str) -> set[str]:
    return {
        email.partition("@")[0]
        for email in trial.contacts.filter(change=change).values_list("contact__email", flat=True)
    }


def test_who_opens_is_who_crosses_with_nothing_in_the_way(world: None) -> None:
    trial = run(MILDER)

    assert named(trial, "opens") == {"today", "lately", "long"}
    assert trial.result["opens"] == 3
    assert trial.result["opens_before"] == 0
    assert trial.result["open_mqls"] == 1
    assert trial.result["no_more"] == 0


def test_open_mqls_that_would_no_longer_qualify_are_named(world: None) -> None:
    trial = run(STRICTER)

    assert named(trial, "no_more") == {"open"}
    assert (trial.result["no_more"], trial.result["no_more_before"]) == (1, 0)
    assert named(trial, "opens") == set()


@pytest.mark.parametrize("spec", [MILDER, STRICTER])
def test_every_figure_equals_an_independent_count(world: None, spec: ModelSpec) -> None:
    result = run(spec).result

    before, after = (
        {row.contact_id: row for row in Evaluator(one).score(at=NOW)} for one in (SMALL_MODEL, spec)
    )
    assert result["contacts"] == len(after) == 8
    assert result["crossing"] == {
        "before": sum(row.crosses for row in before.values()),
        "after": sum(row.crosses for row in after.values()),
    }
    for side, rows in (("before", before), ("after", after)):
        grades = Counter(row.grade for row in rows.values())
        assert {each["grade"]: each[side] for each in result["grades"] if each[side]} == grades
        totals = Counter(int(row.total // 10 * 10) for row in rows.values())
        bars = result["scores"]["total"]
        counted: Counter[int] = Counter()
        for index, number in enumerate(bars[side]):
            counted[(bars["first"] + index * bars["width"]) // 10 * 10] += number
        assert +counted == totals


def test_a_better_grade_is_one_whose_letter_or_number_is_better(world: None) -> None:
    cuts: tuple[float, float, float] = (30.0, 20.0, 10.0)

    trial = run(replace(SMALL_MODEL, fit_grades=cuts))

    assert named(trial, "up") == {"open", "vp"}
    assert (trial.result["up"], trial.result["down"]) == (2, 0)
    assert {(move["before"], move["after"]) for move in trial.result["moves"]} == {("C2", "A2"), ("C4", "A4")}


def test_publishing_really_opens_whom_the_preview_named(world: None) -> None:
    said = run(MILDER)
    counted = who_opens(MILDER, at=NOW)

    publish(save_draft(MILDER, by=None, at=NOW), by=None, at=NOW)
    drain(at=NOW)

    opened = Mql.objects.open().exclude(contact__email="open@acme.example")
    assert {mql.contact.email.partition("@")[0] for mql in opened} == named(said, "opens")
    assert counted == opened.count()


def test_who_opens_may_be_asked_more_than_once_in_a_transaction(world: None) -> None:
    with transaction.atomic():
        numbers = [who_opens(spec, at=NOW) for spec in (MILDER, STRICTER, SMALL_MODEL)]

    assert numbers == [3, 0, 0]


def test_new_mqls_a_week_are_those_who_came_over_the_line_in_it(world: None) -> None:
    weeks = run(MILDER).result["weeks"]

    # The one who attended 40 days ago was over the line all the time, and the one with the MQL is no customer to be.
    assert weeks["after"] == [0, 0, 1, 2]
    assert weeks["before"] == [0, 0, 0, 1]
    assert weeks["really"] == [0, 0, 0, 1]
    assert (weeks["expected_after"], weeks["usual"]) == (0.75, 0.25)


def test_a_sample_is_scaled_up_to_everyone_and_said_to_be_one(
    world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.preview.weeks.MOST_ASKED", 4)

    weeks = run(MILDER).result["weeks"]

    assert (weeks["asked"], weeks["of"]) == (4, 8)
    assert sum(weeks["after"]) % 2 == 0


def test_sources_and_segments_say_whom_it_concerns(world: None) -> None:
    segment = Segment.objects.create(name="Buyers")
    SegmentCondition.objects.create(segment=segment, field="job_title", op="equals", value="Buyer")

    result = run(MILDER).result

    sources = {row["name"]: (row["before"], row["after"], row["opens"]) for row in result["sources"]}
    assert sources["Web"] == (0, 3, 3)
    assert sources["Unknown"] == (1, 3, 0)
    assert result["segments"] == [{"name": "Buyers", "before": 0, "after": 3, "opens": 3}]


def test_load_is_shared_out_as_routing_would_and_nothing_is_written(world: None) -> None:
    make_rep("bob")
    before = Mql.objects.count()

    sharing = run(MILDER).result["sharing"]

    assert (sharing["of"], sharing["asked"]) == (3, 3)
    assert sum(share["given"] for share in sharing["shares"]) == 3
    assert {share["name"]: share["open_now"] for share in sharing["shares"]} == {"ada": 1, "bob": 0}
    assert Mql.objects.count() == before


def test_whom_nobody_could_take_stands_last(world: None) -> None:
    Rep.objects.update(available=False)

    shares = run(MILDER).result["sharing"]["shares"]

    assert shares[-1] == {"name": "", "open_now": 0, "given": 3}


def test_without_a_live_version_nobody_had_a_score() -> None:
    make_qualifying("first@acme.example")

    trial = run(SMALL_MODEL)

    assert (trial.against, trial.result["opens"], trial.result["crossing"]["before"]) == (None, 1, 0)
    assert (trial.result["up"], trial.result["down"]) == (0, 0)
    assert trial.contacts.get().total_before is None


def test_a_pause_hides_nobody_who_would_open_once_it_ends(world: None) -> None:
    Pause.objects.create(began_at=NOW - timedelta(days=1))

    assert who_opens(MILDER, at=NOW) == 3


def test_parts_are_told_of_and_leave_nobody_out(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.preview.compare.PART", 3)
    make_company("acme.example")
    told: list[tuple[int, int]] = []
    version = save_draft(MILDER, by=None, at=NOW)
    trial = Trial.objects.create(
        kind="preview", version=version, model=write_model(MILDER), asked_at=NOW, started_at=NOW
    )

    result = preview.run(trial, lambda done, total: told.append((done, total)))

    assert result["contacts"] == 8
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) >= 3
    assert all(0 <= done <= total == 100 for done, total in told)


@pytest.mark.parametrize(
    ("points", "first", "width", "bars"),
    [
        ({0: 3, 7: 1, 99: 2}, 0, 5, 20),
        ({-40: 1, 160: 1}, -40, 20, 11),
        ({-1: 1}, -5, 5, 1),
        ({0: 1, 100_000: 1}, 0, 10_000, 11),
        ({}, 0, 10, 0),
    ],
)
def test_bars_have_a_round_width_and_hold_everybody(
    points: dict[int, int], first: int, width: int, bars: int
) -> None:
    drawn = in_bars(points, points)

    assert (drawn["first"], drawn["width"], len(drawn["after"])) == (first, width, bars)
    assert sum(drawn["before"]) == sum(drawn["after"]) == sum(points.values())


@pytest.mark.parametrize(
    ("opens", "usual", "said"),
    [
        (412, 68, "412 people would become MQLs at once, 6 times the usual week (68 MQLs)."),
        (1, 1, "1 person would become an MQL at once, about as many as in the usual week (1 MQL)."),
        (0, 5, "Nobody would become an MQL at once."),
        (7, 0, "7 people would become MQLs at once; in the last four weeks nobody did."),
        (1500, 750, "1,500 people would become MQLs at once, twice the usual week (750 MQLs)."),
    ],
)
def test_the_headline_says_first_how_many_open_at_once(opens: int, usual: float, said: str) -> None:
    weeks = {"usual": usual, "expected_after": 1, "expected_before": 1, "asked": 10, "of": 10}
    result = {
        "opens": opens,
        "weeks": weeks,
        "open_mqls": 0,
        "no_more": 0,
        "no_more_before": 0,
        "up": 0,
        "down": 0,
    }

    assert headline(result)[0] == said
