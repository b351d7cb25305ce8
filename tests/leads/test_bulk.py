"""The same done to many MQLs: what will happen to each is shown first, and what happened to each after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from crm.models import Stage, User
from leads import plans
from leads.bulk import MOST
from leads.models import ComeBack, Mql, MqlAction, Notification, Task, Verdict, VerdictReason
from leads.undo import undo
from leads.verdict import accept, give_verdict
from scoring.drain import drain
from tests.factories import (
    NOW,
    make_mql,
    make_qualifying,
    make_qualifying_people,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.page_client import signed_in, text_of
from tests.leads.plan_factory import REASON, make_plan
from tests.leads.worlds import kept_for_a_while

pytestmark = pytest.mark.django_db

NAMES = ("Vera", "Ines", "Olga")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A team's lead, two reps, to one of whom nothing is routed, and three MQLs of the other's."""
    with kept_for_a_while(django_db_blocker):
        publish_small_model()
        team = make_team("Team", lead=make_user("lead", first_name="Lee"))
        make_rep("ada", first_name="Ada", team=team)
        make_rep("bea", first_name="Bea", team=team, available=False)
        for name in NAMES:
            make_qualifying(first_name=name, last_name="Klein")
        drain(at=NOW)
        yield


@pytest.fixture
def lead(world: None, db: None) -> User:
    return User.objects.get(username="lead")


@pytest.fixture
def ada(world: None, db: None) -> User:
    return User.objects.get(username="ada")


@pytest.fixture
def bea(world: None, db: None) -> User:
    """A teammate of Ada's."""
    return User.objects.get(username="bea")


@pytest.fixture
def mqls(ada: User) -> list[Mql]:
    """Three of Ada's."""
    found = {mql.contact.first_name: mql for mql in ada.mqls.select_related("contact", "owner")}
    return [found[name] for name in NAMES]


@pytest.fixture
def strangers(mqls: list[Mql]) -> Mql:
    """One of another team's."""
    make_rep("zoe", team=make_team("Far away"))
    mql = make_mql(first_name="Xena", last_name="Far")
    Mql.objects.filter(pk=mql.pk).update(owner=User.objects.get(username="zoe"))
    return mql


def preview(client: Client, action: str, mqls: Sequence[Mql]) -> HttpResponse:
    return client.get("/inbox/bulk/", {"action": action, "mql": [mql.pk for mql in mqls]})


def send(client: Client, shown: HttpResponse, action: str, mqls: Sequence[Mql], **said: Any) -> HttpResponse:
    """Send the form that was `shown`, with what it carries along."""
    seen = re.findall(r'name="seen"\s+value="([^"]+)"', shown.content.decode())
    return client.post(
        "/inbox/bulk/", {"action": action, "mql": [mql.pk for mql in mqls], "seen": seen, **said}
    )


def verdicts() -> list[str]:
    return list(Mql.objects.order_by("pk").values_list("verdict", flat=True))


def test_the_preview_says_what_will_happen_to_each_and_changes_nothing(
    ada: User, bea: User, mqls: list[Mql]
) -> None:
    on_plan, closed, hers = mqls
    make_plan()
    plans.start([on_plan], at=NOW)
    give_verdict(closed, Verdict.QUALIFIED, by=ada, at=NOW)
    Mql.objects.filter(pk=hers.pk).update(owner=bea)

    page = text_of(preview(signed_in(ada), "recycle", [on_plan, closed, hers]))

    assert "1 of 3 can be done. Nothing was changed yet." in page
    assert "MQL to Nurture, 1 open task closed, its follow-up plan ends" in page
    assert "Closed already: Qualified (SQL)" in page
    assert "Bea owns it" in page
    assert verdicts() == ["", Verdict.QUALIFIED, ""]


@pytest.mark.parametrize(
    ("action", "verdict", "stage"),
    [
        ("recycle", Verdict.RECYCLED, Stage.NURTURE),
        ("disqualify", Verdict.DISQUALIFIED, Stage.DISQUALIFIED),
    ],
)
def test_many_are_turned_down_with_one_reason(
    ada: User, mqls: list[Mql], action: str, verdict: Verdict, stage: Stage
) -> None:
    page, reason = signed_in(ada), VerdictReason.objects.filter(verdict=verdict)[0].text

    done = send(page, preview(page, action, mqls), action, mqls, reason=reason, note="After the fair")

    assert "3 of 3 done" in text_of(done)
    assert verdicts() == [verdict] * 3
    assert set(Mql.objects.values_list("reason", "note", "contact__stage")) == {
        (reason, "After the fair", stage)
    }
    assert not Task.objects.open().exists()


def test_many_who_are_recycled_come_back_on_the_same_day(ada: User, mqls: list[Mql]) -> None:
    page, day = signed_in(ada), timezone.localdate() + timedelta(days=30)

    send(page, preview(page, "recycle", mqls), "recycle", mqls, reason=REASON, on_day=day.isoformat())

    waiting = list(ComeBack.objects.values_list("mql__contact__first_name", "user", "on_day"))
    assert sorted(waiting) == [(name, ada.pk, day) for name in sorted(NAMES)]


def test_many_are_given_to_a_teammate_who_is_told_of_each(
    lead: User, ada: User, bea: User, mqls: list[Mql]
) -> None:
    page = signed_in(lead)
    shown = preview(page, "assign", mqls)

    done = send(page, shown, "assign", mqls, owner=bea.pk)

    assert text_of(shown).count("Goes from Ada, with 1 open task") == 3
    assert "3 of 3 done" in text_of(done)
    assert set(Mql.objects.values_list("owner", flat=True)) == {bea.pk}
    assert set(Task.objects.open().values_list("assignee", flat=True)) == {bea.pk}
    assert Notification.objects.filter(user=bea, kind=Notification.Kind.MQL_ASSIGNED).count() == 3


def test_one_that_is_refused_leaves_the_others_as_they_are_asked_for(ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)
    shown = preview(page, "recycle", mqls)
    give_verdict(mqls[1], Verdict.QUALIFIED, by=ada, at=NOW)

    done = text_of(send(page, shown, "recycle", mqls, reason=REASON))

    assert "2 of 3 done" in done
    assert "Refused This MQL was closed by Ada on 2 Mar 2026 at 09:00: Qualified (SQL)" in done
    assert verdicts() == [Verdict.RECYCLED, Verdict.QUALIFIED, Verdict.RECYCLED]


def test_what_changed_since_the_preview_is_not_written_over(lead: User, ada: User, mqls: list[Mql]) -> None:
    page = signed_in(lead)
    shown = preview(page, "disqualify", mqls)
    accept(mqls[0], by=ada, at=NOW)
    reason = VerdictReason.objects.filter(verdict=Verdict.DISQUALIFIED)[0].text

    done = text_of(send(page, shown, "disqualify", mqls, reason=reason))

    assert "2 of 3 done" in done
    assert "Refused Ada accepted it on 2 Mar 2026 at 09:00" in done
    assert verdicts() == ["", Verdict.DISQUALIFIED, Verdict.DISQUALIFIED]


def test_sent_twice_it_is_done_once(lead: User, bea: User, mqls: list[Mql]) -> None:
    page = signed_in(lead)
    shown = preview(page, "assign", mqls)
    send(page, shown, "assign", mqls, owner=bea.pk)

    again = text_of(send(page, shown, "assign", mqls, owner=bea.pk))

    assert "0 of 3 done" in again
    assert again.count("There was nothing to change") == 3
    assert MqlAction.objects.count() == 3


def test_each_can_be_taken_back_by_itself(ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)
    done = send(page, preview(page, "recycle", mqls), "recycle", mqls, reason=REASON)
    action = MqlAction.objects.get(mql=mqls[2])

    page.post(f"/inbox/undo/{action.pk}/")

    assert done.content.decode().count("/inbox/undo/") == 3
    assert verdicts() == [Verdict.RECYCLED, Verdict.RECYCLED, ""]


@pytest.mark.parametrize("said", [{}, {"reason": "Because"}, {"reason": REASON, "on_day": "2020-01-01"}])
def test_a_form_with_faults_comes_back_with_the_preview(
    ada: User, mqls: list[Mql], said: dict[str, str]
) -> None:
    page = signed_in(ada)

    response = send(page, preview(page, "recycle", mqls), "recycle", mqls, **said)

    assert response.status_code == 422
    assert "Nothing was changed yet." in text_of(response)
    assert verdicts() == ["", "", ""]


def test_nobody_is_given_what_they_may_not_have(lead: User, mqls: list[Mql], strangers: Mql) -> None:
    page, zoe = signed_in(lead), User.objects.get(username="zoe")
    shown = preview(page, "assign", mqls)

    response = send(page, shown, "assign", mqls, owner=zoe.pk)

    assert "zoe" not in text_of(shown)
    assert response.status_code == 422
    assert not Mql.objects.filter(owner=zoe, pk__in=[mql.pk for mql in mqls]).exists()


def test_another_teams_are_not_there(ada: User, mqls: list[Mql], strangers: Mql) -> None:
    page = signed_in(ada)

    shown = preview(page, "recycle", [*mqls, strangers])
    send(page, shown, "recycle", [*mqls, strangers], reason=REASON)

    assert "1 more is not there any more, or belongs to another team." in text_of(shown)
    assert "Xena" not in text_of(shown)
    assert verdicts() == [Verdict.RECYCLED] * 3 + [""]
    assert preview(page, "recycle", [strangers]).status_code == 404


@pytest.mark.parametrize("action", ["", "qualify", "delete"])
def test_what_cannot_be_done_to_many_is_not_found(ada: User, mqls: list[Mql], action: str) -> None:
    assert preview(signed_in(ada), action, mqls).status_code == 404


def test_more_than_a_page_can_show_are_refused(ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)

    response = page.get("/inbox/bulk/", {"action": "recycle", "mql": list(range(1, MOST + 2))}, follow=True)

    assert f"{MOST + 1} are too many. Choose at most {MOST} at a time." in text_of(response)


def test_the_preview_takes_the_same_queries_for_three_as_for_twelve(ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)
    make_qualifying_people(9)
    drain(at=NOW)
    more = list(Mql.objects.all())
    with CaptureQueriesContext(
        connection,
    ) as few:
        preview(page, "recycle", mqls)

    with CaptureQueriesContext(connection) as many:
        response = preview(page, "recycle", more)

    assert "Recycle 12 MQLs" in text_of(response)
    assert len(many) == len(few)


def test_a_hand_over_of_many_that_is_taken_back_tells_nobody(
    lead: User, bea: User, mqls: list[Mql], mailoutbox: list[Any]
) -> None:
    page = signed_in(lead)
    send(page, preview(page, "assign", mqls), "assign", mqls, owner=bea.pk)
    at = timezone.now()

    for action in MqlAction.objects.order_by("pk"):
        undo(action, by=lead, at=at)

    assert not Notification.objects.filter(user=bea).exists()
    assert set(Mql.objects.values_list("owner__username", flat=True)) == {"ada"}
    assert mailoutbox == []


def test_all_can_be_taken_back_together(ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)
    done = send(page, preview(page, "recycle", mqls), "recycle", mqls, reason=REASON, back="queue=team")
    actions = re.findall(r'name="action"\s+value="(\d+)"', done.content.decode())

    response = page.post("/inbox/bulk/undo/", {"action": actions, "back": "queue=team"}, follow=True)

    assert response.redirect_chain == [("/inbox/?queue=team", 302)]
    assert "Taken back: 3 of 3 are as before." in text_of(response)
    assert verdicts() == ["", "", ""]
    assert set(Mql.objects.values_list("contact__stage", flat=True)) == {Stage.MQL}
    assert Task.objects.open().count() == 3


def test_what_was_built_on_since_stays_and_the_rest_is_taken_back(
    lead: User, ada: User, bea: User, mqls: list[Mql]
) -> None:
    page = signed_in(lead)
    send(page, preview(page, "assign", mqls), "assign", mqls, owner=bea.pk)
    actions = list(MqlAction.objects.values_list("pk", flat=True))
    accept(mqls[0], by=bea, at=timezone.now())

    said = text_of(page.post("/inbox/bulk/undo/", {"action": actions}, follow=True))

    assert "Taken back: 2 of 3 are as before." in said
    assert "Not taken back: 1 of 3. Bea accepted it since. Only the latest can be taken back." in said
    owners = Mql.objects.order_by("pk").values_list("owner__username", flat=True)
    assert list(owners) == ["bea", "ada", "ada"]


def test_nobody_takes_back_what_others_did_to_many(lead: User, ada: User, mqls: list[Mql]) -> None:
    page = signed_in(ada)
    send(page, preview(page, "recycle", mqls), "recycle", mqls, reason=REASON)
    actions = list(MqlAction.objects.values_list("pk", flat=True))

    response = signed_in(lead).post("/inbox/bulk/undo/", {"action": actions})

    assert response.status_code == 404
    assert verdicts() == [Verdict.RECYCLED] * 3
