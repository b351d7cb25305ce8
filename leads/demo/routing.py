"""How the made-up seller shares out its MQLs, who is away, whom it looks at together, and how its people are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from crm.models import User
from leads.demo.staff import ENTERPRISE, MID_MARKET
from leads.models import Absence, AssignmentRule, Rep, Team
from leads.notify.ways import Kind, Mail, all_ways_of, choose
from scoring.models import Op, Segment

Condition = tuple[str, Op, Any]

SPEAKS_SWEDISH = "sofie.lindahl"
ON_HOLIDAY = "luca.ferrante"
AWAY_SOON = "hana.morimoto"
LOOKED_AFTER, LARGE = 50, 1000
"""Employees from which on an account has somebody who looks after it, and from which on it is an enterprise."""

SEGMENTS: dict[str, tuple[str, tuple[Condition, ...]]] = {
    "Enterprise in Europe": (
        "For the quarterly plan: large companies this side of the Atlantic.",
        (
            ("company.employees", Op.GTE, LARGE),
            ("company.country", Op.NOT_IN, ["United States", "Canada", "India"]),
        ),
    ),
    "Target accounts": (
        "The list that sales and marketing agreed on.",
        (("company.properties.tier", Op.EQUALS, "Target account"),),
    ),
    "Heads of sales in software": (
        "",
        (("company.industry", Op.EQUALS, "Software"), ("job_title", Op.HAS_WORD, "sales")),
    ),
    "Reading the prices": (
        "Whoever was at the prices more than once this month, and fits.",
        (
            ("activity.subject", Op.STARTS_WITH, "/pricing"),
            ("activity.days_ago", Op.LTE, 30),
            ("activity.count", Op.GTE, 2),
            ("score.fit", Op.GTE, 20),
        ),
    ),
}


def share_out() -> None:
    """Write the rules that MQLs of the year are routed by, and how much some of the reps are given."""
    enterprise, mid_market = (Team.objects.get(name=name) for name in (ENTERPRISE, MID_MARKET))
    _rule(
        "Accounts that are looked after",
        [("company.employees", Op.GTE, LOOKED_AFTER)],
        target=AssignmentRule.Target.ACCOUNT_OWNER,
    )
    _rule(
        "Swedish target accounts",
        [
            ("company.country", Op.EQUALS, "Sweden"),
            ("company.properties.tier", Op.EQUALS, "Target account"),
        ],
        target=AssignmentRule.Target.REP,
        rep=Rep.objects.get(user__username=SPEAKS_SWEDISH),
    )
    _rule("Enterprise", [("company.employees", Op.GTE, LARGE)], team=enterprise)
    _rule("Everybody else", [], team=mid_market)
    Rep.objects.filter(user__username="grace.adeleke").update(weight=2)
    Rep.objects.filter(user__username="piet.vandermeer").update(capacity=12, daily_limit=4)


def _rule(name: str, conditions: Sequence[Condition], **target: Any) -> None:
    position = 10 * (AssignmentRule.objects.count() + 1)
    rule = AssignmentRule.objects.create(name=name, position=position, **target)
    for field, op, value in conditions:
        rule.conditions.create(field=field, op=op, value=value)


def plan_absences(now: datetime) -> None:
    """One rep has been away for some days, another will be."""
    today = now.date()
    for username, first, last, note in (
        (ON_HOLIDAY, -4, 9, "On holiday"),
        (AWAY_SOON, 18, 22, "Sales kick-off in Oslo"),
    ):
        Absence.objects.create(
            rep=Rep.objects.get(user__username=username),
            first_day=today + timedelta(days=first),
            last_day=today + timedelta(days=last),
            note=note,
        )


def name_segments() -> None:
    for name, (description, conditions) in SEGMENTS.items():
        segment = Segment.objects.create(name=name, description=description)
        for position, (field, op, value) in enumerate(conditions):
            segment.conditions.create(field=field, op=op, value=value, position=position)


def choose_ways() -> None:
    """A rep who reads much of it once a day, and a lead who wants to hear at once of what has no owner."""
    rep, lead = (User.objects.get(username=name) for name in ("sdr", "lead"))
    ways = all_ways_of(rep)
    ways |= {kind: replace(ways[kind], mail=Mail.DIGEST) for kind in (Kind.MQL_TAKEN_AWAY, Kind.CAME_BACK)}
    choose(rep, ways, digest_at=time(8, 15), slack_url="", outside_hours=False)
    ways = all_ways_of(lead)
    ways[Kind.MQL_UNASSIGNED] = replace(ways[Kind.MQL_UNASSIGNED], mail=Mail.AT_ONCE)
    choose(lead, ways, digest_at=time(7, 45), slack_url="", outside_hours=True)
