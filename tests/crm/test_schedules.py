"""Jobs that run by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler

from crm.schedules import Scheduled, keep
from tests.factories import NOW

pytestmark = pytest.mark.django_db

OFTEN = Scheduled("Often", "rooms.jobs.often", minutes=5)
NIGHTLY = Scheduled("Nightly", "rooms.jobs.nightly", clock=time(3))


@pytest.fixture(autouse=True)
def _no_schedules(db: None) -> None:
    Schedule.objects.all().delete()


def test_keeping_makes_one_schedule_of_each_name() -> None:
    keep([OFTEN, NIGHTLY], at=NOW)
    keep([OFTEN, NIGHTLY], at=NOW + timedelta(days=1))

    often, nightly = Schedule.objects.order_by("-name")
    assert (often.name, often.func, often.schedule_type, often.minutes, often.next_run) == (
        "Often",
        "rooms.jobs.often",
        Schedule.MINUTES,
        5,
        NOW,
    )
    assert (nightly.name, nightly.func, nightly.schedule_type) == (
        "Nightly",
        "rooms.jobs.nightly",
        Schedule.DAILY,
    )


def test_keeping_removes_doubles_and_follows_a_changed_job() -> None:
    Schedule.objects.create(name="Often", func="rooms.jobs.old", schedule_type="D", next_run=NOW)
    Schedule.objects.create(name="Often", func="rooms.jobs.old", schedule_type="D", next_run=NOW)

    keep([OFTEN], at=NOW + timedelta(days=1))

    schedule = Schedule.objects.get()
    assert (schedule.func, schedule.minutes, schedule.next_run) == ("rooms.jobs.often", 5, NOW)


@pytest.mark.parametrize(
    ("zone", "now", "first_run"),
    [
        ("UTC", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 3, 3, 0, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 2, 2, 59, tzinfo=UTC), datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 3, 8, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 3, 2, 20, 0, tzinfo=UTC), datetime(2026, 3, 2, 21, 30, tzinfo=UTC)),
    ],
)
def test_a_nightly_job_first_runs_at_the_next_such_hour(
    zone: str, now: datetime, first_run: datetime
) -> None:
    with timezone.override(zone):
        assert NIGHTLY.first_run(now) == first_run


def test_every_room_has_its_schedules_after_a_migration() -> None:
    call_command("migrate", verbosity=0)

    funcs = list(Schedule.objects.order_by("func").values_list("func", flat=True))
    assert {"leads.jobs.deliver_due", "leads.jobs.route_unassigned", "leads.jobs.forget_sent"} < set(funcs)
    assert len(funcs) == len(set(funcs))


@pytest.mark.django_db(transaction=True)
def test_after_four_days_without_a_worker_each_schedule_is_queued_once() -> None:
    keep([OFTEN, NIGHTLY], at=timezone.now() - timedelta(days=4))

    scheduler()
    scheduler()

    assert sorted(job.func() for job in OrmQ.objects.all()) == ["rooms.jobs.nightly", "rooms.jobs.often"]
    assert all(schedule.next_run > timezone.now() for schedule in Schedule.objects.all())
