"""What happened to segments and domain lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.history.conditions_told import conditions_changed, conditions_said
from leads.history.parts import Deed, Part, changes, once_each, or_none, plural
from leads.history.past import Past, Window
from leads.history.tables import Topic
from scoring.models import DomainList, Segment, SegmentCondition

SEGMENT = (("name", "name", or_none), ("description", "description", or_none))
LIST = SEGMENT


@dataclass(frozen=True)
class Domains:
    """Domains that came into a list, went from it or were changed at one moment: how many, the first and the last."""

    how: str
    list: int
    number: int
    first: str
    last: str
    at: datetime
    together: UUID | None
    by: dict[str, Any] | None

    @property
    def named(self) -> str:
        """ "a.example", "a.example and b.example", "a.example, z.example and 46 others"."""
        if self.number == 1:
            return self.first
        if self.number == 2:
            return f"{self.first} and {self.last}"
        return f"{self.first}, {self.last} and {plural(self.number - 2, 'other')}"


class Segments:
    """Tells of segments. Made once for all deeds of a page."""

    def __init__(self, deeds: Sequence[Deed], window: Window) -> None:
        segments = {_segment_of(deed) for deed in deeds}
        self._segments = Past(Segment, window, pgh_obj__in=segments)
        self._conditions = Past(SegmentCondition, window, segment_id__in=segments)

    def told(self, deeds: Sequence[Deed], at: datetime) -> Iterator[Part]:
        for number in dict.fromkeys(_segment_of(deed) for deed in deeds):
            now, before = self._segments.at(number, at), self._segments.before(number, at)
            if now is not None and before is not None:
                said = changes(SEGMENT, before, now)
                said += conditions_changed(self._conditions, "segment_id", number, at)
                if said:
                    yield Part(Topic.SEGMENTS, f"changed the segment {now.name}", tuple(said))
            elif now is not None:
                said = conditions_said(self._conditions, "segment_id", number, at)
                yield Part(Topic.SEGMENTS, f"made the segment {now.name}", tuple(said))
            elif gone := self._segments.known(number, at):
                yield Part(Topic.SEGMENTS, f"deleted the segment {gone.name}")


def _segment_of(deed: Deed) -> int:
    return int(deed.row.segment_id) if deed.model is SegmentCondition else deed.number


class Lists:
    """Tells of domain lists. Made once for all deeds of a page."""

    def __init__(self, deeds: Sequence[Deed], window: Window, domains: Sequence[Domains]) -> None:
        self._domains = domains
        lists = {deed.number for deed in deeds} | {some.list for some in domains}
        self._lists = Past(DomainList, window, pgh_obj__in=lists)

    def told(self, deeds: Sequence[Deed], at: datetime) -> Iterator[Part]:
        deleted = {deed.number for deed in deeds if deed.how == "delete"}
        for deed in once_each(deeds):
            before = self._lists.before(deed.number, at)
            if deed.how == "delete":
                yield Part(Topic.LISTS, f"deleted the list {deed.row.name}", self._with(deed))
            elif before is None:
                yield Part(Topic.LISTS, f"made the list {deed.row.name}")
            elif said := changes(LIST, before, deed.row):
                yield Part(Topic.LISTS, f"changed the list {deed.row.name}", tuple(said))
        for some in self._domains:
            if some.at == at and some.list not in deleted:
                yield self._moved(some)

    def _with(self, deed: Deed) -> tuple[str, ...]:
        gone = [s for s in self._domains if (s.at, s.list, s.how) == (deed.at, deed.number, "delete")]
        return tuple(f"with its {plural(some.number, 'domain')}" for some in gone)

    def _moved(self, some: Domains) -> Part:
        known = self._lists.known(some.list, some.at)
        name = f"the list {known.name}" if known else "a list"
        number = plural(some.number, "domain")
        phrases = {
            "insert": f"added {number} to {name}",
            "delete": f"took {number} from {name}",
            "update": f"changed {number} in {name}",
        }
        return Part(Topic.LISTS, phrases[some.how], (some.named,))
