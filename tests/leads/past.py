"""A past for the history to tell of: models, publications, segments, lists and routing, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pghistory
from django.db import connection

from crm.trail import event_models
from leads.history.moments import Asked
from leads.history.story import Paragraph, story
from leads.history.tables import Topic
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
from scoring.domain_lists import add_domains
from scoring.models import (
    Condition,
    DomainList,
    DomainListEntry,
    Group,
    Opening,
    Pause,
    Persona,
    Publication,
    Rule,
    ScoringVersion,
    Segment,
    SegmentCondition,
)
from scoring.versions import save_draft, spec_of
from tests.factories import NOW, SMALL_MODEL, make_user

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERYTHING = Asked(topics=list(Topic))
GRACE = {"kind": "user", "id": 1_000_001, "name": "Grace Hopper"}
ADA = {"kind": "user", "id": 1_000_002, "name": "Ada Lovelace"}
SHELL = {"kind": "shell", "command": "scoring_model", "account": "root"}
JOB = {"kind": "job", "name": "Publish what is due"}


class Past:
    """A past whose steps each have a moment of their own.

    All that happens in a transaction bears the moment at which that began, and tests run in one. So what a step did is
    dated afterwards, behind the back of the triggers that forbid it.
    """

    def __init__(self) -> None:
        self.moments: dict[str, datetime] = {}

    @contextmanager
    def step(self, name: str, by: dict[str, Any] | None = GRACE) -> Iterator[None]:
        at = self.moments[name] = BEGAN + timedelta(hours=len(self.moments))
        with connection.cursor() as cursor:
            # What the step before said of itself holds until the transaction ends.
            for setting in ("id", "metadata"):
                cursor.execute(f"SELECT set_config('pghistory.context_{setting}', '', true)")
            if by is None:
                yield
            else:
                with pghistory.context(by=by):
                    yield
            for model in event_models():
                table = model._meta.db_table
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
                cursor.execute(f"UPDATE {table} SET pgh_created_at = %s WHERE pgh_created_at = now()", [at])
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")

    def told(self, name: str) -> Paragraph:
        """The paragraph of a step."""
        [paragraph] = [p for p in story(EVERYTHING, size=1_000).paragraphs if p.at == self.moments[name]]
        return paragraph

    def sentences(self, name: str) -> list[str]:
        paragraph = self.told(name)
        return [f"{paragraph.who} {part.sentence}" for part in paragraph.parts]


def tell(told: Past) -> None:
    """All that happened, from the first import to the last verdict reason."""
    with told.step("before it all", None):
        pass
    tell_of_models(told)
    tell_of_publications(told)
    tell_of_segments(told)
    tell_of_lists(told)
    tell_of_routing(told)


def tell_of_models(told: Past) -> None:
    with told.step("imported", SHELL):
        save_draft(SMALL_MODEL, by=None, at=NOW)
    version = ScoringVersion.objects.get()
    group = Group.objects.filter(version=version, dimension="fit").earliest("pk")
    with told.step("threshold"):
        ScoringVersion.objects.filter(pk=version.pk).update(threshold=65, note="Fewer, better.")
    with told.step("rule added"):
        rule = Rule.objects.create(group=group, name="Director", points=30, position=50)
        Condition.objects.create(rule=rule, field="job_title", op="contains", value="director")
    with told.step("rule changed"):
        Rule.objects.filter(name="Director").update(points=15)
    with told.step("condition changed"):
        Condition.objects.filter(rule__name="Director").update(value="managing director")
    with told.step("rule off"):
        Rule.objects.filter(name="Director").update(enabled=False)
    with told.step("nothing new"):
        Rule.objects.filter(name="Director").update(points=15)
    with told.step("rule deleted", ADA):
        Rule.objects.filter(name="Director").delete()
    with told.step("persona", ADA):
        Persona.objects.create(version=version, name="Vera", qualifies=True, contact={"job_title": "VP"})
    with told.step("a draft of it"):
        save_draft(spec_of(version), by=None, at=NOW, made_from=version)
    with told.step("draft deleted"):
        ScoringVersion.objects.get(number=2).delete()


def tell_of_publications(told: Past) -> None:
    first = ScoringVersion.objects.get(number=1)
    with told.step("published"):
        ScoringVersion.objects.filter(pk=first.pk).update(status="published", published_at=NOW)
        Publication.objects.create(version=first, state="done", due_at=NOW, done_at=NOW)
    with told.step("second draft"):
        save_draft(spec_of(first), by=None, at=NOW, made_from=first)
    second = ScoringVersion.objects.get(number=2)
    with told.step("planned"):
        when = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
        Publication.objects.create(version=second, due_at=when, why="After the fair", asked_by=None)
    with told.step("published as planned", JOB):
        ScoringVersion.objects.filter(pk=first.pk).update(status="retired", retired_at=NOW)
        ScoringVersion.objects.filter(pk=second.pk).update(status="published", published_at=NOW)
        Publication.objects.filter(version=second).update(
            state="done", done_at=NOW, replaced=first, opening=Opening.PACED, open_now=50, open_per_day=20
        )
    with told.step("rolled back"):
        ScoringVersion.objects.filter(pk=second.pk).update(status="retired", retired_at=NOW)
        ScoringVersion.objects.filter(pk=first.pk).update(status="published", retired_at=None)
        Publication.objects.create(
            version=first, replaced=second, kind="roll_back", state="done", due_at=NOW, done_at=NOW
        )
    with told.step("swept", JOB):
        Publication.objects.filter(kind="roll_back").update(swept_at=NOW)
    with told.step("paused"):
        Pause.objects.create(began_at=NOW, why="The fair")
    with told.step("resumed"):
        Pause.objects.update(ended_at=NOW)


def tell_of_segments(told: Past) -> None:
    with told.step("segment"):
        segment = Segment.objects.create(name="Enterprise")
        SegmentCondition.objects.create(segment=segment, field="company.employees", op="gte", value=1000)
    with told.step("segment changed"):
        SegmentCondition.objects.update(value=500)
        SegmentCondition.objects.create(segment=segment, field="score.total", op="gte", value=40)
    with told.step("segment deleted"):
        segment.delete()


def tell_of_lists(told: Past) -> None:
    with told.step("list"):
        rivals = DomainList.objects.create(name="competitors")
    with told.step("domains"):
        add_domains(rivals, [f"rival{number:02}.example" for number in range(48)])
    with told.step("domain gone"):
        DomainListEntry.objects.filter(domain="rival07.example").delete()
    with told.step("list deleted"):
        rivals.delete()


def tell_of_routing(told: Past) -> None:
    user = make_user("joan", first_name="Joan", last_name="Clarke")
    with told.step("team", ADA):
        south = Team.objects.create(name="South")
    with told.step("rep", ADA):
        rep = Rep.objects.create(user=user, team=south, capacity=20)
    with told.step("rep changed", ADA):
        Rep.objects.update(capacity=None, weight=2, turn=7)
    with told.step("turn", JOB):
        Rep.objects.update(turn=8, team_turn=9)
    with told.step("absence", None):
        Absence.objects.create(
            rep=rep, first_day=date(2026, 3, 9), last_day=date(2026, 3, 13), note="Holiday"
        )
    with told.step("assignment rule", ADA):
        rule = AssignmentRule.objects.create(name="DACH", target="team", team=south, position=1)
        AssignmentCondition.objects.create(rule=rule, field="country", op="in", value=["DE", "AT"])
    with told.step("assignment rule changed", ADA):
        AssignmentRule.objects.update(target="rep", team=None, rep=rep, position=2)
    with told.step("target", ADA):
        SlaTarget.objects.create(grade="A1", minutes=15)
    with told.step("target changed", ADA):
        SlaTarget.objects.update(minutes=30, reassign_at_percent=200)
    with told.step("hours", ADA):
        hours = WorkingHours.objects.create(name="Paris", time_zone="Europe/Paris")
    with told.step("closed day", ADA):
        ClosedDay.objects.create(hours=hours, day=date(2026, 12, 24), name="Christmas Eve")
    with told.step("reason", ADA):
        VerdictReason.objects.create(verdict="recycled", text="Asked for time", position=99)
