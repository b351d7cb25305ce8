"""A pause stops MQLs and nothing else."""

from datetime import timedelta

import pytest
from django.db import transaction

from crm.errors import Conflict
from leads.models import Mql
from scoring import everyone
from scoring.drain import drain, evaluate_batch
from scoring.explain import explain
from scoring.models import Pause, Score
from scoring.pause import pause, resume
from tests.factories import NOW, make_qualifying, make_user, publish_small_model
from tests.processes import Started, eventually, somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def test_while_paused_scores_move_and_no_mql_opens() -> None:
    publish_small_model()
    pause(by=make_user(), at=NOW, why="Sales kick-off")

    contact = make_qualifying()
    drain(at=NOW)

    assert Score.objects.get(contact=contact).total == 80
    assert not Mql.objects.exists()
    assert explain([contact.pk], at=NOW)[contact.pk].blocked_by == ["paused"]


def test_what_qualified_meanwhile_is_opened_on_resuming() -> None:
    publish_small_model()
    pause(by=None, at=NOW)
    contact = make_qualifying()
    drain(at=NOW)

    waiting = resume(by=make_user(), at=LATER)
    drain(at=LATER)

    assert waiting == 1
    assert [mql.contact for mql in Mql.objects.open()] == [contact]


def test_what_was_opened_before_the_pause_is_not_opened_twice() -> None:
    publish_small_model()
    make_qualifying()
    drain(at=NOW)
    pause(by=None, at=NOW)

    resume(by=None, at=LATER)
    drain(at=LATER)

    assert Mql.objects.count() == 1


def test_only_one_pause_holds_and_only_one_who_resumes_ends_it() -> None:
    pause(by=None, at=NOW)
    with pytest.raises(Conflict, match="paused already"):
        pause(by=None, at=NOW)
    resume(by=None, at=LATER)

    with pytest.raises(Conflict, match="not paused"):
        resume(by=None, at=LATER)

    assert Pause.objects.count() == 1


def test_a_past_moment_is_explained_by_the_pause_that_held_then() -> None:
    publish_small_model()
    contact = make_qualifying()
    pause(by=None, at=NOW)
    resume(by=None, at=LATER)

    during = explain([contact.pk], at=NOW + timedelta(minutes=30), past=True)[contact.pk].blocked_by
    after = explain([contact.pk], at=LATER, past=True)[contact.pk].blocked_by

    assert (during, after) == (["paused"], [])


@pytest.mark.django_db(transaction=True)
def test_whoever_crosses_in_the_moment_of_resuming_is_not_forgotten(beside: Started) -> None:
    publish_small_model()
    pause(by=None, at=NOW)
    contact = make_qualifying()

    with transaction.atomic():
        evaluate_batch(at=NOW)
        resumed = beside(lambda: resume(by=None, at=LATER))
        assert eventually(somebody_waits_for_a_lock, seconds=20)
    resumed.result(20)
    drain(at=LATER)

    assert [mql.contact for mql in Mql.objects.open()] == [contact]


def test_everyone_is_evaluated_after_a_pause_even_if_nobody_was_marked() -> None:
    publish_small_model()
    pause(by=None, at=NOW)

    resume(by=None, at=LATER)

    assert everyone.still_to_mark() == 0
