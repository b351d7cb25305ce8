"""What happened to routing: assignment rules, teams, reps, absences, targets, working hours, reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.formats import date_format

from leads.history.conditions_told import conditions_changed, conditions_said
from leads.history.names import People
from leads.history.parts import Deed, Part, Words, changes, once_each, or_no_limit, or_none, unusual
from leads.history.past import Past, Window
from leads.history.tables import Topic
from leads.models import (
    Absence,
    AssignmentCondition,
    AssignmentRule,
    ClosedDay,
    MailTemplate,
    Rep,
    SlaTarget,
    Team,
    Verdict,
    VerdictReason,
    WorkingHours,
)

NAMES = ("name", "text", "grade")
"""Columns by which a row is called, and which go without saying where it is new."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Target = AssignmentRule.Target


def _percent(value: Any) -> str:
    return "never" if value is None else f"at {value} %"


def _clock(value: time) -> str:
    return f"{value:%H:%M}"


def _days(value: Sequence[int]) -> str:
    return ", ".join(WEEKDAYS[day] for day in sorted(value)) or "none"


def _day(day: date) -> str:
    return date_format(day, "j F Y")


SLA: Words = (
    ("grade", "grade", lambda grade: grade or "every other"),
    ("minutes", "minutes of working time", str),
    ("remind_at_percent", "reminded", _percent),
    ("reassign_at_percent", "goes to the next rep", _percent),
)
HOURS: Words = (
    ("name", "name", or_none),
    ("time_zone", "time zone", str),
    ("starts", "from", _clock),
    ("ends", "until", _clock),
    ("days", "days", _days),
    ("holidays_country", "public holidays of", lambda country: country or "none"),
    ("holidays_subdivision", "their state or province", lambda region: region or "none"),
)
REASON: Words = (
    ("text", "text", or_none),
    ("verdict", "for", lambda verdict: Verdict(verdict).label),
    ("active", "offered", lambda active: "yes" if active else "no"),
)


RULE: Words = (
    ("name", "name", or_none),
    ("active", "in use", lambda active: "yes" if active else "no"),
)


class Routing:
    """Tells of routing. Made once for all deeds of a page, so that it reads what they need at once."""

    def __init__(self, deeds: Sequence[Deed], window: Window, people: People) -> None:
        def numbers(model: Any) -> set[int]:
            return {deed.number for deed in deeds if deed.model is model}

        def wholes(model: Any, column: str) -> set[int]:
            return {getattr(deed.row, column) for deed in deeds if deed.model is model}

        rules = numbers(AssignmentRule) | wholes(AssignmentCondition, "rule_id")
        self._rules = Past(AssignmentRule, window, pgh_obj__in=rules)
        self._conditions = Past(AssignmentCondition, window, rule_id__in=rules)
        self._absences = Past(Absence, window, pgh_obj__in=numbers(Absence))
        reps = numbers(Rep) | self._absences.ever("rep_id") | self._rules.ever("rep_id")
        self._reps = Past(Rep, window, pgh_obj__in=reps)
        teams = numbers(Team) | self._rules.ever("team_id") | self._reps.ever("team_id")
        self._teams = Past(Team, window, pgh_obj__in=teams)
        self._closed = Past(ClosedDay, window, pgh_obj__in=numbers(ClosedDay))
        hours = numbers(WorkingHours) | self._closed.ever("hours_id")
        hours |= self._teams.ever("hours_id") | self._reps.ever("hours_id")
        self._hours = Past(WorkingHours, window, pgh_obj__in=hours)
        self._targets = Past(SlaTarget, window, pgh_obj__in=numbers(SlaTarget))
        self._reasons = Past(VerdictReason, window, pgh_obj__in=numbers(VerdictReason))
        self._templates = MailTemplate.objects.in_bulk(self._teams.ever("first_mail_id"))
        self._people = people
        people.expect(self._reps.ever("user_id") | self._teams.ever("lead_id"))

    def told(self, deeds: Sequence[Deed], at: datetime) -> Iterator[Part]:
        """What happened to routing at one moment."""
        rules = dict.fromkeys(number for deed in deeds if (number := _rule_of(deed)) is not None)
        for number in rules:
            yield from self._rule(number, at)
        if any(_moved(self._rules, number, at) for number in rules):
            yield _part("put the assignment rules in another order")
        tellers = {
            Team: self._team,
            Rep: self._rep,
            Absence: self._absence,
            SlaTarget: self._target,
            WorkingHours: self._working_hours,
            ClosedDay: self._closed_day,
            VerdictReason: self._reason,
        }
        for deed in once_each(deeds):
            if deed.model in tellers:
                yield from tellers[deed.model](deed)
        if any(deed.model is VerdictReason and _moved(self._reasons, deed.number, at) for deed in deeds):
            yield _part("put the verdict reasons in another order")

    def _rule(self, number: int, at: datetime) -> Iterator[Part]:
        now, before = self._rules.at(number, at), self._rules.before(number, at)
        if now is None:
            if gone := self._rules.known(number, at):
                yield _part(f"deleted the assignment rule {gone.name}")
            return
        if before is None:
            said = [self._goes_to(now, at), *conditions_said(self._conditions, "rule_id", number, at)]
            yield _part(f"made the assignment rule {now.name}", " ".join(said))
            return
        said = changes(RULE, before, now)
        was, to = self._goes_to(before, at), self._goes_to(now, at)
        said += [f"{was} → {to}"] if was != to else []
        said += conditions_changed(self._conditions, "rule_id", number, at)
        if said:
            yield _part(f"changed the assignment rule {now.name}", *said)

    def _goes_to(self, rule: AssignmentRule, at: datetime) -> str:
        if rule.target == Target.TEAM:
            return f"to the team {self._team_name(rule.team_id, at)}"
        return (
            f"to {self._rep_name(rule.rep_id, at)}" if rule.target == Target.REP else "to the account’s owner"
        )

    def _team(self, deed: Deed) -> Iterator[Part]:
        at = deed.at
        words: Words = (
            ("name", "name", or_none),
            ("lead_id", "lead", self._people.name),
            ("hours_id", "working hours", lambda hours: self._hours_name(hours, at, "the organisation’s")),
            ("first_mail_id", "first mail", self._template_name),
            ("first_mail_delay_minutes", "minutes to stop it", str),
        )
        yield from _told(deed, "team", deed.row.name, words, self._teams)

    def _rep(self, deed: Deed) -> Iterator[Part]:
        at = deed.at
        words: Words = (
            ("team_id", "team", lambda team: self._team_name(team, at)),
            ("available", "takes new MQLs", lambda available: "yes" if available else "no"),
            ("capacity", "most open MQLs", or_no_limit),
            ("daily_limit", "most new MQLs a day", or_no_limit),
            ("weight", "weight", str),
            ("hours_id", "working hours", lambda hours: self._hours_name(hours, at, "the team’s")),
        )
        yield from _told(deed, "rep", self._people.name(deed.row.user_id), words, self._reps)

    def _absence(self, deed: Deed) -> Iterator[Part]:
        row, name = deed.row, self._rep_name(deed.row.rep_id, deed.at)
        note = f" ({row.note})" if row.note else ""
        before = self._absences.before(deed.number, deed.at)
        if deed.how == "delete":
            yield _part(f"took back that {name} is away {_away(row)}")
        elif before is None:
            yield _part(f"noted that {name} is away {_away(row)}{note}")
        else:
            yield _part(f"moved when {name} is away", f"{_away(before)} → {_away(row)}{note}")

    def _target(self, deed: Deed) -> Iterator[Part]:
        yield from _told(deed, "SLA target of grade", deed.row.grade or "every other", SLA, self._targets)

    def _working_hours(self, deed: Deed) -> Iterator[Part]:
        yield from _told(deed, "working hours", deed.row.name, HOURS, self._hours)

    def _closed_day(self, deed: Deed) -> Iterator[Part]:
        row = deed.row
        day = f"{_day(row.day)}{f' ({row.name})' if row.name else ''}"
        of = f"the working hours {self._hours_name(row.hours_id, deed.at, '')}"
        before = self._closed.before(deed.number, deed.at)
        if deed.how == "delete":
            yield _part(f"made {day} a working day again in {of}")
        elif before is None:
            yield _part(f"closed {day} in {of}")
        else:
            yield _part(f"moved a closed day in {of}", f"{_day(before.day)} → {day}")

    def _reason(self, deed: Deed) -> Iterator[Part]:
        yield from _told(deed, "verdict reason", f"“{deed.row.text}”", REASON, self._reasons)

    def _team_name(self, team: int | None, at: datetime) -> str:
        known = self._teams.known(team, at)
        return known.name if known else "a former team"

    def _rep_name(self, rep: int | None, at: datetime) -> str:
        known = self._reps.known(rep, at)
        return self._people.name(known.user_id) if known else "a former rep"

    def _hours_name(self, hours: int | None, at: datetime, unset: str) -> str:
        known = self._hours.known(hours, at)
        return known.name if known else unset

    def _template_name(self, template: int | None) -> str:
        if template is None:
            return "none"
        return f"“{self._templates[template].name}”" if template in self._templates else "a former template"


def _told(deed: Deed, what: str, name: str, words: Words, past: Past[Any]) -> Iterator[Part]:
    """A row that came, went or changed, by its columns."""
    before, now = past.before(deed.number, deed.at), past.at(deed.number, deed.at)
    if now is None:
        yield _part(f"deleted the {what} {name}")
    elif before is None:
        told = [column for column in words if column[0] not in NAMES]
        yield _part(f"made the {what} {name}", *unusual(told, now))
    elif said := changes(words, before, now):
        yield _part(f"changed the {what} {name}", *said)


def _moved(past: Past[Any], number: int, at: datetime) -> bool:
    """Whether a row stands elsewhere in its order than before."""
    before, now = past.before(number, at), past.at(number, at)
    return before is not None and now is not None and before.position != now.position


def _rule_of(deed: Deed) -> int | None:
    if deed.model is AssignmentRule:
        return deed.number
    return int(deed.row.rule_id) if deed.model is AssignmentCondition else None


def _away(absence: Absence) -> str:
    if absence.first_day == absence.last_day:
        return f"on {_day(absence.first_day)}"
    return f"from {_day(absence.first_day)} to {_day(absence.last_day)}"


def _part(phrase: str, *details: str) -> Part:
    return Part(Topic.ROUTING, phrase, details)
