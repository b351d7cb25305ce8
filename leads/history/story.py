"""The story: paragraphs of what somebody did in one go, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Count, Max, Min, Model

from leads.history.lists_told import Domains, Lists, Segments
from leads.history.models_told import Models
from leads.history.moments import Asked, moments
from leads.history.names import People, who
from leads.history.parts import Deed, Part
from leads.history.past import Window
from leads.history.routing_told import Routing
from leads.history.tables import TABLES, Topic
from scoring.models import DomainListEntry

MOMENTS = 40
"""How many moments a page tells of at most."""


@dataclass(frozen=True)
class Paragraph:
    """What one request, job or command did: who, when it began, and what."""

    at: datetime
    who: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Story:
    """Some paragraphs, newest first. `older`: the moment before which the story goes on; None at its beginning."""

    paragraphs: list[Paragraph]
    older: datetime | None


def story(asked: Asked, *, before: datetime | None = None, size: int = MOMENTS) -> Story:
    """The newest part of what is asked for, before `before` if it is given. As many queries whatever there is."""
    found = moments(asked, before=before, size=size)
    touched = set().union(*found.models.values())
    deeds = [deed for model in touched - {DomainListEntry} for deed in _deeds(model, list(found.models))]
    domains = _domains(list(found.models)) if DomainListEntry in touched else []
    if not found.models:
        return Story([], None)
    window = Window(min(found.models), max(found.models))
    return Story(_paragraphs(deeds, domains, window), window.since if found.more else None)


def _deeds(model: type[Model], at: Sequence[datetime]) -> Iterator[Deed]:
    for event in TABLES[model].events.filter(pgh_created_at__in=at).order_by("pgh_id").values():
        columns = {name: value for name, value in event.items() if not name.startswith("pgh_")}
        yield Deed(
            model,
            event["pgh_label"],
            event["pgh_obj_id"],
            model(pk=event["pgh_obj_id"], **columns),
            event["pgh_created_at"],
            event["pgh_context_id"],
            (event["pgh_context"] or {}).get("by"),
        )


def _domains(at: Sequence[datetime]) -> list[Domains]:
    """Entries of lists by the thousand, counted where they are."""
    moved = (
        TABLES[DomainListEntry]
        .events.filter(pgh_created_at__in=at)
        .order_by("pgh_created_at", "list_id", "pgh_label")
        .values("pgh_label", "list_id", "pgh_created_at", "pgh_context_id", "pgh_context")
        .annotate(number=Count("pk"), first=Min("domain"), last=Max("domain"))
    )
    return [
        Domains(
            some["pgh_label"],
            some["list_id"],
            some["number"],
            some["first"],
            some["last"],
            some["pgh_created_at"],
            some["pgh_context_id"],
            (some["pgh_context"] or {}).get("by"),
        )
        for some in moved
    ]


def _paragraphs(deeds: Sequence[Deed], domains: Sequence[Domains], window: Window) -> list[Paragraph]:
    people = People()
    about: dict[Topic, list[Deed]] = {topic: [] for topic in Topic}
    done: defaultdict[tuple[datetime, UUID | None, Topic], list[Deed]] = defaultdict(list)
    for deed in deeds:
        topic = TABLES[deed.model].topic
        about[topic].append(deed)
        done[deed.at, deed.together, topic].append(deed)
    tellers: dict[Topic, Callable[[Sequence[Deed], datetime], Iterator[Part]]] = {
        Topic.MODELS: Models(about[Topic.MODELS], window, people).told,
        Topic.SEGMENTS: Segments(about[Topic.SEGMENTS], window).told,
        Topic.LISTS: Lists(about[Topic.LISTS], window, domains).told,
        Topic.ROUTING: Routing(about[Topic.ROUTING], window, people).told,
    }
    happened: list[Deed | Domains] = [*deeds, *domains]
    by = {(one.at, one.together): one.by for one in happened}
    paragraphs = []
    # What one request did in several transactions is one paragraph.
    for _, told in groupby(sorted(by, key=_in_time), key=lambda told: told[1] or told[0]):
        times = list(told)
        parts = tuple(
            part
            for at, together in times
            for topic, tell in tellers.items()
            for part in tell(done[at, together, topic], at)
        )
        if parts:
            paragraphs.append(Paragraph(times[0][0], who(by[times[-1]]), parts))
    return paragraphs[::-1]


def _in_time(told: tuple[datetime, UUID | None]) -> tuple[datetime, str]:
    return told[0], str(told[1])
