"""Taking back an MQL's verdict while others do so, or decide anew, at the same moment."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from crm.models import Contact, Stage, StageChange
from leads.come_back import ComingBack
from leads.models import ComeBack, Mql, MqlAction, VerdictReason
from leads.undo import undo
from leads.verdict import accept, give_verdict
from tests.factories import NOW, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.conftest import AtOnce, raised

DONE = NOW + timedelta(minutes=20)
SOON = DONE + timedelta(seconds=40)
RECYCLED = "No project yet"


def latest() -> MqlAction:
    return MqlAction.objects.order_by("-pk")[0]


def test_of_undoing_at_once_one_counts(transactional_db: None, at_once: AtOnce) -> None:
    publish_small_model()
    rep = make_rep("ada", team=make_team()).user
    VerdictReason.objects.get_or_create(verdict="recycled", text=RECYCLED)
    mql = make_mql()
    give_verdict(
        mql, "recycled", by=rep, at=DONE, reason=RECYCLED, coming_back=ComingBack(date(2026, 4, 1), True)
    )

    results = at_once(*[partial(undo, latest(), by=rep, at=SOON)] * 5)

    assert raised(results) == []
    assert StageChange.objects.filter(reason="Undone").count() == 1
    assert Mql.objects.open().get() == mql
    assert not ComeBack.objects.exists()


def test_undoing_and_another_verdict_at_once_leave_a_sound_mql(
    transactional_db: None, at_once: AtOnce
) -> None:
    publish_small_model()
    lead = make_user("lead")
    rep = make_rep("ada", team=make_team(lead=lead)).user
    mql = make_mql()
    accept(mql, by=rep, at=DONE)

    results = at_once(
        partial(undo, latest(), by=rep, at=SOON),
        partial(give_verdict, mql, "qualified", by=lead, at=SOON),
    )

    mql.refresh_from_db()
    assert raised(results) in ([], ["Conflict"])
    assert mql.verdict == "qualified"
    assert mql.accepted_by == (rep if raised(results) else lead)
    assert Contact.objects.get(pk=mql.contact_id).stage == Stage.SQL
