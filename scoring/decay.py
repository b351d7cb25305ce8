"""Points that fade: age → factor between 0 and 1, as an SQL expression.

Age is the time from the activity to the run's moment, never below 0, in fractional days `a`:

    none        1
    half-life   0.5^(a/h)
    linear      max(0, 1 − a/d)
    step        (1 − x/100)^⌊a/p⌋
"""

from __future__ import annotations

import math
from typing import Any

from django.db.models import FloatField, Func

from scoring.markers import Moment
from scoring.models import DecayKind
from scoring.spec import DecaySpec

DAY = 86_400.0
LEAST_EXPONENT = -700.0
"""PostgreSQL's exp() raises an error where the result would underflow; e^-700 is nothing in points."""


def faded(moment: str, decay: DecaySpec) -> tuple[str, list[Any]]:
    """SQL of the factor that `decay` leaves of what happened at `moment` (SQL of a point in time not after now)."""
    age = f"(%s::float8 - date_part('epoch', {moment}))"
    now = [Moment(as_epoch=True)]
    days = decay.days or 0.0
    match decay.kind:
        case DecayKind.HALF_LIFE:
            rate = -math.log(2) / (days * DAY)
            return f"EXP(GREATEST({LEAST_EXPONENT}::float8, {rate!r}::float8 * {age}))", now
        case DecayKind.LINEAR:
            return f"GREATEST(0::float8, 1 - {age} / {days * DAY!r}::float8)", now
        case DecayKind.STEP:
            steps = f"FLOOR({age} / {days * DAY!r}::float8)"
            kept = 1 - (decay.percent or 0.0) / 100
            if kept <= 0:
                return f"CASE WHEN {steps} = 0 THEN 1::float8 ELSE 0::float8 END", now
            return f"EXP(GREATEST({LEAST_EXPONENT}::float8, {math.log(kept)!r}::float8 * {steps}))", now
        case _:
            return "1::float8", []


class Fade(Func):
    """`faded`, of a column that holds the moment."""

    def __init__(self, moment: str, decay: DecaySpec) -> None:
        super().__init__(moment, output_field=FloatField())
        self.decay = decay

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, list[Any]]:
        column, _ = compiler.compile(self.get_source_expressions()[0])
        return faded(column, self.decay)
