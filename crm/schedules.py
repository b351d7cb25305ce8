"""Jobs that run by the clock: one row of django-q2 for each, kept by name.

Each room lists its own and has them kept after every migration, so that a new installation and an upgraded one run the
same jobs. django-q2 puts no constraint on names; a lock on its table stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_q.models import Schedule


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job by its dotted path, every so many `minutes`, or else nightly at `clock` in the project's time zone."""

    name: str
    func: str
    minutes: int | None = None
    clock: time = time(2)

    @property
    def columns(self) -> dict[str, Any]:
        kind = Schedule.MINUTES if self.minutes else Schedule.DAILY
        return {"func": self.func, "schedule_type": kind, "minutes": self.minutes}

    def first_run(self, now: datetime) -> datetime:
        if self.minutes:
            return now
        tonight = datetime.combine(timezone.localdate(now), self.clock, timezone.get_current_timezone())
        return tonight if tonight > now else tonight + timedelta(days=1)


@transaction.atomic
def keep(jobs: Sequence[Scheduled], *, at: datetime) -> None:
    """Make `jobs` the schedules of their names, one each. When they run next is left to those that are there."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Schedule._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    for job in jobs:
        there = list(Schedule.objects.filter(name=job.name).order_by("pk").values_list("pk", flat=True))
        if not there:
            Schedule.objects.create(name=job.name, next_run=job.first_run(at), **job.columns)
            continue
        Schedule.objects.filter(pk=there[0]).update(**job.columns)
        Schedule.objects.filter(pk__in=there[1:]).delete()
