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
NOTHING_LEFT = math.log(1e-290)
"""A factor this small is nothing in points, and one much smaller PostgreSQL's exp() refuses as an underflow."""
EVER_DAYS = 25_000.0
"""As long as from 1970, before which nothing is recorded, to 2038; a month's half-life lasts longer still."""


def horizon_days(decay: DecaySpec) -> float | None:
    """The age in days beyond which nothing is left of any points, or None where no recorded age reaches it."""
    days = decay.days or 0.0
    match decay.kind:
        case DecayKind.LINEAR:
            horizon = days
        case DecayKind.HALF_LIFE:
            horizon = days * NOTHING_LEFT / math.log(0.5)
        case DecayKind.STEP:
            kept = 1 - (decay.percent or 0.0) / 100
            horizon = days * max(1.0, math.floor(NOTHING_LEFT / math.log(kept))) if kept > 0 else days
        case _:
            return None
    return horizon if horizon < EVER_DAYS else None


def faded(moment: str, decay: DecaySpec) -> tuple[str, list[Any]]:
    """SQL of the factor that `decay` leaves of what happened at `moment`, an SQL expression of a point in time.

    Holds for ages from 0 up to the horizon; who asks leaves out what is older, which spares each row a comparison.
    """
    age = f"(%s::float8 - date_part('epoch', {moment}))"
    now = [Moment(as_epoch=True)]
    days = decay.days or 0.0
    match decay.kind:
        case DecayKind.HALF_LIFE:
            return f"EXP({-math.log(2) / (days * DAY)!r}::float8 * {age})", now
        case DecayKind.LINEAR:
            return f"(1 - {age} / {days * DAY!r}::float8)", now
        case DecayKind.STEP:
            kept = 1 - (decay.percent or 0.0) / 100
            steps = f"FLOOR({age} / {days * DAY!r}::float8)"
            if kept <= 0:
                return f"CASE WHEN {steps} = 0 THEN 1::float8 ELSE 0::float8 END", now
            return f"EXP({math.log(kept)!r}::float8 * {steps})", now
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
