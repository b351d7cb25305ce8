"""Whose turn it is, in proportion to weight.

Each rep's turn is the moment of an imaginary clock at which they are next served; being served moves it on by a
stride, which is shorter for who weighs more (start-time fair queueing, Goyal et al. 1996). Among those who are always
there, two of the same weight never differ by more than one. Who was away is brought up to the clock, so that nobody
makes up for what others were given meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from leads.models import Rep

Column = Literal["turn", "team_turn"]

STRIDE = 720_720_000
"""One turn of weight 1. Divisible by all small weights, so that their turns stay in step for ever."""


class Rotation:
    """A round robin of `reps`, those included who are not there. `column` is where their turns are kept.

    Reps must be locked while it is used. `moved` are those whose turn must be written.
    """

    def __init__(self, reps: Iterable[Rep], column: Column) -> None:
        self.column: Column = column
        self.moved: dict[int, Rep] = {}
        served = (self._turn(rep) - self._stride(rep) for rep in reps)
        self._clock = max((0, *served))

    def serve(self, reps: Sequence[Rep]) -> Rep:
        """The one of `reps` whose turn it is. They have had it then."""
        rep = min(reps, key=lambda each: (self._start(each), self._turn(each), each.pk))
        self._clock = self._start(rep)
        setattr(rep, self.column, self._clock + self._stride(rep))
        self.moved[rep.pk] = rep
        return rep

    def _start(self, rep: Rep) -> int:
        return max(self._turn(rep), self._clock)

    def _turn(self, rep: Rep) -> int:
        return rep.turn if self.column == "turn" else rep.team_turn

    @staticmethod
    def _stride(rep: Rep) -> int:
        return STRIDE // rep.weight
