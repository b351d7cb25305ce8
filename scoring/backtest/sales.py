"""What sales said: the moves that end a would-be MQL, and the MQLs that were really opened.

Moves are facts and come from the stage history. MQLs are of the room above, which answers for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q

from crm.models import Stage, StageChange
from crm.record.stage import UNDONE

GOOD = frozenset({Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER})
ENDS = GOOD | {Stage.NURTURE, Stage.DISQUALIFIED}
"""Stages by which sales has said its word. Whoever comes there is no MQL any more."""


class Outcome(StrEnum):
    """What sales made of an MQL: the first word that it said after the opening."""

    UNKNOWN = ""
    SQL = "SQL"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"


@dataclass(frozen=True, slots=True)
class PastMql:
    """An MQL that was really opened, by whatever version was live then. `closed_at` is None while it is open."""

    contact_id: int
    opened_at: datetime
    closed_at: datetime | None
    accepted_at: datetime | None
    total: Decimal
    grade: str

    def open_at(self, moment: datetime) -> bool:
        return self.opened_at <= moment and (self.closed_at is None or self.closed_at > moment)


AskForMqls = Callable[[datetime], Iterable[PastMql]]

_asked: list[AskForMqls] = []


def register_past_mqls(ask: AskForMqls) -> None:
    """Let the room above tell which MQLs were open at a moment or have been opened since."""
    if ask not in _asked:
        _asked.append(ask)


def past_mqls(since: datetime) -> list[PastMql]:
    """Every MQL that was open at `since` or opened later, oldest first."""
    found = [mql for ask in _asked for mql in ask(since)]
    return sorted(found, key=lambda mql: (mql.opened_at, mql.contact_id))


@dataclass(frozen=True, slots=True)
class Move:
    """A move through the lifecycle that ends or reopens what sales has in hand."""

    contact_id: int
    at: datetime
    from_stage: str
    to_stage: str
    undone: bool

    @property
    def ends(self) -> bool:
        """Whether it is a word of sales: to SQL or further, to nurture or to disqualified. From SQL onward and for who
        is disqualified there is nothing left to end, and who is recorded at such a stage was never on the way there.
        """
        settled = GOOD | {Stage.DISQUALIFIED, ""}
        return self.to_stage in ENDS and self.from_stage not in settled and not self.undone

    @property
    def takes_back(self) -> bool:
        """Whether it takes such a word back, as may be done within the minute."""
        return self.undone and self.from_stage in ENDS and self.to_stage not in GOOD

    @property
    def outcome(self) -> Outcome:
        if self.to_stage in GOOD:
            return Outcome.SQL
        return Outcome.RECYCLED if self.to_stage == Stage.NURTURE else Outcome.DISQUALIFIED


def moves(*, since: datetime | None = None, until: datetime) -> list[Move]:
    """The moves into and out of stages at which sales has spoken, after `since` (None: ever), in order of time."""
    changes = StageChange.objects.filter(Q(to_stage__in=ENDS) | Q(from_stage__in=ENDS), at__lte=until)
    if since is not None:
        changes = changes.filter(at__gt=since)
    rows = changes.order_by("at", "pk").values_list("contact_id", "at", "from_stage", "to_stage", "reason")
    return [
        Move(pk, at, came_from, to, reason == UNDONE) for pk, at, came_from, to, reason in rows.iterator()
    ]


@dataclass(slots=True)
class Spell:
    """The time of one contact between two words of sales: it has one MQL at most, really and in the replay.

    `until` and `outcome` are of the word that ended it; None and unknown while none did. `customer` says whether the
    contact went on to buy.
    """

    contact_id: int
    since: datetime | None = None
    until: datetime | None = None
    outcome: Outcome = Outcome.UNKNOWN
    customer: bool = False


class Spells:
    """The spells of everyone, made of their moves in order."""

    def __init__(self, history: Sequence[Move]) -> None:
        self._of: dict[int, list[Spell]] = {}
        for move in history:
            self._take(move)

    def _take(self, move: Move) -> None:
        spells = self._of.setdefault(move.contact_id, [Spell(move.contact_id)])
        if move.takes_back and len(spells) > 1:
            spells.pop()
            spells[-1].until, spells[-1].outcome, spells[-1].customer = None, Outcome.UNKNOWN, False
        elif move.ends:
            spells[-1].until, spells[-1].outcome = move.at, move.outcome
            spells.append(Spell(move.contact_id, since=move.at))
        elif move.to_stage in ENDS - GOOD and not move.undone:
            # A deal was lost, or somebody reconsidered: the next spell begins only now.
            spells[-1].since = move.at
        if move.to_stage == Stage.CUSTOMER and len(spells) > 1:
            spells[-2].customer = spells[-2].outcome == Outcome.SQL

    def at(self, contact_id: int, moment: datetime) -> Spell:
        """The spell in which a contact was at `moment`. A word ends its spell just before the moment it was said at."""
        spells = self._of.setdefault(contact_id, [Spell(contact_id)])
        return next((spell for spell in spells if spell.until is None or moment < spell.until), spells[-1])

    def ended(self, *, after: datetime, by: datetime) -> Iterator[Spell]:
        """Spells that a word of sales ended in that time."""
        for spells in self._of.values():
            yield from (spell for spell in spells if spell.until and after < spell.until <= by)
