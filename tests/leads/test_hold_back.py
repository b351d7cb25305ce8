"""The flood guard: whom a change of the rules alone would make MQLs, and how they are opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crm import record
from leads.hold_back import waiting_for
from leads.let_go import let_go
from leads.models import HeldBack, Mql, Notification
from scoring.drain import drain
from scoring.models import Opening, Publication, Score
from scoring.pause import pause, resume
from scoring.plan_publication import plan, publish_due
from scoring.publish import ALL, Pace, change_pace, publish, roll_back
from scoring.spec import ModelSpec
from scoring.sweep import note_swept
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL, make_activity, make_contact, make_qualifying, make_user
from tests.leads.conftest import AtOnce, raised

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HARD = replace(SMALL_MODEL, name="Hard", threshold=95)
PACED = Pace(Opening.PACED, now=2, per_day=1)
NEW_ONLY = Pace(Opening.NEW_ONLY)


def go_live(spec: ModelSpec = SMALL_MODEL, pace: Pace = ALL) -> None:
    """Publish it and evaluate everyone, as the jobs do."""
    publish(save_draft(spec, by=None, at=NOW), by=None, at=NOW, pace=pace)
    drain(at=NOW)
    note_swept(at=NOW)


@pytest.fixture
def five() -> list[int]:
    """Contacts who do not qualify under the live version and would under the small one, with ever fewer points."""
    go_live(
        replace(HARD, rules=(*HARD.rules, replace(HARD.rules[0], name="Again", points=1, per="occurrence")))
    )
    contacts = [make_qualifying(f"p{number}@people.example") for number in range(5)]
    drain(at=NOW)
    return [contact.pk for contact in contacts]


def waiting() -> int:
    current = Publication.objects.current()
    assert current is not None
    return waiting_for(current)


def opened() -> int:
    return Mql.objects.count()


def test_without_a_guard_all_open_at_once(five: list[int]) -> None:
    go_live()

    assert (opened(), waiting()) == (5, 0)


def test_the_best_open_at_once_and_the_others_day_by_day(five: list[int]) -> None:
    go_live(pace=PACED)

    counts = [opened()]
    for days in (0, 1, 1, 2, 3, 4):
        let_go(at=NOW + days * DAY)
        counts.append(opened())

    assert counts == [2, 2, 3, 3, 4, 5, 5]


def test_the_best_go_first(five: list[int]) -> None:
    stronger = replace(
        SMALL_MODEL,
        rules=(
            *SMALL_MODEL.rules,
            replace(
                SMALL_MODEL.rules[1],
                name="Chief",
                when=(replace(SMALL_MODEL.rules[1].when[0], value="chief"),),
            ),
        ),
    )
    make_contact("p3@people.example", job_title="VP and chief")
    drain(at=NOW)

    go_live(stronger, Pace(Opening.PACED, now=1, per_day=1))

    assert [mql.contact.email for mql in Mql.objects.all()] == ["p3@people.example"]


def test_nobody_has_their_turn_on_a_free_day(five: list[int]) -> None:
    go_live(pace=PACED)

    let_go(at=NOW + 5 * DAY)

    assert (NOW + 5 * DAY).weekday() == 5
    assert opened() == 2


def test_nobody_has_their_turn_before_everyone_was_evaluated(five: list[int]) -> None:
    publish(save_draft(SMALL_MODEL, by=None, at=NOW), by=None, at=NOW, pace=PACED)
    drain(at=NOW)

    let_go(at=NOW)

    assert (opened(), waiting()) == (0, 5)


def test_whoever_engages_anew_goes_at_once(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)
    held = opened()

    contact = Publication.objects.get(opening="new_only").held_back.first().contact
    make_activity(contact, "page_view", subject="/pricing", at=NOW + DAY)
    drain(at=NOW + DAY)

    assert held == 0
    assert [mql.contact for mql in Mql.objects.all()] == [contact]
    assert HeldBack.objects.get(contact=contact).because == "engaged"


def test_those_who_need_a_sign_wait_for_ever_without_one(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)

    let_go(at=NOW + 30 * DAY)

    assert (opened(), waiting()) == (0, 5)


def test_who_comes_later_is_not_held(five: list[int]) -> None:
    publish(save_draft(SMALL_MODEL, by=None, at=NOW), by=None, at=NOW, pace=NEW_ONLY)
    make_qualifying("new@people.example", at=NOW + DAY)
    drain(at=NOW + DAY)

    assert [mql.contact.email for mql in Mql.objects.all()] == ["new@people.example"]


def test_who_crosses_after_everyone_was_evaluated_is_not_held(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)
    contact = make_contact("late@people.example")
    make_activity(contact, "webinar_attended", days_ago=1)
    drain(at=NOW)

    make_contact(contact.email, job_title="VP")
    drain(at=NOW)

    assert [mql.contact for mql in Mql.objects.all()] == [contact]


def test_whoever_no_longer_qualifies_takes_nobodys_turn(five: list[int]) -> None:
    go_live(pace=Pace(Opening.PACED, now=0, per_day=1))
    first = HeldBack.objects.filter(ended_at=None).best_first().first()
    assert first is not None
    record.set_consent([first.contact_id], "sales", "opted_out", ground="asked us", at=NOW)
    drain(at=NOW)

    let_go(at=NOW + DAY)

    first.refresh_from_db()
    assert (opened(), first.because) == (1, "fell")


@pytest.mark.parametrize(("pace", "expected"), [(PACED, 2), (NEW_ONLY, 0), (ALL, 5)])
def test_a_pause_meanwhile_lets_nobody_past_the_guard(five: list[int], pace: Pace, expected: int) -> None:
    pause(by=None, at=NOW)
    go_live(pace=pace)
    held = opened()

    resume(by=None, at=NOW + HOUR)
    drain(at=NOW + HOUR)
    let_go(at=NOW + HOUR)

    assert (held, opened()) == (0, expected)


def test_whoever_was_held_since_an_earlier_version_has_their_turn_since_the_later(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)

    go_live(replace(SMALL_MODEL, name="Same again"), PACED)
    let_go(at=NOW + DAY)

    assert (opened(), waiting()) == (3, 2)


def test_the_best_go_by_the_score_of_the_day(five: list[int]) -> None:
    go_live(pace=Pace(Opening.PACED, now=0, per_day=1))
    Score.objects.filter(contact=five[3]).update(fit=40, total=90)

    let_go(at=NOW + DAY)

    assert [mql.contact_id for mql in Mql.objects.all()] == [five[3]]


def test_a_pause_stops_the_turns_too(five: list[int]) -> None:
    go_live(pace=PACED)
    pause(by=None, at=NOW)

    let_go(at=NOW + DAY)

    assert opened() == 2


def test_another_version_ends_the_waiting(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)

    go_live(replace(SMALL_MODEL, name="Same again"))

    assert (opened(), waiting()) == (5, 0)


def test_rolling_back_keeps_the_same_guard(five: list[int]) -> None:
    go_live()
    Mql.objects.all().delete()
    go_live(HARD)

    roll_back(by=None, at=NOW, pace=NEW_ONLY)
    drain(at=NOW)

    assert not Mql.objects.exists()


def test_a_pace_that_is_changed_holds_for_those_who_wait(five: list[int]) -> None:
    go_live(pace=NEW_ONLY)

    change_pace(ALL)
    let_go(at=NOW)

    assert (opened(), waiting()) == (5, 0)
    assert set(HeldBack.objects.values_list("because", flat=True)) == {"turn"}


def test_an_open_mql_that_the_new_version_would_not_open_is_marked_and_not_closed() -> None:
    go_live()
    make_qualifying()
    drain(at=NOW)

    go_live(HARD)

    mql = Mql.objects.open().get()
    assert mql.below_since == NOW


def test_the_mark_goes_when_the_live_version_would_open_it_again() -> None:
    go_live()
    make_qualifying()
    drain(at=NOW)
    go_live(HARD)

    roll_back(by=None, at=NOW)
    drain(at=NOW)

    assert Mql.objects.open().get().below_since is None


def test_whoever_planned_a_version_is_told_that_it_was_refused() -> None:
    user = make_user()
    version = save_draft(SMALL_MODEL, by=None, at=NOW)
    plan(version, due_at=NOW + DAY, by=user, at=NOW, pace=ALL)
    version.personas.create(name="Nobody at all", qualifies=True)

    publish_due(at=NOW + DAY)
    publish_due(at=NOW + DAY)

    [notice] = Notification.objects.filter(user=user)
    assert "Version 1: Small was not published" in notice.text


@pytest.mark.django_db(transaction=True)
def test_many_who_let_go_at_once_keep_to_the_pace(five: list[int], at_once: AtOnce) -> None:
    publish(save_draft(SMALL_MODEL, by=None, at=NOW), by=None, at=NOW, pace=PACED)
    drain(at=NOW)
    note_swept(at=NOW)

    results = at_once(*[lambda: let_go(at=NOW + DAY)] * 4)

    assert not raised(results)
    assert opened() == 3
