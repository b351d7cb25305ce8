"""The reps: who is there, how much room each has, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Count, Q

from leads import sla
from leads.models import Assignment, Mql, Rep
from leads.routing.rotation import Rotation
from leads.sla import WorkingTime


@dataclass(slots=True, eq=False)
class Seat:
    """A rep at the desk. `away` says why they get nothing whatever room they have. They are at work from `starts_at`
    on, which is now for who is at work now.
    """

    rep: Rep
    hours: WorkingTime
    starts_at: datetime
    away: str
    open_mqls: int
    given_today: int

    @property
    def refusal(self) -> str:
        """Why they cannot be given another one now, or nothing."""
        rep = self.rep
        if self.away:
            return self.away
        if rep.capacity is not None and self.open_mqls >= rep.capacity:
            return f"{self.open_mqls} of {rep.capacity} open"
        if rep.daily_limit is not None and self.given_today >= rep.daily_limit:
            return f"{self.given_today} of {rep.daily_limit} today"
        return ""

    @property
    def starts(self) -> str:
        """When they are at work next, on their own clock."""
        local = self.starts_at.astimezone(self.hours.zone)
        return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"

    def take(self) -> None:
        self.open_mqls += 1
        self.given_today += 1


class Desk:
    """All reps by user, and their rotations: one over everybody, one in each team."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        self.seats = {seat.rep.user_id: seat for seat in seats}
        self._everybody = Rotation((seat.rep for seat in self.seats.values()), "turn")
        self._teams: dict[int, Rotation] = {}

    def of_team(self, team_id: int) -> list[Seat]:
        return [seat for seat in self.seats.values() if seat.rep.team_id == team_id]

    def serve(self, seats: Sequence[Seat], *, team_id: int | None = None) -> Seat:
        """The one of `seats` whose turn it is, in a team's rotation or in everybody's."""
        rotation = self._everybody if team_id is None else self._team(team_id)
        return self.seats[rotation.serve([seat.rep for seat in seats]).user_id]

    def save_turns(self) -> None:
        """Write whose turn it is."""
        for rotation in (self._everybody, *self._teams.values()):
            if rotation.moved:
                Rep.objects.bulk_update(rotation.moved.values(), [rotation.column])

    def _team(self, team_id: int) -> Rotation:
        if team_id not in self._teams:
            self._teams[team_id] = Rotation((seat.rep for seat in self.of_team(team_id)), "team_turn")
        return self._teams[team_id]


def open_desk(*, at: datetime, locked: bool = True) -> Desk:
    """See who is there at `at`. Unless it is only to look, all reps are `locked`, in one order: what others have just
    given them is counted then, and turns go on where they ended.
    """
    reps = Rep.objects.select_related("user", "team").order_by("pk")
    if locked:
        reps = reps.select_for_update(of=("self",), no_key=True)
    staff = list(reps)
    hours = sla.hours_of([rep.user_id for rep in staff])
    until = sla.away_until(hours, at=at)
    held = _open_mqls([rep for rep in staff if rep.capacity is not None])
    given = _given_today([rep for rep in staff if rep.daily_limit is not None], hours, at)
    starts = {calendar: sla.next_start(calendar, at) for calendar in set(hours.values())}
    return Desk(
        Seat(
            rep,
            hours[rep.user_id],
            starts[hours[rep.user_id]],
            _away(rep, f"{until[rep.user_id]:%-d %b}" if rep.user_id in until else ""),
            held.get(rep.user_id, 0),
            given.get(rep.user_id, 0),
        )
        for rep in staff
    )


def _away(rep: Rep, until: str) -> str:
    if not rep.user.is_active:
        return "cannot sign in any more"
    if not rep.available:
        return "takes no new MQLs"
    return f"away until {until}" if until else ""


def _open_mqls(reps: Sequence[Rep]) -> dict[int, int]:
    """How many each has, by user."""
    owned = Mql.objects.open().filter(owner__in=[rep.user_id for rep in reps]).order_by()
    return dict(owned.values_list("owner").annotate(Count("pk")))


def _given_today(reps: Sequence[Rep], hours: dict[int, WorkingTime], at: datetime) -> dict[int, int]:
    """How many MQLs each was given since midnight where they work, by user."""
    if not reps:
        return {}
    today = Q()
    for rep in reps:
        calendar = hours[rep.user_id]
        midnight = datetime.combine(calendar.day_of(at), time(), calendar.zone).astimezone(UTC)
        today |= Q(to_owner=rep.user_id, at__gte=midnight)
    given = Assignment.objects.filter(today).order_by()
    return dict(given.values_list("to_owner").annotate(Count("mql", distinct=True)))
