"""What rows were: at a moment, before it, and when they went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model

from leads.history.tables import events_of

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Window:
    """The time that a page tells of, both ends included. Of all that was before only the last is of interest."""

    since: datetime
    until: datetime


class Past(Generic[M]):
    """What some rows of a table were in the time of a page, as rows that are not saved. Read in one query."""

    def __init__(self, model: type[M], window: Window, **where: Any) -> None:
        self._model = model
        self._events: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        self._wholes: dict[str, defaultdict[int, list[int]]] = {}
        events = events_of(model).filter(**where)
        within = events.filter(pgh_created_at__range=(window.since, window.until))
        before = (
            events.filter(pgh_created_at__lt=window.since)
            .order_by("pgh_obj_id", "-pgh_id")
            .distinct("pgh_obj_id")
        )
        for event in within.union(before, all=True).order_by("pgh_created_at", "pgh_id").values():
            self._events[event["pgh_obj_id"]].append(event)

    def __iter__(self) -> Any:
        return iter(self._events)

    def at(self, row: int | None, moment: datetime) -> M | None:
        """What `row` is once `moment` is over; None where it is not, not yet or not any more."""
        return self._unless_gone([e for e in self._of(row) if e["pgh_created_at"] <= moment])

    def before(self, row: int | None, moment: datetime) -> M | None:
        return self._unless_gone([e for e in self._of(row) if e["pgh_created_at"] < moment])

    def known(self, row: int | None, moment: datetime) -> M | None:
        """As `at`; of what was gone by then what it was last. None where the trail knows nothing of it."""
        events = [e for e in self._of(row) if e["pgh_created_at"] <= moment]
        return self._row(events[-1]) if events else None

    def parts_at(self, column: str, whole: int, moment: datetime) -> list[M]:
        """The rows that belong to `whole` by `column` once `moment` is over, in order."""
        return self._in_order(self.at(row, moment) for row in self._parts(column, whole))

    def parts_before(self, column: str, whole: int, moment: datetime) -> list[M]:
        return self._in_order(self.before(row, moment) for row in self._parts(column, whole))

    def _parts(self, column: str, whole: int) -> list[int]:
        """Rows that belonged to `whole` at some time."""
        if column not in self._wholes:
            wholes = self._wholes[column] = defaultdict(list)
            for row, events in self._events.items():
                for value in {event[column] for event in events}:
                    wholes[value].append(row)
        return self._wholes[column][whole]

    def _in_order(self, rows: Iterable[M | None]) -> list[M]:
        there = [row for row in rows if row is not None]
        return sorted(there, key=lambda row: (getattr(row, "position", 0), row.pk))

    def ever(self, column: str) -> set[int]:
        """Every value that `column`, which refers to another table, had in that time."""
        return {
            event[column] for events in self._events.values() for event in events if event[column] is not None
        }

    def _of(self, row: int | None) -> list[dict[str, Any]]:
        return self._events.get(row, []) if row is not None else []

    def _unless_gone(self, events: list[dict[str, Any]]) -> M | None:
        return self._row(events[-1]) if events and events[-1]["pgh_label"] != "delete" else None

    def _row(self, event: dict[str, Any]) -> M:
        columns = {name: value for name, value in event.items() if not name.startswith("pgh_")}
        return self._model(pk=event["pgh_obj_id"], **columns)
