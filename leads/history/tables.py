"""Which tables the audit trail keeps, what each is about, who reads of it, and what it is searched by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q, QuerySet

from crm.models import User
from crm.trail import FOUND
from leads.models import (
    Absence,
    AssignmentCondition,
    AssignmentRule,
    ClosedDay,
    Rep,
    SlaTarget,
    Team,
    VerdictReason,
    WorkingHours,
)
from scoring.models import (
    Condition,
    DomainList,
    DomainListEntry,
    Group,
    Pause,
    Persona,
    Publication,
    Rule,
    ScoringVersion,
    Segment,
    SegmentCondition,
)


class Topic(StrEnum):
    MODELS = "models"
    SEGMENTS = "segments"
    LISTS = "lists"
    ROUTING = "routing"


LABELS = {
    Topic.MODELS: "Scoring models",
    Topic.SEGMENTS: "Segments",
    Topic.LISTS: "Domain lists",
    Topic.ROUTING: "Routing",
}
READERS = {
    Topic.MODELS: "scoring.view_rule",
    Topic.SEGMENTS: "scoring.view_segment",
    Topic.LISTS: "scoring.view_domainlist",
    Topic.ROUTING: "leads.change_assignmentrule",
}
"""Who reads of a topic: whoever may look into the rules; of routing, whoever keeps it."""


def topics_of(user: User) -> list[Topic]:
    """What `user` may read of."""
    return [topic for topic, permission in READERS.items() if user.has_perm(permission)]


@dataclass(frozen=True)
class Table:
    """One table of events. `texts`: columns that are searched; `parent`: what a row belongs to, and is found by."""

    model: type[Model]
    topic: Topic
    texts: tuple[str, ...] = ()
    parent: tuple[str, type[Model]] | None = None

    @property
    def events(self) -> QuerySet[Any]:
        """The changes. What rows were as the trail began is none."""
        return events_of(self.model).exclude(pgh_label=FOUND)

    def found_by(self, words: str) -> Q:
        """Events in whose texts, or those of what they belong to, `words` stand."""
        found = Q(pk__in=[])
        for text in self.texts:
            found |= Q(**{f"{text}__icontains": words})
        if self.model is Rep:
            found |= Q(user__in=people_called(words))
        if self.parent:
            column, model = self.parent
            named = events_of(model).filter(TABLES[model].found_by(words))
            found |= Q(**{f"{column}__in": named.values("pgh_obj")})
        return found


def events_of(model: type[Model]) -> QuerySet[Any]:
    """All events of `model`, without the library's own way of making queries, which these have no use for."""
    return QuerySet(model.pgh_event_model)  # type: ignore[attr-defined]


def people_called(words: str) -> QuerySet[User]:
    called = Q(first_name__icontains=words) | Q(last_name__icontains=words) | Q(username__icontains=words)
    return User.objects.filter(called)


TABLES: dict[type[Model], Table] = {
    table.model: table
    for table in (
        Table(ScoringVersion, Topic.MODELS, ("name", "note")),
        Table(Group, Topic.MODELS, ("name",)),
        Table(Rule, Topic.MODELS, ("name",)),
        Table(Condition, Topic.MODELS, ("field", "value"), ("rule_id", Rule)),
        Table(Persona, Topic.MODELS, ("name",)),
        Table(Publication, Topic.MODELS, ("why", "failure"), ("version_id", ScoringVersion)),
        Table(Pause, Topic.MODELS, ("why",)),
        Table(Segment, Topic.SEGMENTS, ("name", "description")),
        Table(SegmentCondition, Topic.SEGMENTS, ("field", "value"), ("segment_id", Segment)),
        Table(DomainList, Topic.LISTS, ("name", "description")),
        Table(DomainListEntry, Topic.LISTS, ("domain",), ("list_id", DomainList)),
        Table(AssignmentRule, Topic.ROUTING, ("name",)),
        Table(AssignmentCondition, Topic.ROUTING, ("field", "value"), ("rule_id", AssignmentRule)),
        Table(Team, Topic.ROUTING, ("name",)),
        Table(Rep, Topic.ROUTING),
        Table(Absence, Topic.ROUTING, ("note",), ("rep_id", Rep)),
        Table(SlaTarget, Topic.ROUTING, ("grade",)),
        Table(WorkingHours, Topic.ROUTING, ("name", "time_zone")),
        Table(ClosedDay, Topic.ROUTING, ("name",), ("hours_id", WorkingHours)),
        Table(VerdictReason, Topic.ROUTING, ("text",)),
    )
}


def of_version(model: type[Model], number: int) -> Q | None:
    """Events of `model` that are about the version of this number; None where none can be."""
    versions = events_of(ScoringVersion).filter(number=number).values("pgh_obj")
    groups = events_of(Group).filter(version_id__in=versions).values("pgh_obj")
    rules = events_of(Rule).filter(group_id__in=groups).values("pgh_obj")
    about: dict[type[Model], Q] = {
        ScoringVersion: Q(pgh_obj__in=versions),
        Group: Q(version_id__in=versions),
        Rule: Q(group_id__in=groups),
        Condition: Q(rule_id__in=rules),
        Persona: Q(version_id__in=versions),
        Publication: Q(version_id__in=versions) | Q(replaced_id__in=versions),
    }
    return about.get(model)
