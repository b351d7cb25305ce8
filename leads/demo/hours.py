"""When the made-up seller's people work, in three places, and how soon they promise to call."""

from __future__ import annotations

from datetime import date, datetime, time

from leads import clocks
from leads.demo.staff import ENTERPRISE, MID_MARKET
from leads.models import ClosedDay, Mql, Rep, SlaTarget, Team, WorkingHours

IN_NEW_YORK = "grace.adeleke"


def open_offices(now: datetime) -> None:
    """Give teams and reps their hours, grades their targets, and open MQLs the clocks that follow from them."""
    london = WorkingHours.objects.create(
        name="London",
        time_zone="Europe/London",
        starts=time(9),
        ends=time(17, 30),
        holidays_country="GB",
        holidays_subdivision="ENG",
    )
    berlin = WorkingHours.objects.create(
        name="Berlin",
        time_zone="Europe/Berlin",
        starts=time(8, 30),
        ends=time(17),
        holidays_country="DE",
        holidays_subdivision="BE",
    )
    new_york = WorkingHours.objects.create(
        name="New York", time_zone="America/New_York", holidays_country="US"
    )
    for month, day, name in ((12, 24, "Christmas Eve"), (12, 31, "New Year's Eve")):
        ClosedDay.objects.create(hours=berlin, day=date(now.year, month, day), name=name)
    Team.objects.filter(name=MID_MARKET).update(hours=london)
    Team.objects.filter(name=ENTERPRISE).update(hours=berlin)
    Rep.objects.filter(user__username=IN_NEW_YORK).update(hours=new_york)
    SlaTarget.objects.create(grade="A1", minutes=15, reassign_at_percent=200)
    SlaTarget.objects.create(grade="A", minutes=60, reassign_at_percent=300)
    SlaTarget.objects.create(minutes=240)
    clocks.set_clocks(list(Mql.objects.open().order_by("pk")), at=now)
