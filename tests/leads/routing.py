"""What tests of routing share: rules, people who qualify and are routed, and who was given whom and why."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from crm.models import User
from leads.models import AssignmentRule, Mql
from leads.verdict import give_verdict
from scoring.drain import drain
from tests.factories import NOW, make_qualifying_people, make_user


def make_rule(
    name: str = "Rule", *conditions: tuple[str, str, Any], position: int = 0, **target: Any
) -> AssignmentRule:
    target.setdefault("target", next(iter(target), "account_owner"))
    rule = AssignmentRule.objects.create(name=name, position=position, **target)
    for field, op, value in conditions:
        rule.conditions.create(field=field, op=op, value=value)
    return rule


def shares() -> Counter[User | None]:
    """How many MQLs each rep has."""
    return Counter(mql.owner for mql in Mql.objects.select_related("owner"))


def qualify_people(number: int, *, at: datetime = NOW, **columns: Any) -> None:
    make_qualifying_people(number, at=at, **columns)
    drain(at=at)


def trail_of(mql: Mql) -> list[tuple[str, str]]:
    """What routing tried for an MQL that it looked at once, and what came of each."""
    return [(step["step"], step["outcome"]) for step in mql.assignments.get().trail]


def close(mql: Mql) -> None:
    give_verdict(mql, "recycled", by=make_user(is_superuser=True), at=NOW, reason="No project yet")
