"""What changed, as a story: who did what, in sentences, for those who may read it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Group as Role
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from crm.models import User
from crm.trail import event_models
from leads.history.moments import OUTSIDE, Asked
from leads.history.story import Paragraph, Story, story
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
from leads.roles import MARKETERS, SALES_REPS, ensure_groups
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


class World:
    """A story whose steps each have a moment of their own.

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


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The whole story, told once for all tests of this file and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        told = World()
        with told.step("before it all", None):
            pass
        tell_of_models(told)
        tell_of_publications(told)
        tell_of_segments(told)
        tell_of_lists(told)
        tell_of_routing(told)
        yield told
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_world(world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a test adds goes with it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def tell_of_models(told: World) -> None:
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


def tell_of_publications(told: World) -> None:
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


def tell_of_segments(told: World) -> None:
    with told.step("segment"):
        segment = Segment.objects.create(name="Enterprise")
        SegmentCondition.objects.create(segment=segment, field="company.employees", op="gte", value=1000)
    with told.step("segment changed"):
        SegmentCondition.objects.update(value=500)
        SegmentCondition.objects.create(segment=segment, field="score.total", op="gte", value=40)
    with told.step("segment deleted"):
        segment.delete()


def tell_of_lists(told: World) -> None:
    with told.step("list"):
        rivals = DomainList.objects.create(name="competitors")
    with told.step("domains"):
        add_domains(rivals, [f"rival{number:02}.example" for number in range(48)])
    with told.step("domain gone"):
        DomainListEntry.objects.filter(domain="rival07.example").delete()
    with told.step("list deleted"):
        rivals.delete()


def tell_of_routing(told: World) -> None:
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


@pytest.mark.parametrize(
    ("step", "sentences"),
    [
        ("imported", ["root, in the shell (scoring_model) made version 1, “Small”: 2 rules in 2 groups"]),
        (
            "threshold",
            [
                "Grace Hopper changed version 1: Threshold: 60 → 65",
                "Grace Hopper changed the note of version 1: “Fewer, better.”",
            ],
        ),
        (
            "rule added",
            [
                (
                    "Grace Hopper changed version 1: “Director” added to ICP:"
                    " +30 when the job title contains “director”"
                )
            ],
        ),
        ("rule changed", ["Grace Hopper changed version 1: Director: points 30 → 15"]),
        (
            "condition changed",
            [
                (
                    "Grace Hopper changed version 1: Director: the job title contains “director” →"
                    " the job title contains “managing director”"
                )
            ],
        ),
        ("rule off", ["Grace Hopper changed version 1: Director: switched off"]),
        (
            "rule deleted",
            [
                (
                    "Ada Lovelace changed version 1: “Director” removed:"
                    " +15 when the job title contains “managing director”"
                )
            ],
        ),
        ("persona", ["Ada Lovelace changed version 1: “Vera” added, who must qualify"]),
        (
            "a draft of it",
            ["Grace Hopper made version 2, “Small”, from version 1: 2 rules in 2 groups and 1 persona"],
        ),
        ("draft deleted", ["Grace Hopper deleted version 2, “Small”: 2 rules in 2 groups and 1 persona"]),
        ("published", ["Grace Hopper published version 1"]),
        (
            "planned",
            ["Grace Hopper planned version 2 to go live on 12 March 2026, 08:30: “After the fair”"],
        ),
        (
            "published as planned",
            [
                (
                    "The job “Publish what is due” published version 2, as planned, and version 1 retired:"
                    " “After the fair”; of those who qualify by it alone, the best 50 become MQLs at once and 20 a day"
                    " after them"
                )
            ],
        ),
        ("rolled back", ["Grace Hopper rolled back to version 1, and version 2 retired"]),
        ("paused", ["Grace Hopper paused the opening of MQLs: “The fair”"]),
        ("resumed", ["Grace Hopper let MQLs open again"]),
        (
            "segment",
            ["Grace Hopper made the segment Enterprise: when the company has at least 1,000 employees"],
        ),
        (
            "segment changed",
            [
                (
                    "Grace Hopper changed the segment Enterprise: the company has at least 1,000 employees →"
                    " the company has at least 500 employees; now only when their score is at least 40"
                )
            ],
        ),
        ("segment deleted", ["Grace Hopper deleted the segment Enterprise"]),
        ("list", ["Grace Hopper made the list competitors"]),
        (
            "domains",
            [
                (
                    "Grace Hopper added 48 domains to the list competitors:"
                    " rival00.example, rival47.example and 46 others"
                )
            ],
        ),
        ("domain gone", ["Grace Hopper took 1 domain from the list competitors: rival07.example"]),
        ("list deleted", ["Grace Hopper deleted the list competitors: with its 47 domains"]),
        (
            "rep changed",
            ["Ada Lovelace changed the rep Joan Clarke: most open MQLs 20 → no limit; weight 1 → 2"],
        ),
        (
            "absence",
            [
                (
                    "Somebody outside the application noted that Joan Clarke is away from 9 March 2026 to"
                    " 13 March 2026 (Holiday)"
                )
            ],
        ),
        (
            "assignment rule",
            [
                "Ada Lovelace made the assignment rule DACH: to the team South when the country is “DE” or “AT”"
            ],
        ),
        (
            "assignment rule changed",
            [
                "Ada Lovelace changed the assignment rule DACH: to the team South → to Joan Clarke",
                "Ada Lovelace put the assignment rules in another order",
            ],
        ),
        (
            "target changed",
            [
                (
                    "Ada Lovelace changed the SLA target of grade A1: minutes of working time 15 → 30;"
                    " goes to the next rep never → at 200 %"
                )
            ],
        ),
        ("closed day", ["Ada Lovelace closed 24 December 2026 (Christmas Eve) in the working hours Paris"]),
        (
            "reason",
            ["Ada Lovelace made the verdict reason “Asked for time”: for Recycled to nurture"],
        ),
    ],
)
def test_a_change_is_told_in_a_sentence(world: World, step: str, sentences: list[str]) -> None:
    assert world.sentences(step) == sentences


@pytest.mark.parametrize("step", ["nothing new", "swept", "turn"])
def test_what_is_nobodys_decision_is_not_told(world: World, step: str) -> None:
    assert world.moments[step] not in [paragraph.at for paragraph in story(EVERYTHING, size=1_000).paragraphs]


def test_what_a_former_user_did_is_told_under_their_name(world: World) -> None:
    AssignmentRule.objects.all().delete()
    Rep.objects.all().delete()
    User.objects.filter(username="joan").delete()

    assert world.told("rule changed").who == "Grace Hopper"
    assert world.sentences("rep changed")[0].startswith("Ada Lovelace changed the rep a former user")


def test_what_one_request_did_in_several_transactions_is_one_paragraph(world: World) -> None:
    with world.step("first half"):
        Segment.objects.create(name="North")
    with world.step("second half"):
        Segment.objects.create(name="West")
    made = Segment.pgh_event_model.objects.get(name="North")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scoring_segmentevent DISABLE TRIGGER ALL")
        cursor.execute(
            "UPDATE scoring_segmentevent SET pgh_context_id = %s WHERE name = 'West'", [made.pgh_context_id]
        )

    assert world.sentences("first half") == [
        "Grace Hopper made the segment North",
        "Grace Hopper made the segment West",
    ]


def steps(world: World, told: Story) -> set[str]:
    """The steps that are told, among those of which the tests below ask."""
    names = {at: name for name, at in world.moments.items()}
    return {names[paragraph.at] for paragraph in told.paragraphs}


@pytest.mark.parametrize(
    ("asked", "found", "missed"),
    [
        ({"topics": [Topic.SEGMENTS]}, "segment", "list"),
        ({"topics": [Topic.ROUTING]}, "team", "published"),
        ({"who": "1000002"}, "rule deleted", "rule changed"),
        ({"who": "job"}, "published as planned", "published"),
        ({"who": OUTSIDE}, "absence", "rep"),
        ({"version": 2}, "planned", "imported"),
        ({"version": 1}, "rule changed", "segment"),
        ({"version": 1}, "published as planned", "paused"),
        ({"words": "director"}, "condition changed", "threshold"),
        ({"words": "RIVAL07"}, "domain gone", "list"),
        ({"words": "competitors"}, "domains", "segment"),
        ({"words": "after the fair"}, "planned", "rolled back"),
        ({"words": "clarke"}, "absence", "target"),
        ({"until": date(2026, 3, 2)}, "threshold", "reason"),
        ({"since": date(2026, 3, 3)}, "reason", "threshold"),
    ],
)
def test_the_story_is_asked_for_by_what_who_when_version_and_words(
    world: World, asked: dict[str, Any], found: str, missed: str
) -> None:
    told = steps(world, story(Asked(**{"topics": list(Topic), **asked}), size=1_000))

    assert found in told
    assert missed not in told


def test_a_long_story_is_read_page_by_page_without_gap_or_repeat(world: World) -> None:
    whole = [paragraph.at for paragraph in story(EVERYTHING, size=1_000).paragraphs]

    read, before, more = [], None, True
    while more:
        page = story(EVERYTHING, before=before, size=7)
        read += [paragraph.at for paragraph in page.paragraphs]
        before, more = page.older, page.older is not None

    assert read == whole


def test_the_same_queries_tell_of_few_moments_and_of_many(world: World) -> None:
    draft = save_draft(SMALL_MODEL, by=None, at=NOW)

    def change(times: int) -> None:
        for number in range(times):
            with world.step(f"change {times} {number}"):
                Rule.objects.filter(group__version=draft).update(points=number + 100 * times)

    def queries(version: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert story(Asked(topics=list(Topic), version=version)).paragraphs
        return len(captured)

    change(2)
    few = queries(draft.number)
    change(30)

    assert queries(draft.number) == few


HISTORY = "/admin/history/"


def signed_in(role: str = "", **columns: Any) -> Client:
    user = make_user(is_staff=True, **columns)
    if role:
        ensure_groups()
        user.groups.add(Role.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_an_administrator_reads_everything_by_days(world: World) -> None:
    page = signed_in(is_superuser=True).get(HISTORY, {"until": "2026-03-03"}).content.decode()

    assert "Monday, 2 March 2026" in page
    assert "<strong>Grace Hopper</strong> changed version 1: Director: points 30 → 15." in " ".join(
        page.split()
    )
    assert "the team South" in page


def test_a_marketer_reads_of_models_segments_and_lists_alone(world: World) -> None:
    page = signed_in(MARKETERS).get(HISTORY, {"since": "2026-03-02"}).content.decode()

    assert "the list competitors" in page
    assert "South" not in page


def test_a_marketer_cannot_ask_for_what_they_may_not_read(world: World) -> None:
    page = signed_in(MARKETERS).get(HISTORY, {"what": "routing"}).content.decode()

    assert "Mend what is marked above" in page
    assert "South" not in page


def test_a_rep_is_refused(world: World) -> None:
    client = signed_in(SALES_REPS)

    assert client.get(HISTORY).status_code == 403
    assert client.get(f"{HISTORY}what-changed.csv").status_code == 403


def test_who_is_not_signed_in_is_asked_to_sign_in(world: World) -> None:
    response = Client().get(HISTORY)

    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        (
            {"since": "2026-03-03", "until": "2026-03-02"},
            "Choose the day that the story begins with, or a later one.",
        ),
        ({"version": "four"}, "Enter a whole number."),
        ({"who": "everybody"}, "Select a valid choice."),
        ({"q": "x" * 101}, "Ensure this value has at most 100 characters"),
        ({"q": "no such thing"}, "Nothing like that happened."),
    ],
)
def test_what_cannot_be_told_is_said_beside_its_field(world: World, query: dict[str, str], said: str) -> None:
    response = signed_in(is_superuser=True).get(HISTORY, query)

    assert response.status_code == 200
    assert said in response.content.decode()


@pytest.mark.parametrize("before", ["yesterday", "2026-13-45T00:00:00+00:00", "2026-03-02"])
def test_a_place_that_is_none_begins_the_story_anew(world: World, before: str) -> None:
    page = signed_in(is_superuser=True).get(HISTORY, {"before": before}).content.decode()

    assert "Asked for time" in page


def test_a_link_leads_to_older_changes_of_the_same_kind(world: World) -> None:
    client = signed_in(is_superuser=True)
    for number in range(45):
        with world.step(f"many {number}"):
            Segment.objects.create(name=f"Segment {number}")

    first = client.get(HISTORY, {"what": "segments"})
    older = client.get(HISTORY, {"what": "segments", "before": first.context["older"]})

    assert "what=segments&amp;before=" in first.content.decode()
    assert "Segment 44" in first.content.decode()
    assert "Segment 2." in older.content.decode()


def test_the_story_leaves_as_a_file_that_runs_nothing(world: World) -> None:
    with world.step("a name that is a formula", {"kind": "user", "id": 7, "name": "=HYPERLINK(1)"}):
        Segment.objects.create(name="=1+1")

    response = signed_in(is_superuser=True).get(f"{HISTORY}what-changed.csv", {"what": "segments"})
    head, newest, *_ = csv.reader(b"".join(response.streaming_content).decode().splitlines())

    assert head == ["when", "who", "what", "version", "what happened"]
    assert newest[1:] == ["'=HYPERLINK(1)", "Segments", "", "made the segment =1+1"]


def test_a_story_of_nothing_says_so(world: World) -> None:
    assert (
        "Nothing like that happened"
        in signed_in(is_superuser=True).get(HISTORY, {"since": "2031-01-01"}).content.decode()
    )
