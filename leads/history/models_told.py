"""What happened to scoring models: versions made, edited, published, rolled back to; pauses.

An edit is told by what it made of the whole version: the versions before and after are put together again from the
events, and compared as `scoring.differences` compares any two models.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format

from leads.history.names import People
from leads.history.parts import Deed, Part, once_each, plural
from leads.history.past import Past, Window
from leads.history.tables import Topic
from scoring.differences import differences
from scoring.models import (
    Condition,
    Group,
    Opening,
    Pause,
    Persona,
    Publication,
    Rule,
    ScoringVersion,
)
from scoring.spec import ModelSpec
from scoring.versions import spec_of_rows

Status = ScoringVersion.Status


class Models:
    """Tells of scoring models. Made once for all deeds of a page, so that it reads what they need at once."""

    def __init__(self, deeds: Sequence[Deed], window: Window, people: People) -> None:
        self._people = people
        of: defaultdict[type[Model], list[Deed]] = defaultdict(list)
        for deed in deeds:
            of[deed.model].append(deed)
        rules = {deed.row.rule_id for deed in of[Condition]} | {deed.number for deed in of[Rule]}
        self._rules = Past(Rule, window, pgh_obj__in=rules)
        groups = self._rules.ever("group_id") | {deed.number for deed in of[Group]}
        self._groups = Past(Group, window, pgh_obj__in=groups)
        self._publications = Past(Publication, window, pgh_obj__in=[deed.number for deed in of[Publication]])
        people.expect(self._publications.ever("asked_by_id"))
        versions = self._groups.ever("version_id") | {deed.number for deed in of[ScoringVersion]}
        versions |= {deed.row.version_id for deed in of[Persona]}
        versions |= self._publications.ever("version_id") | self._publications.ever("replaced_id")
        made_from = {deed.row.made_from_id for deed in of[ScoringVersion]} - {None}
        self._versions = Past(ScoringVersion, window, pgh_obj__in=versions | made_from)
        self._read_edited(deeds, window)

    def _read_edited(self, deeds: Sequence[Deed], window: Window) -> None:
        """Read all parts of the versions that were edited. Of one that was made or deleted, its size says enough."""
        whole = {
            (deed.at, deed.number) for deed in deeds if deed.model is ScoringVersion and deed.how != "update"
        }
        edited = {(deed.at, version) for deed in deeds if (version := self._version_of(deed)) is not None}
        versions = {version for at, version in edited if (at, version) not in whole}
        self._groups_of = Past(Group, window, version_id__in=versions)
        self._rules_of = Past(Rule, window, group_id__in=list(self._groups_of))
        self._conditions_of = Past(Condition, window, rule_id__in=list(self._rules_of))
        self._personas_of = Past(Persona, window, version_id__in=versions)

    def _version_of(self, deed: Deed) -> int | None:
        """The version whose rules or settings a deed changed."""
        row: Any = deed.row
        if isinstance(row, Condition):
            row = self._rules.known(row.rule_id, deed.at)
        if isinstance(row, Rule):
            row = self._groups.known(row.group_id, deed.at)
        if isinstance(row, Group | Persona):
            return row.version_id
        return deed.number if isinstance(row, ScoringVersion) else None

    def told(self, deeds: Sequence[Deed], at: datetime) -> Iterator[Part]:
        """What happened to models at one moment."""
        by_version: defaultdict[int, list[Deed]] = defaultdict(list)
        for deed in deeds:
            if (version := self._version_of(deed)) is not None:
                by_version[version].append(deed)
        publications = [deed for deed in once_each(deeds) if deed.model is Publication]
        moved = {version for d in publications for version in (d.row.version_id, d.row.replaced_id)}
        for version, done in sorted(by_version.items()):
            yield from self._version(version, done, at, moved=version in moved)
        for deed in publications:
            yield from self._publication(deed)
        for deed in once_each(deeds):
            if isinstance(deed.row, Pause):
                yield from self._pause(deed)

    def _version(self, number: int, deeds: Sequence[Deed], at: datetime, *, moved: bool) -> Iterator[Part]:
        how = {deed.how for deed in deeds if deed.model is ScoringVersion}
        version = self._versions.known(number, at)
        if version is None:
            return
        if "insert" in how:
            yield self._made(version, deeds)
        elif "delete" in how:
            name = f"deleted version {version.number}, “{version.name}”"
            yield _part(name, _size(deeds, "delete"), version)
        else:
            before = self._versions.before(number, at)
            if before is not None and not moved:
                yield from _moves(before, version)
            if said := self._edits(number, at):
                yield _part(f"changed version {version.number}", said, version)
            if before is not None and before.note != version.note:
                yield _part(f"changed the note of version {version.number}", [f"“{version.note}”"], version)

    def _made(self, version: ScoringVersion, deeds: Sequence[Deed]) -> Part:
        origin = self._versions.known(version.made_from_id, deeds[0].at)
        of = f", from version {origin.number}" if origin else ""
        return _part(f"made version {version.number}, “{version.name}”{of}", _size(deeds, "insert"), version)

    def _edits(self, version: int, at: datetime) -> list[str]:
        before, after = self._spec(version, at, before=True), self._spec(version, at, before=False)
        if before is None or after is None:
            return []
        return [difference.sentence for difference in differences(before, after)]

    def _spec(self, version: int, at: datetime, *, before: bool) -> ModelSpec | None:
        """The version as it was once the moment was over, or before it."""
        row = self._versions.before(version, at) if before else self._versions.at(version, at)
        if row is None:
            return None

        def parts(past: Past[Any], column: str, whole: int) -> list[Any]:
            return (past.parts_before if before else past.parts_at)(column, whole, at)

        groups = parts(self._groups_of, "version_id", version)
        rules = []
        for group in groups:
            for rule in parts(self._rules_of, "group_id", group.pk):
                rule.group = group
                # As a prefetch leaves them, where the spec looks for them.
                rule._prefetched_objects_cache = {
                    "conditions": parts(self._conditions_of, "rule_id", rule.pk)
                }
                rules.append(rule)
        rules.sort(key=lambda rule: (rule.position, rule.pk))
        return spec_of_rows(row, groups, rules, parts(self._personas_of, "version_id", version))

    def _publication(self, deed: Deed) -> Iterator[Part]:
        row, at = deed.row, deed.at
        before = self._publications.before(deed.number, at)
        version = self._versions.known(row.version_id, at)
        if version is None or (before is not None and before.state == row.state):
            return
        why = [f"“{row.why}”"] if row.why else []
        if row.state == Publication.State.PLANNED:
            when = date_format(timezone.localtime(row.due_at), "j F Y, H:i")
            yield _part(f"planned version {version.number} to go live on {when}", why, version)
        elif row.state == Publication.State.CANCELLED:
            yield _part(f"called off the planned publication of version {version.number}", [], version)
        elif row.state == Publication.State.FAILED:
            yield _part(f"could not publish version {version.number} as planned", [row.failure], version)
        else:
            replaced = self._versions.known(row.replaced_id, at)
            done = "rolled back to" if row.kind == Publication.Kind.ROLL_BACK else "published"
            retired = f", and version {replaced.number} retired" if replaced else ""
            planned = self._as_planned(row) if before is not None else ""
            said = f"{done} version {version.number}{planned}{retired}"
            yield _part(said, [*why, *_opening(row)], version)

    def _as_planned(self, publication: Publication) -> str:
        by = publication.asked_by_id
        return f", as {self._people.name(by)} had planned" if by else ", as planned"

    def _pause(self, deed: Deed) -> Iterator[Part]:
        if deed.row.ended_at is None:
            why = (f"“{deed.row.why}”",) if deed.row.why else ()
            yield Part(Topic.MODELS, "paused the opening of MQLs", why)
        else:
            yield Part(Topic.MODELS, "let MQLs open again")


def _part(phrase: str, details: Iterable[str], version: ScoringVersion) -> Part:
    return Part(Topic.MODELS, phrase, tuple(details), version.number)


def _moves(before: ScoringVersion, now: ScoringVersion) -> Iterator[Part]:
    """Published and retired, where no publication tells it."""
    if before.status == now.status:
        return
    done = {Status.PUBLISHED: "published", Status.RETIRED: "retired", Status.DRAFT: "made a draft of"}
    yield _part(f"{done[Status(now.status)]} version {now.number}", [], now)


def _size(deeds: Iterable[Deed], how: str) -> list[str]:
    """How much came or went with a whole version."""
    number = Counter(deed.model for deed in deeds if deed.how == how)
    if not number[Rule] and not number[Persona]:
        return []
    rules = f"{plural(number[Rule], 'rule')} in {plural(number[Group], 'group')}"
    personas = f" and {plural(number[Persona], 'persona')}" if number[Persona] else ""
    return [f"{rules}{personas}"]


def _opening(publication: Publication) -> list[str]:
    """What becomes of those who qualify by the change of rules alone, where it is not the usual."""
    if publication.opening == Opening.PACED:
        now, daily = f"{publication.open_now:,}", f"{publication.open_per_day:,}"
        return [
            f"of those who qualify by it alone, the best {now} become MQLs at once and {daily} a day after them"
        ]
    if publication.opening == Opening.NEW_ONLY:
        return ["those who qualify by it alone become MQLs once they engage anew"]
    return []
