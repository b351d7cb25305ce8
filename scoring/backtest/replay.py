"""Day by day through the past: whom a version would have made an MQL, and when, by what was known at each moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crm.models import Stage, StageChange
from scoring.backtest.could_cross import could_cross
from scoring.backtest.period import Period
from scoring.backtest.quietly import quietly
from scoring.backtest.sales import Move, PastMql, moves
from scoring.backtest.schedule import schedule
from scoring.evaluate import Evaluator, ScoreRow
from scoring.progress import Report, told_to_nobody
from scoring.spec import ModelSpec
from scoring.standing import facts_in_the_way

BATCH = 2_000
"""Contacts a statement: it takes well below a second, and lets others' work come in between."""

FADES = 0.2
"""The share of the threshold that points may have faded by within a day and still be looked at again."""

WHOLE, PREPARING = 1_000, 200
"""A replay in parts, of which the first find out whom to ask about."""


@dataclass(frozen=True, slots=True)
class WouldBe:
    """An MQL that a version would have opened. `at_start`: as soon as it went live."""

    contact_id: int
    at: datetime
    total: Decimal
    grade: str
    at_start: bool

    @property
    def on(self) -> datetime:
        """A moment of the day that it belongs to: what is found as a day ends is of that day."""
        return self.at if self.at_start else self.at - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a version would have opened in a period, in order of time, of how many people, in how many evaluations."""

    openings: list[WouldBe]
    could_cross: int
    evaluated: int


def replay(
    spec: ModelSpec, period: Period, really: Sequence[PastMql], *, report: Report = told_to_nobody
) -> Replay:
    """Replay `spec` through `period`, asking on each day about those who may have crossed since the day before."""
    people = could_cross(spec, period, report=lambda share: report(round(PREPARING * share), WHOLE))
    report(PREPARING, WHOLE)
    with quietly():
        due = schedule(spec, period, people)
    _add_closings(due, period, really, people)
    due[0] = sorted(people)
    days = _Days(spec, period, really, people)
    for index, moment in enumerate(period.moments):
        report(PREPARING + (WHOLE - PREPARING) * index // len(period.moments), WHOLE)
        days.take(moment, due.get(index, ()), at_start=index == 0)
    report(WHOLE, WHOLE)
    return Replay(_in_order(days.openings), len(people), days.evaluated)


def _add_closings(
    due: dict[int, list[int]], period: Period, really: Sequence[PastMql], people: Collection[int]
) -> None:
    """Ask again about whoever a real MQL stood in the way of, on the day it was closed."""
    for mql in really:
        if mql.contact_id in people and mql.closed_at and period.start < mql.closed_at <= period.end:
            asked = due.setdefault(bisect_left(period.moments, mql.closed_at), [])
            if mql.contact_id not in asked:
                asked.append(mql.contact_id)


def replay_everyone(spec: ModelSpec, period: Period, really: Sequence[PastMql]) -> list[WouldBe]:
    """As `replay`, asking about everyone on every day: slow, and what the quick way is held against."""
    everyone = sorted(row.contact_id for row in Evaluator(spec).score(at=period.end, past=True))
    days = _Days(spec, period, really, set(everyone))
    for index, moment in enumerate(period.moments):
        days.take(moment, everyone, at_start=index == 0)
    return _in_order(days.openings)


def _in_order(openings: list[WouldBe]) -> list[WouldBe]:
    return sorted(openings, key=lambda opening: (opening.at, opening.contact_id))


class _Days:
    """The state of a replay: whose would-be MQL is open, and what has been opened so far."""

    def __init__(
        self, spec: ModelSpec, period: Period, really: Sequence[PastMql], people: Collection[int]
    ) -> None:
        self.openings: list[WouldBe] = []
        self.evaluated = 0
        self._evaluator = Evaluator(spec)
        self._moves = moves(since=period.start, until=period.end)
        self._taken = 0
        self._people = people
        self._really = [mql for mql in really if mql.opened_at > period.start]
        self._looked = 0
        self._near: set[int] = set()
        self._real = _by_contact(really)
        self._before = _stages_before(really)
        # What sales had in hand when the period began is nobody's opening, and stands in the way of one.
        self._open = {mql.contact_id for mql in really if mql.open_at(period.start)}
        self._ended: set[int] = set()
        self._last_word: dict[int, datetime] = {}

    def take(self, moment: datetime, contact_ids: Sequence[int], *, at_start: bool) -> None:
        """Go on to `moment`, and open an MQL for those of `contact_ids` who qualify."""
        in_hand = set(self._open)
        self._near.clear()
        ended = self._end(moment)
        asked = [pk for pk in contact_ids if pk not in self._open]
        for first in range(0, len(asked), BATCH):
            with quietly():
                self._ask(moment, asked[first : first + BATCH], at_start)
        if not at_start:
            self._look_again(moment, in_hand, ended)

    def _look_again(self, moment: datetime, in_hand: set[int], ended: Mapping[int, datetime]) -> None:
        """Ask about those for whom an MQL really opened during the day as of when it did.

        By the end of the day sales may have spoken already, or the points that were just enough have faded a little:
        whoever is far below the threshold then is not looked at again.
        """
        while self._looked < len(self._really) and self._really[self._looked].opened_at <= moment:
            mql = self._really[self._looked]
            self._looked += 1
            pk, then = mql.contact_id, mql.opened_at
            told_apart = pk in self._near or pk in ended
            if told_apart and pk in self._people and pk not in in_hand and pk not in self._open:
                with quietly():
                    self._ask(then, [pk], at_start=False)
                if pk in self._open and ended.get(pk, then) > then:
                    self._open.discard(pk)
                    self._ended.add(pk)

    def _end(self, moment: datetime) -> dict[int, datetime]:
        """Close what sales has spoken about by `moment`, and open again what it took back.

        Returns for whom the last of it was a word that stands, and when it was said.
        """
        ended: dict[int, datetime] = {}
        while self._taken < len(self._moves) and self._moves[self._taken].at <= moment:
            move = self._moves[self._taken]
            self._move(move)
            self._taken += 1
            if move.ends:
                ended[move.contact_id] = move.at
            elif move.takes_back:
                ended.pop(move.contact_id, None)
        return ended

    def _move(self, move: Move) -> None:
        if move.ends:
            # Only the last word can be taken back.
            (self._ended.add if move.contact_id in self._open else self._ended.discard)(move.contact_id)
            self._open.discard(move.contact_id)
            self._last_word[move.contact_id] = move.at
        elif move.takes_back and move.contact_id in self._ended:
            self._open.add(move.contact_id)

    def _ask(self, moment: datetime, contact_ids: list[int], at_start: bool) -> None:
        self.evaluated += len(contact_ids)
        rows = list(self._evaluator.score(at=moment, contact_ids=contact_ids, past=True, known_at=moment))
        enough = self._evaluator.spec.threshold
        self._near.update(row.contact_id for row in rows if float(row.total) >= enough - FADES * abs(enough))
        crossing = {row.contact_id: row for row in rows if row.crosses}
        if not crossing:
            return
        blocks = facts_in_the_way(
            list(crossing),
            self._evaluator.spec,
            at=moment,
            past=True,
            known_at=moment,
            without_mql=self._without_mql(crossing, moment),
        )
        for pk in sorted(crossing):
            if pk in blocks and not blocks[pk] and not self._left_open(pk, moment):
                self._open_one(crossing[pk], moment, at_start)

    def _open_one(self, row: ScoreRow, moment: datetime, at_start: bool) -> None:
        self._open.add(row.contact_id)
        self._ended.discard(row.contact_id)
        self.openings.append(WouldBe(row.contact_id, moment, row.total, row.grade, at_start))

    def _left_open(self, contact_id: int, moment: datetime) -> bool:
        """Whether a real MQL is still open on which sales has spoken otherwise than by its verdict."""
        said_at = self._last_word.get(contact_id)
        return (
            said_at is not None
            and said_at <= moment
            and any(mql.open_at(moment) and mql.opened_at < said_at for mql in self._real.get(contact_id, ()))
        )

    def _without_mql(self, contact_ids: Mapping[int, object], moment: datetime) -> dict[int, str]:
        """The stage before the real MQL, of those whose real MQL was open at `moment`."""
        return {
            pk: self._before[pk, mql.opened_at]
            for pk in contact_ids
            for mql in self._real.get(pk, ())
            if mql.open_at(moment) and (pk, mql.opened_at) in self._before
        }


def _by_contact(really: Sequence[PastMql]) -> dict[int, list[PastMql]]:
    by_contact: dict[int, list[PastMql]] = {}
    for mql in really:
        by_contact.setdefault(mql.contact_id, []).append(mql)
    return by_contact


def _stages_before(really: Sequence[PastMql]) -> dict[tuple[int, datetime], str]:
    """From which stage each real MQL took its contact when it opened."""
    if not really:
        return {}
    openings = {(mql.contact_id, mql.opened_at) for mql in really}
    changes = StageChange.objects.filter(
        to_stage=Stage.MQL, at__gte=min(at for _, at in openings), at__lte=max(at for _, at in openings)
    )
    rows = changes.order_by().values_list("contact_id", "at", "from_stage")
    return {(pk, at): stage for pk, at, stage in rows.iterator() if stage and (pk, at) in openings}
