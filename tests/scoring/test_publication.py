"""How versions go live: noted each time, planned for later, and taken back in one step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from crm.errors import Conflict, Invalid
from scoring import everyone
from scoring.drain import drain, evaluate_batch
from scoring.models import (
    DomainList,
    Effect,
    Op,
    Opening,
    Pending,
    Persona,
    Publication,
    Rule,
    Score,
    ScoringVersion,
)
from scoring.plan_publication import cancel_plan, plan, publish_due
from scoring.publish import Pace, publish, roll_back
from scoring.seen import seen_version
from scoring.spec import ConditionSpec, ModelSpec, RuleSpec
from scoring.sweep import note_swept
from scoring.versions import save_draft, spec_of
from tests.factories import NOW, SMALL_MODEL, make_contact, make_qualifying, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HARDER = replace(SMALL_MODEL, name="Harder", threshold=90)


def draft(spec: ModelSpec = SMALL_MODEL) -> ScoringVersion:
    return save_draft(spec, by=None, at=NOW)


def break_persona(version: ScoringVersion) -> None:
    Persona.objects.create(version=version, name="Nobody at all", qualifies=True)


def scores() -> list[tuple]:
    return list(
        Score.objects.order_by("pk").values_list("pk", "fit", "engagement", "grade", "crosses", "rule_points")
    )


def test_a_publication_says_who_wanted_it_why_and_what_it_replaced() -> None:
    user = make_user()
    first = publish(draft(), by=None, at=NOW)

    second = publish(draft(HARDER), by=user, at=NOW + HOUR, why="Too many")

    current = Publication.objects.current()
    assert current is not None
    assert (current.version, current.replaced, current.asked_by, current.why) == (
        second,
        first,
        user,
        "Too many",
    )
    assert (current.kind, current.done_at, current.opening) == ("publish", NOW + HOUR, "all")


def test_rolling_back_makes_the_version_before_live_as_it_stands() -> None:
    first = publish(draft(), by=None, at=NOW)
    second = publish(draft(HARDER), by=None, at=NOW + HOUR)

    back = roll_back(by=None, at=NOW + 2 * HOUR, why="Angry reps")

    second.refresh_from_db()
    assert back == first == ScoringVersion.objects.live()
    assert (back.published_at, back.retired_at, spec_of(back)) == (NOW, None, SMALL_MODEL)
    assert (second.status, second.retired_at) == ("retired", NOW + 2 * HOUR)


@st.composite
def others(draw: st.DrawFn) -> ModelSpec:
    """A model that differs from the live one in its threshold and in whichever of its rules it keeps."""
    rules = [
        replace(rule, points=draw(st.integers(-60, 90)), enabled=draw(st.booleans()))
        for rule in SMALL_MODEL.rules
        if draw(st.booleans())
    ]
    deciding = st.sampled_from([Effect.DISQUALIFY, Effect.FAST_TRACK])
    rules = rules or [replace(SMALL_MODEL.rules[0], effect=draw(deciding), points=0)]
    return replace(SMALL_MODEL, threshold=draw(st.integers(1, 130)), rules=tuple(rules))


PACES = st.sampled_from([Pace(), Pace(Opening.PACED, 1, 1), Pace(Opening.NEW_ONLY)])


def test_publishing_anything_and_rolling_back_leaves_every_score_as_before() -> None:
    publish(draft(), by=None, at=NOW)
    make_qualifying()
    make_contact(job_title="VP")
    make_contact()
    drain(at=NOW)
    before = scores()

    @settings(max_examples=12, deadline=None)
    @given(other=others(), pace=PACES, back=PACES)
    def check(other: ModelSpec, pace: Pace, back: Pace) -> None:
        with transaction.atomic():
            publish(draft(other), by=None, at=NOW, pace=pace)
            drain(at=NOW)
            assert {score.version.threshold for score in Score.objects.all()} == {other.threshold}

            roll_back(by=None, at=NOW, pace=back)
            drain(at=NOW)

            assert scores() == before
            transaction.set_rollback(True)

    check()


def test_what_was_rolled_back_can_be_rolled_back_to() -> None:
    publish(draft(), by=None, at=NOW)
    second = publish(draft(HARDER), by=None, at=NOW)
    roll_back(by=None, at=NOW + HOUR)

    again = roll_back(by=None, at=NOW + 2 * HOUR)

    assert again == second


def test_the_first_version_has_nothing_to_roll_back_to() -> None:
    publish(draft(), by=None, at=NOW)

    with pytest.raises(Conflict, match="no version was live before"):
        roll_back(by=None, at=NOW)


def test_a_retired_version_goes_live_again_in_no_other_respect_changed() -> None:
    first = publish(draft(), by=None, at=NOW)
    publish(draft(HARDER), by=None, at=NOW)
    roll_back(by=None, at=NOW)

    with pytest.raises(Exception, match="never changes"):
        Rule.objects.filter(group__version=first).update(points=99)


def test_a_planned_version_goes_live_when_it_is_due() -> None:
    user = make_user()
    version = draft()
    planned = plan(version, due_at=NOW + HOUR, by=user, at=NOW, pace=Pace(Opening.PACED, 5, 2), why="Monday")

    early = publish_due(at=NOW + HOUR / 2)
    late = publish_due(at=NOW + 2 * HOUR)
    again = publish_due(at=NOW + 2 * HOUR)

    planned.refresh_from_db()
    version.refresh_from_db()
    assert (early, late, again) == (0, 1, 0)
    assert (version.status, version.published_by) == ("published", user)
    assert (planned.state, planned.done_at, planned.why) == ("done", NOW + 2 * HOUR, "Monday")
    assert (planned.opening, planned.open_now, planned.open_per_day) == ("paced", 5, 2)


def test_planning_again_moves_the_time() -> None:
    version = draft()
    plan(version, due_at=NOW + HOUR, by=None, at=NOW, pace=Pace())

    plan(version, due_at=NOW + 3 * HOUR, by=None, at=NOW, pace=Pace())

    assert [row.due_at for row in Publication.objects.planned()] == [NOW + 3 * HOUR]


def test_a_planned_version_that_has_a_fault_by_then_is_refused_and_stays_a_draft() -> None:
    rivals = DomainList.objects.create(name="rivals")
    at_rivals = ConditionSpec("email_domain", Op.IN_DOMAIN_LIST, "rivals")
    rule = RuleSpec("Rival", "ICP", (at_rivals,), points=-50)
    version = draft(replace(SMALL_MODEL, rules=(*SMALL_MODEL.rules, rule)))
    planned = plan(version, due_at=NOW + HOUR, by=None, at=NOW, pace=Pace())
    rivals.delete()

    published = publish_due(at=NOW + HOUR)

    planned.refresh_from_db()
    version.refresh_from_db()
    assert (published, version.status, planned.state) == (0, "draft", "failed")
    assert "rivals" in planned.failure


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            lambda version: ScoringVersion.objects.filter(pk=version.pk).update(threshold=1), id="threshold"
        ),
        pytest.param(break_persona, id="persona"),
    ],
)
def test_whoever_only_edits_does_not_decide_what_goes_live(edit: Callable[[ScoringVersion], object]) -> None:
    version = draft()
    planned = plan(version, due_at=NOW + HOUR, by=make_user(), at=NOW, pace=Pace())
    edit(version)

    publish_due(at=NOW + HOUR)

    planned.refresh_from_db()
    assert (ScoringVersion.objects.live(), planned.state) == (None, "failed")
    assert "edited after its publication was planned" in planned.failure.lower()


@pytest.mark.parametrize(("expected", "opening"), [(None, "paced"), (1, "paced"), (2, "all")])
def test_far_more_than_was_accepted_is_held_back_by_the_guard(
    settings: Settings, expected: int | None, opening: str
) -> None:
    settings.FLOOD_GUARD = 1
    for _ in range(3):
        make_qualifying()
    planned = plan(draft(), due_at=NOW + HOUR, by=None, at=NOW, pace=Pace(), expected=expected)

    publish_due(at=NOW + HOUR)

    planned.refresh_from_db()
    assert (planned.state, planned.opening) == ("done", opening)


def test_what_somebody_changed_after_it_was_read_is_not_published() -> None:
    version = draft()
    seen = seen_version(version)
    ScoringVersion.objects.filter(pk=version.pk).update(threshold=1)

    with pytest.raises(Conflict, match="changed the draft meanwhile"):
        publish(version, by=None, at=NOW, seen=seen)


def test_a_second_click_does_not_roll_back_the_roll_back() -> None:
    first = publish(draft(), by=None, at=NOW)
    publish(draft(HARDER), by=None, at=NOW)
    current = Publication.objects.current()
    assert current is not None
    roll_back(by=None, at=NOW + HOUR, seen=current.pk)

    with pytest.raises(Conflict, match="another version went live"):
        roll_back(by=None, at=NOW + HOUR, seen=current.pk)

    assert ScoringVersion.objects.live() == first


def test_a_plan_that_is_cancelled_publishes_nothing() -> None:
    version = draft()
    planned = plan(version, due_at=NOW + HOUR, by=None, at=NOW, pace=Pace())

    cancel_plan(planned)

    assert publish_due(at=NOW + HOUR) == 0
    with pytest.raises(Conflict, match="no longer planned"):
        cancel_plan(planned)


def test_what_is_planned_must_be_sound_and_to_come() -> None:
    version = draft()
    with pytest.raises(Invalid, match="future"):
        plan(version, due_at=NOW, by=None, at=NOW, pace=Pace())
    break_persona(version)

    with pytest.raises(Invalid, match="Nobody at all"):
        plan(version, due_at=NOW + HOUR, by=None, at=NOW, pace=Pace())

    assert not Publication.objects.exists()


def test_publishing_what_was_planned_at_once_ends_the_plan_and_names_who_did() -> None:
    planner, publisher = make_user(), make_user()
    version = draft()
    plan(version, due_at=NOW + HOUR, by=planner, at=NOW, pace=Pace())

    publish(version, by=publisher, at=NOW)

    rows = Publication.objects.order_by("pk").values_list("state", "asked_by", "due_at")
    assert list(rows) == [("cancelled", planner.pk, NOW + HOUR), ("done", publisher.pk, NOW)]


def test_a_pace_at_which_nobody_would_ever_open_is_refused() -> None:
    with pytest.raises(Invalid, match="nobody after the first"):
        publish(draft(), by=None, at=NOW, pace=Pace(Opening.PACED, now=5))


def test_everyone_is_marked_by_slices_after_those_with_new_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(draft(), by=None, at=NOW)
    people = [make_contact() for _ in range(3)]
    drain(at=NOW)
    monkeypatch.setattr(everyone, "SLICE", 2)

    publish(draft(HARDER), by=None, at=NOW)
    make_qualifying("vp@acme.example")
    marked = everyone.mark_next(at=NOW)

    assert marked == 2
    assert list(Pending.objects.values_list("contact__email", "bulk")) == [
        ("vp@acme.example", False),
        (people[0].email, True),
        (people[1].email, True),
    ]


def test_all_are_evaluated_anew_however_many_slices_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_qualifying().pk for _ in range(5)]
    publish(draft(), by=None, at=NOW)
    drain(at=NOW)
    monkeypatch.setattr(everyone, "SLICE", 2)

    second = publish(draft(HARDER), by=None, at=NOW)
    done = drain(at=NOW)

    assert done == 5
    assert set(Score.objects.values_list("pk", "version")) == {(pk, second.pk) for pk in people}


def test_asking_for_everyone_again_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_contact()
    publish(draft(), by=None, at=NOW)
    drain(at=NOW)
    monkeypatch.setattr(everyone, "SLICE", 2)
    publish(draft(HARDER), by=None, at=NOW)
    evaluate_batch(at=NOW)
    everyone.mark_next(at=NOW)

    publish(draft(), by=None, at=NOW)

    assert everyone.still_to_mark() == 3


def test_a_fact_of_somebody_who_waits_with_everyone_takes_them_to_the_front() -> None:
    publish(draft(), by=None, at=NOW)
    make_contact("a@acme.example")
    contact = make_contact("b@acme.example")
    drain(at=NOW)
    publish(draft(HARDER), by=None, at=NOW)
    everyone.mark_next(at=NOW)

    make_contact(contact.email, job_title="VP")

    assert list(Pending.objects.values_list("contact__email", "bulk")) == [
        ("b@acme.example", False),
        ("a@acme.example", True),
    ]


def test_it_is_noted_once_when_everyone_has_been_evaluated() -> None:
    publish(draft(), by=None, at=NOW)
    make_contact()
    drain(at=NOW)
    publish(draft(HARDER), by=None, at=NOW)

    before = note_swept(at=NOW)
    drain(at=NOW)
    after = note_swept(at=NOW + HOUR)
    again = note_swept(at=NOW + 2 * HOUR)

    current = Publication.objects.current()
    assert current is not None
    assert (before, after, again, current.swept_at) == (False, True, False, NOW + HOUR)


def test_whose_evaluation_fails_holds_up_nobody() -> None:
    make_contact()
    publish(draft(), by=None, at=NOW)
    drain(at=NOW)
    make_contact()
    Pending.objects.update(bulk=True, attempts=1, not_before=NOW + HOUR, last_error="boom")

    swept = note_swept(at=NOW)

    assert swept
