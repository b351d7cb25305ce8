"""Who would get those who become MQLs at once. Routing is of the room above, which answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from scoring.preview.compare import OPENING
from scoring.preview.figures import TOTAL_AFTER

MOST_SHARED = 1_000
"""The best of those who would open are shared out, and the others are not: for more, the figures are a sample."""

BEST = f"SELECT contact_id {OPENING} ORDER BY {TOTAL_AFTER} DESC, contact_id LIMIT %s"


@dataclass(frozen=True, slots=True)
class Share:
    """What one rep has open now and would be given besides. Without a name: what nobody could take."""

    name: str
    open_now: int
    given: int


ShareOut = Callable[[Sequence[int], datetime], Sequence[Share]]

_asked: list[ShareOut] = []


def register_share_out(ask: ShareOut) -> None:
    """Let the room above say who would get contacts, in this order, as if their MQLs opened at a moment."""
    if ask not in _asked:
        _asked.append(ask)


def share_out(*, at: datetime) -> dict[str, Any]:
    """Who would get the best of those in the tables of `compare` who become MQLs at once."""
    with connection.cursor() as cursor:
        cursor.execute(BEST, [MOST_SHARED])
        best = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(f"SELECT count(*) {OPENING}")
        [opens] = cursor.fetchone()
    shares = [asdict(share) for ask in _asked for share in ask(best, at)]
    return {"of": opens, "asked": len(best), "shares": shares}
