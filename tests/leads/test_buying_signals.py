"""The newest buying signal of an MQL, by which the inbox orders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.buying_signals import note_signals
from leads.models import Mql
from scoring.models import ScoreChange, ScoringVersion
from tests.factories import NOW, make_mql, make_rep

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def mql(small_model: ScoringVersion) -> Mql:
    make_rep()
    return make_mql()


def engagement_moves(mql: Mql, *, by: int) -> None:
    ScoreChange.objects.create(
        contact=mql.contact,
        version=mql.version,
        at=LATER,
        fit_from=30,
        fit_to=30,
        engagement_from=50,
        engagement_to=50 + by,
        grade_to="C2",
        because=[],
    )
    note_signals([mql.contact_id], at=LATER)
    mql.refresh_from_db()


def test_an_mql_opens_with_the_rise_that_opened_it(mql: Mql) -> None:
    mql.refresh_from_db()

    assert mql.signal_at == NOW


def test_engagement_that_rises_is_a_signal(mql: Mql) -> None:
    engagement_moves(mql, by=5)

    assert mql.signal_at == LATER


def test_engagement_that_fades_is_none(mql: Mql) -> None:
    engagement_moves(mql, by=-5)

    assert mql.signal_at == NOW


def test_what_is_closed_hears_no_more_signals(mql: Mql) -> None:
    Mql.objects.filter(pk=mql.pk).update(closed_at=NOW, verdict="qualified")

    engagement_moves(mql, by=5)

    assert mql.signal_at == NOW
