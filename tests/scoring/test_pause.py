"""A pause stops MQLs and nothing else."""

from datetime import timedelta

import pytest

from crm.errors import Conflict
from leads.models import Mql
from scoring.drain import drain
from scoring.explain import explain
from scoring.models import Pause, Score
from scoring.pause import pause, resume
from tests.factories import NOW, make_qualifying, make_user, publish_small_model

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

    during = explain([contact.pk], at=NOW + timedelta(minutes=30))[contact.pk].blocked_by
    after = explain([contact.pk], at=LATER)[contact.pk].blocked_by

    assert (during, after) == (["paused"], [])
