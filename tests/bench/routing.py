"""Who gets 10,000 MQLs that wait for a rep: one run of the job, with all that follows from it, committed by batches."""

from __future__ import annotations

from datetime import time
from time import perf_counter
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from crm.models import User
from leads.models import (
    Assignment,
    AssignmentRule,
    Delivery,
    Mql,
    Rep,
    SlaTarget,
    Task,
    Team,
    WorkingHours,
)
from leads.route import route_unassigned
from tests.bench.report import Report

PLACES = (("Europe/London", "GB", "ENG"), ("Europe/Berlin", "DE", "BE"))
"""Where the two teams work: the time zone, and whose holidays are free."""

BAR = 20.0


def measure(report: Report, mqls: int) -> None:
    """Take the owners of all open MQLs away, and have them routed. Leaves rules, working hours and targets behind, and
    reps who can be mailed.
    """
    _write_rules()
    User.objects.filter(rep__isnull=False).update(email=Concat("username", Value("@northbeam.example")))
    _take_away()
    at = timezone.now()
    started = perf_counter()
    routed = route_unassigned(at=at)
    took = perf_counter() - started
    if {routed, Assignment.objects.count(), Delivery.objects.count()} != {mqls}:
        raise RuntimeError(f"{routed} of {mqls} MQLs found an owner who is told of it")
    report.add(f"routing {mqls:,} MQLs", took, "s", at_most=BAR)
    report.add("routing MQLs", mqls / took, "MQLs/s")


def _write_rules() -> None:
    """Rules as the demo has them: owners of accounts, a team by size, a rep by country, a team for all others."""
    teams = list(Team.objects.order_by("name"))
    for team, (zone, country, part) in zip(teams, PLACES, strict=True):
        team.hours = WorkingHours.objects.create(
            name=zone, time_zone=zone, ends=time(17, 30), holidays_country=country, holidays_subdivision=part
        )
        team.save(update_fields=["hours"])
    mid_market, enterprise = teams
    rep = Rep.objects.filter(team=enterprise).order_by("pk").first()
    size = ("company.employees", "gte", 1000)
    _rule("Accounts", {"target": "account_owner"}, size)
    _rule("Enterprise", {"target": "team", "team": enterprise}, size, ("email_type", "equals", "business"))
    _rule("Spain", {"target": "rep", "rep": rep}, ("country", "equals", "ES"))
    _rule("Who decides", {"target": "team", "team": enterprise}, ("job_title", "has_word", "vp"))
    _rule("Everybody else", {"target": "team", "team": mid_market})
    SlaTarget.objects.create(grade="A1", minutes=15, reassign_at_percent=200)
    SlaTarget.objects.create(minutes=240)


def _rule(name: str, target: dict[str, Any], *conditions: tuple[str, str, Any]) -> None:
    rule = AssignmentRule.objects.create(name=name, position=AssignmentRule.objects.count(), **target)
    for field, op, value in conditions:
        rule.conditions.create(field=field, op=op, value=value)


def _take_away() -> None:
    Assignment.objects.all().delete()
    Task.objects.update(assignee=None)
    Mql.objects.update(owner=None, routed_because="", first_touched_at=None)
