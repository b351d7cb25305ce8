"""Accepting, handing on and closing MQLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pytest_django import DjangoDbBlocker

from crm import record
from crm.errors import Conflict, Forbidden, Invalid
from crm.models import Contact, Stage, StageChange, User
from leads.models import Delivery, Mql, Notification, Rep, Task, VerdictReason
from leads.tasks import add_task
from leads.verdict import AlreadyClosed, Bant, accept, assign, give_verdict
from tests.factories import NOW, make_mql, make_rep, make_team, make_user, publish_small_model
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=20)
RECYCLED = "No project yet"
DISQUALIFIED = "Competitor"
TURNED_DOWN = [("recycled", RECYCLED), ("disqualified", DISQUALIFIED)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Vera's MQL, which was routed to Ada."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        make_rep("ada", first_name="Ada")
        make_mql("vera@people.example")
        yield


@pytest.fixture
def rep(world: None, db: None) -> User:
    return User.objects.get(username="ada")


@pytest.fixture
def mql(rep: User) -> Mql:
    return Mql.objects.select_related("contact", "owner").get()


@pytest.fixture
def nobodys(rep: User) -> Mql:
    """Opened while there was no rep."""
    Mql.objects.all().delete(), Rep.objects.all().delete()
    Notification.objects.all().delete(), Delivery.objects.all().delete()
    mql = make_mql()
    assert mql.owner is None
    return mql


def stage_of(mql: Mql) -> str:
    return Contact.objects.get(pk=mql.contact_id).stage


# Accepting


def test_accepting_moves_the_contact_to_sales_and_stops_the_clock(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=LATER)

    mql.refresh_from_db()
    assert (mql.accepted_at, mql.accepted_by, mql.first_touched_at) == (LATER, rep, LATER)
    assert mql.closed_at is None
    assert stage_of(mql) == Stage.SAL
    assert StageChange.objects.get(contact=mql.contact, to_stage=Stage.SAL).by == rep


def test_accepting_completes_the_first_touch_and_nothing_else(mql: Mql, rep: User) -> None:
    other = add_task(mql.contact, "Send the price list", due_at=LATER, by=rep, at=NOW, mql=mql)

    accept(mql, by=rep, at=LATER)

    first_touch = mql.tasks.get(kind=Task.Kind.FIRST_TOUCH)
    assert (first_touch.done_at, first_touch.done_by, first_touch.outcome) == (LATER, rep, "Accepted")
    assert list(mql.tasks.open()) == [other]


def test_accepting_twice_changes_nothing(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=LATER)
    before = Mql.objects.values().get()

    accept(mql, by=rep, at=LATER + timedelta(hours=1))

    assert Mql.objects.values().get() == before
    assert StageChange.objects.filter(to_stage=Stage.SAL).count() == 1


def test_what_somebody_else_accepted_cannot_be_accepted_again(mql: Mql, rep: User) -> None:
    lead = make_user("lead")
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])
    accept(mql, by=rep, at=LATER)

    with pytest.raises(Conflict, match="Ada accepted it already"):
        accept(mql, by=lead, at=LATER)


def test_whoever_accepts_an_unassigned_mql_owns_it_with_its_tasks(nobodys: Mql) -> None:
    mql, rep = nobodys, make_rep().user
    follow_up = add_task(mql.contact, "Call back", due_at=LATER, by=rep, at=NOW, mql=mql)
    Task.objects.filter(pk=follow_up.pk).update(assignee=None)

    accept(mql, by=rep, at=LATER)

    mql.refresh_from_db()
    assert (mql.owner, mql.routed_because) == (rep, "Took it")
    assert set(mql.tasks.values_list("assignee", flat=True)) == {rep.pk}
    assert not Notification.objects.filter(user=rep).exists()


def test_a_closed_mql_cannot_be_accepted(mql: Mql, rep: User) -> None:
    give_verdict(mql, "qualified", by=rep, at=NOW)

    with pytest.raises(AlreadyClosed):
        accept(mql, by=rep, at=LATER)


# Verdicts


def test_qualified_makes_an_sql_with_what_is_known(mql: Mql, rep: User) -> None:
    bant = Bant(budget="40k, hers", authority="Decides", need=" Replace a spreadsheet ", timeline="Q3")

    give_verdict(mql, "qualified", by=rep, at=LATER, note="Wants a demo", bant=bant)

    mql.refresh_from_db()
    assert (mql.verdict, mql.closed_at, mql.closed_by) == ("qualified", LATER, rep)
    assert (mql.budget, mql.authority, mql.need, mql.timeline) == (
        "40k, hers",
        "Decides",
        "Replace a spreadsheet",
        "Q3",
    )
    assert (mql.note, mql.reason) == ("Wants a demo", "")
    assert (mql.accepted_at, mql.first_touched_at) == (LATER, LATER)
    assert stage_of(mql) == Stage.SQL


@pytest.mark.parametrize(
    ("verdict", "reason", "stage"),
    [("recycled", RECYCLED, Stage.NURTURE), ("disqualified", DISQUALIFIED, Stage.DISQUALIFIED)],
)
def test_turned_down_goes_to_its_side_track_with_the_reason(
    mql: Mql, rep: User, verdict: str, reason: str, stage: Stage
) -> None:
    give_verdict(mql, verdict, by=rep, at=LATER, reason=reason, note="Call in autumn")

    mql.refresh_from_db()
    assert (mql.verdict, mql.reason, mql.note) == (verdict, reason, "Call in autumn")
    assert (mql.closed_at, mql.closed_by, mql.accepted_at, mql.first_touched_at) == (LATER, rep, None, LATER)
    assert stage_of(mql) == stage
    assert StageChange.objects.get(contact=mql.contact, to_stage=stage).reason == reason


@pytest.mark.parametrize("verdict", ["recycled", "disqualified"])
@pytest.mark.parametrize("reason", ["", "  ", "Because", "No budget any year"])
def test_turning_down_needs_a_reason_from_the_list(mql: Mql, rep: User, verdict: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        give_verdict(mql, verdict, by=rep, at=LATER, reason=reason)

    [fault] = caught.value.errors
    assert fault.field == "reason"
    assert VerdictReason.objects.filter(verdict=verdict).first().text in fault.mend
    assert Mql.objects.open().count() == 1


def test_a_reason_belongs_to_one_verdict(mql: Mql, rep: User) -> None:
    with pytest.raises(Invalid, match="not on the list"):
        give_verdict(mql, "recycled", by=rep, at=LATER, reason=DISQUALIFIED)


def test_a_reason_that_is_no_longer_used_is_refused(mql: Mql, rep: User) -> None:
    VerdictReason.objects.filter(text=RECYCLED).update(active=False)

    with pytest.raises(Invalid, match="not on the list"):
        give_verdict(mql, "recycled", by=rep, at=LATER, reason=RECYCLED)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": "qualified", "reason": RECYCLED}, "reason"),
        ({"verdict": "qualified", "bant": Bant(budget="x" * 201)}, "budget"),
        ({"verdict": "qualified", "bant": Bant(timeline="a\x00b")}, "timeline"),
        ({"verdict": "qualified", "note": "x" * 10_001}, "note"),
        ({"verdict": "recycled", "reason": RECYCLED, "bant": Bant(need="Yes")}, "need"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(mql: Mql, rep: User, said: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        give_verdict(mql, by=rep, at=LATER, **said)

    assert [fault.field for fault in caught.value.errors] == [field]
    assert stage_of(mql) == Stage.MQL


@pytest.mark.parametrize(("verdict", "reason"), [*TURNED_DOWN, ("qualified", "")])
def test_a_second_verdict_is_refused_and_the_first_stands(
    mql: Mql, rep: User, verdict: str, reason: str
) -> None:
    give_verdict(mql, "recycled", by=rep, at=LATER, reason=RECYCLED)
    before = Mql.objects.values().get()

    with pytest.raises(
        AlreadyClosed, match="closed by Ada on 2 Mar 2026 at 09:20: Recycled to nurture"
    ) as caught:
        give_verdict(mql, verdict, by=rep, at=LATER, reason=reason)

    assert caught.value.status == 409
    assert Mql.objects.values().get() == before
    assert stage_of(mql) == Stage.NURTURE


def test_a_verdict_closes_what_is_open_of_the_mql(mql: Mql, rep: User) -> None:
    add_task(mql.contact, "Call back", due_at=LATER, by=rep, at=NOW, mql=mql)
    unrelated = add_task(mql.contact, "Invite to the conference", due_at=LATER, by=rep, at=NOW)

    give_verdict(mql, "recycled", by=rep, at=LATER, reason=RECYCLED)

    assert list(Task.objects.open()) == [unrelated]
    assert {(task.done_at, task.done_by, task.outcome) for task in mql.tasks.all()} == {
        (LATER, rep, "MQL closed: Recycled to nurture")
    }


def test_whoever_closes_an_unassigned_mql_owns_it(nobodys: Mql) -> None:
    mql, rep = nobodys, make_rep().user

    give_verdict(mql, "recycled", by=rep, at=LATER, reason=RECYCLED)

    mql.refresh_from_db()
    assert (mql.owner, mql.closed_by) == (rep, rep)


@pytest.mark.parametrize("stage", [Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER])
def test_a_contact_who_got_further_by_another_way_stays_there(mql: Mql, rep: User, stage: Stage) -> None:
    record.move_stage([mql.contact_id], stage, by=None, at=NOW)

    accept(mql, by=rep, at=LATER)
    give_verdict(mql, "qualified", by=rep, at=LATER)

    assert stage_of(mql) == stage
    assert not Mql.objects.open().exists()


def test_a_customer_cannot_be_turned_down(mql: Mql, rep: User) -> None:
    record.move_stage([mql.contact_id], Stage.CUSTOMER, by=None, at=NOW)

    with pytest.raises(Conflict, match="cannot be moved to Nurture"):
        give_verdict(mql, "recycled", by=rep, at=LATER, reason=RECYCLED)

    assert Mql.objects.open().count() == 1
    assert mql.tasks.open().count() == 1


# Handing on


def test_a_reassigned_mql_takes_its_open_tasks_along_and_tells_the_new_owner_once(
    mql: Mql, rep: User
) -> None:
    other = make_rep("ben").user
    Notification.objects.all().delete(), Delivery.objects.all().delete()

    assign(mql, other, by=rep, at=LATER)

    mql.refresh_from_db()
    assert (mql.owner, mql.routed_because) == (other, "Assigned by Ada")
    assert mql.tasks.get().assignee == other
    [told] = Notification.objects.all()
    assert (told.user, told.kind, told.created_at) == (other, Notification.Kind.MQL_ASSIGNED, LATER)
    assert [delivery.recipient for delivery in Delivery.objects.all()] == [other.email]


def test_assigning_again_to_the_same_owner_changes_nothing(mql: Mql, rep: User) -> None:
    before = Mql.objects.values().get()

    assign(mql, rep, by=rep, at=LATER)

    assert Mql.objects.values().get() == before
    assert Notification.objects.count() == 1


def test_nobody_is_told_that_they_took_something_themselves(nobodys: Mql) -> None:
    mql, rep = nobodys, make_rep().user

    assign(mql, rep, by=rep, at=LATER)

    mql.refresh_from_db()
    assert (mql.owner, mql.tasks.get().assignee) == (rep, rep)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_other_changes_tell_nobody(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=LATER)
    give_verdict(mql, "qualified", by=rep, at=LATER)

    assert Notification.objects.count() == Delivery.objects.count() == 1


def test_done_tasks_stay_with_who_did_them(mql: Mql, rep: User) -> None:
    accept(mql, by=rep, at=LATER)

    assign(mql, make_rep("ben").user, by=rep, at=LATER)

    assert mql.tasks.get().assignee == rep


def test_an_mql_cannot_be_given_to_who_cannot_sign_in(mql: Mql, rep: User) -> None:
    with pytest.raises(Invalid, match="deactivated"):
        assign(mql, make_rep(is_active=False).user, by=rep, at=LATER)


def test_a_closed_mql_is_not_handed_on(mql: Mql, rep: User) -> None:
    give_verdict(mql, "qualified", by=rep, at=NOW)

    with pytest.raises(AlreadyClosed):
        assign(mql, make_rep("ben").user, by=rep, at=LATER)


# Who may


Act = Callable[[Mql, User], Mql]

ACTIONS = [
    pytest.param(lambda mql, user: accept(mql, by=user, at=LATER), id="accept"),
    pytest.param(lambda mql, user: give_verdict(mql, "qualified", by=user, at=LATER), id="qualify"),
    pytest.param(lambda mql, user: assign(mql, user, by=user, at=LATER), id="assign"),
]


@pytest.mark.parametrize("act", ACTIONS)
def test_another_reps_mql_is_not_changed(mql: Mql, rep: User, act: Act) -> None:
    teammate = make_rep("ben").user
    before = Mql.objects.values().get()

    with pytest.raises(Forbidden, match="Ada owns this MQL"):
        act(mql, teammate)

    assert Mql.objects.values().get() == before
    assert stage_of(mql) == Stage.MQL


@pytest.mark.parametrize("act", ACTIONS)
def test_a_team_lead_changes_what_the_team_owns(mql: Mql, rep: User, act: Act) -> None:
    lead = make_user("lead")
    rep.rep.team.lead = lead
    rep.rep.team.save(update_fields=["lead"])

    act(mql, lead)

    mql.refresh_from_db()
    assert lead in (mql.owner, mql.accepted_by, mql.closed_by)


@pytest.mark.parametrize("act", ACTIONS)
def test_the_lead_of_another_team_changes_nothing(mql: Mql, act: Act) -> None:
    lead = make_user("lead")
    make_rep(team=make_team("South", lead=lead))

    with pytest.raises(Forbidden):
        act(mql, lead)


@pytest.mark.parametrize("act", ACTIONS)
def test_who_works_in_no_team_takes_nothing(mql: Mql, act: Act) -> None:
    Mql.objects.filter(pk=mql.pk).update(owner=None)

    with pytest.raises(Forbidden, match="only reps and team leads"):
        act(mql, make_user(is_staff=True))
