"""The demo, told at a tenth of its size: enough for every kind of thing to be in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.http import QueryDict
from django_q.models import OrmQ
from pytest_django import DjangoDbBlocker

from crm.demo_logins import DEMO_LOGINS, DEMO_PASSWORD
from crm.models import Activity, ActivityKind, Company, Contact, ContactVersion, Stage, StageChange, User
from leads.demo.story import tell
from leads.models import (
    Absence,
    AssignmentRule,
    CallOutcome,
    ComeBack,
    Delivery,
    DigestItem,
    Enrolment,
    Mql,
    Notification,
    NotificationPreference,
    ProspectMail,
    Rep,
    SavedView,
    SlaTarget,
    Task,
    Verdict,
    WorkingHours,
)
from leads.views.listing import Listing
from scoring.explain import explain
from scoring.models import Pending, Score, ScoreChange, ScoringVersion, Segment
from scoring.segments import members

NOW = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)
"""A Wednesday afternoon."""

FACTOR = 0.1


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Any]]:
    """The demo's year, told once for all tests of this file and rolled back after them; what `_digest` says of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        tell(NOW, factor=FACTOR)
        yield _digest()
        transaction.set_rollback(True)


@pytest.fixture
def told(year: list[Any], db: None) -> list[Any]:
    return year


def _digest() -> list[Any]:
    """What a stranger could compare of two demos: everything but ids and hashes of passwords."""
    return [
        list(rows.order_by(*columns).values_list(*columns))
        for rows, columns in (
            (Company.objects, ("domain", "name", "employees", "created_at", "owner__username")),
            (
                Contact.objects,
                ("email", "job_title", "stage", "created_at", "sales_consent", "company__domain"),
            ),
            (
                Activity.objects,
                ("contact__email", "occurred_at", "kind", "subject", "automated", "recorded_at"),
            ),
            (
                Mql.objects,
                ("contact__email", "opened_at", "total", "owner__username", "verdict", "reason", "closed_at"),
            ),
            (
                StageChange.objects,
                ("contact__email", "at", "from_stage", "to_stage", "by__username", "reason"),
            ),
            (ScoreChange.objects, ("contact__email", "at", "fit_to", "engagement_to", "version__number")),
            (Task.objects, ("contact__email", "due_at", "title", "assignee__username", "done_at", "outcome")),
            (Notification.objects, ("user__username", "created_at", "text", "read_at")),
            (ProspectMail.objects, ("contact__email", "created_at", "subject", "sent_at")),
            (
                Delivery.objects.exclude(recipient__startswith="contact "),
                ("recipient", "created_at", "sent_at"),
            ),
        )
    ]


@pytest.mark.django_db
def test_the_same_moment_tells_the_same_story() -> None:
    digests = []
    for _ in range(2):
        with transaction.atomic():
            tell(NOW, factor=0.01)
            digests.append(_digest())
            transaction.set_rollback(True)

    assert digests[0] == digests[1]
    assert all(digests[0])


def test_every_open_mql_is_explained_and_adds_up(told: list[Any]) -> None:
    mqls = list(Mql.objects.open())

    assert len(mqls) >= 8
    for mql in mqls:
        lines = [*mql.explanation["reasons"], *mql.explanation["caps"]]
        assert round(sum(Decimal(str(line["points"])) for line in lines), 2) == mql.total
        assert mql.explanation["total"] == float(mql.total)
        assert mql.explanation["qualifies"]


def test_what_stands_now_is_what_an_evaluation_says(told: list[Any]) -> None:
    scores = {score.pk: score for score in Score.objects.all()}

    explained = explain(list(scores), at=NOW)

    assert {pk: (each.fit, each.engagement, each.grade) for pk, each in explained.items()} == {
        pk: (score.fit, score.engagement, score.grade) for pk, score in scores.items()
    }
    assert len(scores) == Contact.objects.count()


def test_views_of_the_inbox_are_kept_and_shared_and_list_somebody(told: list[Any]) -> None:
    sdr = User.objects.get(username="sdr")

    views = SavedView.objects.visible_to(sdr)

    assert {view.team is not None for view in views} == {True, False}
    listed = [Listing(QueryDict(view.query), sdr, at=NOW).mqls.exists() for view in views]
    assert any(listed)


def test_what_a_rep_filters_by_and_reads_is_known_of_their_mqls(told: list[Any]) -> None:
    mine = Mql.objects.open().filter(owner__username="sdr")

    assert mine.filter(contact__activities__kind=ActivityKind.NOTE).exists()
    assert Mql.objects.filter(contact__properties__has_key="product_interest").exists()


def test_mqls_have_come_to_every_end(told: list[Any]) -> None:
    verdicts = set(Mql.objects.values_list("verdict", flat=True))
    stages = set(Contact.objects.values_list("stage", flat=True))

    assert verdicts == {"", *Verdict.values}
    assert {Stage.MQL, Stage.SAL, Stage.NURTURE, Stage.DISQUALIFIED} <= stages
    assert stages & {Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER}
    assert StageChange.objects.filter(from_stage=Stage.NURTURE, to_stage=Stage.MQL).exists()


def test_the_inbox_shows_each_state_of_the_sla(told: list[Any]) -> None:
    waiting = Mql.objects.open().filter(first_touched_at=None)

    assert waiting.filter(owner=None).exists()
    assert waiting.filter(owner__isnull=False, due_at__gt=NOW).exists()
    assert waiting.filter(due_at__lt=NOW).exists()
    assert Mql.objects.open().filter(accepted_at__isnull=False).exists()


def test_attributes_scores_and_rules_have_a_history(told: list[Any]) -> None:
    assert ContactVersion.objects.filter(valid_to__isnull=False).exists()
    assert set(ScoringVersion.objects.values_list("number", "status")) == {
        (1, "retired"),
        (2, "published"),
        (3, "draft"),
    }
    assert ScoreChange.objects.filter(version__number=1).exists()
    assert Activity.objects.filter(automated=True).exists()


def test_nothing_happens_after_the_moment_of_the_run(told: list[Any]) -> None:
    assert not Activity.objects.filter(occurred_at__gt=NOW).exists()
    assert not StageChange.objects.filter(at__gt=NOW).exists()
    assert not ScoreChange.objects.filter(at__gt=NOW).exists()
    assert not Task.objects.filter(done_at__gt=NOW).exists()
    assert not Contact.objects.filter(created_at__gt=NOW).exists()


def test_nothing_is_mailed_or_left_to_be_done(told: list[Any]) -> None:
    assert mail.outbox == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}
    assert not OrmQ.objects.exists()
    assert not Pending.objects.exists()


def test_every_address_is_one_that_can_belong_to_nobody(told: list[Any]) -> None:
    addresses = [
        *Contact.objects.values_list("email", flat=True),
        *User.objects.values_list("email", flat=True),
    ]

    assert [address for address in addresses if not address.endswith(".example")] == []


def test_only_the_demo_logins_can_sign_in(told: list[Any]) -> None:
    assert set(Rep.objects.values_list("team__name", flat=True)) == {"Mid-market", "Enterprise"}
    assert {user.username for user in User.objects.all() if user.check_password(DEMO_PASSWORD)} == set(
        DEMO_LOGINS
    )
    assert {user.username for user in User.objects.all() if user.has_usable_password()} == set(DEMO_LOGINS)


def test_a_second_run_says_so_and_changes_nothing(told: list[Any]) -> None:
    said = StringIO()

    call_command("demo", stdout=said)

    assert "there already" in said.getvalue()
    assert _digest() == told


def test_people_work_in_three_places_by_targets_of_their_grades(told: list[Any]) -> None:
    waiting = Mql.objects.open().filter(first_touched_at=None)

    assert WorkingHours.objects.exclude(holidays_country="").count() == 3
    assert set(SlaTarget.objects.values_list("grade", "minutes")) == {("A1", 15), ("A", 60), ("", 240)}
    assert set(waiting.values_list("sla_minutes", flat=True)) <= {15, 60, 240}


def test_mqls_were_routed_by_rules_of_every_kind(told: list[Any]) -> None:
    because = set(Mql.objects.values_list("routed_because", flat=True))

    assert set(AssignmentRule.objects.values_list("target", flat=True)) == set(AssignmentRule.Target.values)
    assert "Rule “Accounts that are looked after”" in because
    assert any(each.startswith("Rule “Enterprise”: next of") for each in because)
    assert any(each.startswith("Rule “Everybody else”: next of") for each in because)


def test_one_rep_is_away_and_another_will_be(told: list[Any]) -> None:
    today = NOW.date()

    assert Absence.objects.filter(first_day__lt=today, last_day__gt=today).count() == 1
    assert Absence.objects.filter(first_day__gt=today).count() == 1


def test_each_segment_has_members(told: list[Any]) -> None:
    assert [members(segment, at=NOW).exists() for segment in Segment.objects.all()] == [True] * 4


def test_what_was_to_be_in_digests_of_the_past_was_in_them(told: list[Any]) -> None:
    assert NotificationPreference.objects.filter(mail="digest").exists()
    assert not DigestItem.objects.filter(created_at__lt=NOW - timedelta(days=1), sent_at=None).exists()


def test_calls_and_mails_on_timelines_say_what_came_of_them(told: list[Any]) -> None:
    calls = Activity.objects.filter(kind=ActivityKind.CALL)
    mails = Activity.objects.filter(kind=ActivityKind.EMAIL_SENT, source="handoff")

    assert set(calls.values_list("properties__outcome", flat=True)) <= set(CallOutcome.values)
    assert calls.filter(properties__has_key="text").exists()
    assert mails.exists()
    assert not mails.filter(properties__text__contains="{").exists()
    assert ProspectMail.objects.filter(state=ProspectMail.State.SENT).count() == mails.count()


def test_plans_are_under_way_and_have_ended_in_every_way(told: list[Any]) -> None:
    ended = set(Enrolment.objects.exclude(ended_at=None).values_list("ended_because", flat=True))

    assert Enrolment.objects.open().exists()
    assert {"They answered", "Reached by phone"} <= ended
    long_ago = NOW - timedelta(days=2)
    assert not Task.objects.open().filter(title__startswith="Answer the mail", due_at__lt=long_ago).exists()


def test_the_recycled_come_back_and_others_are_waited_for(told: list[Any]) -> None:
    assert Task.objects.filter(kind=Task.Kind.COME_BACK).exclude(outcome="").exists()
    assert ComeBack.objects.filter(done_at=None, on_day__gt=NOW.date()).exists()
    assert ComeBack.objects.filter(done_because="They were active again").exists()


def test_the_reps_day_is_under_way(told: list[Any]) -> None:
    sdr = User.objects.get(username="sdr")
    mine = Task.objects.open().filter(assignee=sdr)

    assert mine.filter(kind=Task.Kind.CALLBACK, due_at__gt=NOW).exists()
