"""Accepting, handing on and closing the same MQL at the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from crm.models import Contact, Stage, StageChange, User
from leads.models import Mql, VerdictReason
from leads.verdict import accept, assign, give_verdict
from tests.factories import NOW, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.conftest import AtOnce, raised

LATER = NOW + timedelta(minutes=20)
RECYCLED = "No project yet"


def stage_of(mql: Mql) -> str:
    return Contact.objects.get(pk=mql.contact_id).stage


@pytest.fixture
def real_mql(transactional_db: None) -> Mql:
    publish_small_model()
    make_rep("ada", team=make_team(lead=make_user("lead")))
    VerdictReason.objects.get_or_create(verdict="recycled", text=RECYCLED)
    return make_mql()


def test_of_verdicts_at_once_one_stands(real_mql: Mql, at_once: AtOnce) -> None:
    rep, lead = real_mql.owner, User.objects.get(username="lead")

    results = at_once(
        *[partial(give_verdict, real_mql, "qualified", by=rep, at=LATER)] * 3,
        *[partial(give_verdict, real_mql, "recycled", by=lead, at=LATER, reason=RECYCLED)] * 3,
    )

    assert raised(results) == ["AlreadyClosed"] * 5
    real_mql.refresh_from_db()
    assert stage_of(real_mql) == {"qualified": Stage.SQL, "recycled": Stage.NURTURE}[real_mql.verdict]
    assert real_mql.closed_by == {"qualified": rep, "recycled": lead}[real_mql.verdict]
    assert StageChange.objects.filter(at=LATER).count() == 1


def test_of_reps_who_take_the_same_mql_at_once_one_has_it(transactional_db: None, at_once: AtOnce) -> None:
    publish_small_model()
    mql = make_mql()
    users = [make_rep().user for _ in range(4)]

    results = at_once(*(partial(accept, mql, by=user, at=LATER) for user in users))

    assert raised(results) == ["Forbidden"] * 3
    mql.refresh_from_db()
    assert mql.owner == mql.accepted_by
    assert mql.owner in users
    assert StageChange.objects.filter(to_stage=Stage.SAL).count() == 1


def test_of_reps_who_claim_the_same_mql_at_once_one_has_it(transactional_db: None, at_once: AtOnce) -> None:
    publish_small_model()
    mql = make_mql()
    users = [make_rep().user for _ in range(6)]

    results = at_once(*(partial(assign, mql, user, by=user, at=LATER) for user in users))

    assert raised(results) == ["Forbidden"] * 5
    mql.refresh_from_db()
    assert mql.owner in users
    assert mql.tasks.get().assignee == mql.owner


def test_accepting_and_closing_at_once_leaves_a_sound_mql(real_mql: Mql, at_once: AtOnce) -> None:
    rep = real_mql.owner

    results = at_once(
        *[partial(accept, real_mql, by=rep, at=LATER)] * 3,
        partial(give_verdict, real_mql, "qualified", by=rep, at=LATER),
    )

    assert set(raised(results)) <= {"AlreadyClosed"}
    real_mql.refresh_from_db()
    assert real_mql.verdict == "qualified"
    assert stage_of(real_mql) == Stage.SQL
    assert not real_mql.tasks.open().exists()
