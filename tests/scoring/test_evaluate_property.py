"""The SQL evaluator against the oracle: random models, people and histories, through the real tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings

from crm.models import Activity, Company, Contact
from scoring.evaluate import Evaluator
from scoring.models import DecayKind, Dimension, DomainList, DomainListEntry, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, RuleSpec
from tests.scoring import oracle
from tests.scoring.strategies import Case, cases

EXAMPLES = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TIE = 1e-9
"""How near to half a cent the two may round apart: sums of doubles depend on their order in the last bits."""


def spec_of(model: dict[str, Any]) -> ModelSpec:
    def decay(said: dict[str, Any] | None) -> DecaySpec | None:
        return said and DecaySpec(DecayKind(said["kind"]), said.get("days"), said.get("percent"))

    plain = ("threshold", "min_fit", "min_engagement", "max_fit", "max_engagement", "requalify_after_days",
             "restart_engagement_on_recycle")  # fmt: skip
    return ModelSpec(
        name=model["name"],
        **{key: model[key] for key in plain if key in model},
        decay=decay(model["decay"]) or DecaySpec(),
        fit_grades=tuple(model["grades"]["fit"]),
        engagement_grades=tuple(model["grades"]["engagement"]),
        groups=tuple(GroupSpec(**{**g, "dimension": Dimension(g["dimension"])}) for g in model["groups"]),
        rules=tuple(
            RuleSpec(
                **{
                    **rule,
                    "effect": Effect(rule["effect"]),
                    "per": Per(rule.get("per", "occurrence")),
                    "decay": decay(rule.get("decay")),
                    "when": tuple(
                        ConditionSpec(c["field"], Op(c["op"]), c.get("value")) for c in rule["when"]
                    ),
                }
            )
            for rule in model["rules"]
        ),
    )


def record_lists(lists: dict[str, list[str]]) -> None:
    for name, domains in lists.items():
        row = DomainList.objects.create(name=name)
        DomainListEntry.objects.bulk_create(DomainListEntry(list=row, domain=domain) for domain in domains)


def record_people(case: Case) -> list[int]:
    companies: dict[str, Company] = {}
    ids = []
    for person, history in case.people:
        columns = dict(person)
        employer = columns.pop("company")
        company = None
        if employer is not None:
            key = employer["domain"] or employer["name"]
            company = companies.get(key) or Company.objects.create(
                **employer, updated_at=columns["created_at"]
            )
            companies[key] = company
        contact = Contact.objects.create(**columns, company=company, updated_at=columns["created_at"])
        ids.append(contact.pk)
        Activity.objects.bulk_create(Activity(contact=contact, source="drawn", **deed) for deed in history)
    return ids


def forget_attributes(later: datetime) -> None:
    """Overwrite everything that rules can name, at a time after the moment that is asked for."""
    Contact.objects.update(
        job_title="VP CTO", country="DE", source="vp", properties={"plan": "vp"}, utm_term="400", company=None,
        recycled_at=later, updated_at=later,
    )  # fmt: skip
    Company.objects.update(industry="vp", employees=400, properties={"plan": 5}, updated_at=later)


def close(mine: Decimal, theirs: Decimal, exact: float) -> bool:
    near_tie = abs((abs(exact) * 100) % 1 - 0.5) < TIE * 100
    return mine == theirs or (near_tie and abs(mine - theirs) <= Decimal("0.01"))


def assert_same(row: dict[str, Any], spec: ModelSpec, said: oracle.Score) -> None:
    for index, rule in enumerate(spec.rules):
        points, matches, newest = said["rules"][rule.name]
        if rule.effect == Effect.POINTS:
            assert row[f"r{index}"] == pytest.approx(points, abs=1e-9), rule
        if rule.per == Per.ABSENCE:
            continue
        assert row[f"n{index}"] == matches, rule
        assert row[f"m{index}"] == newest, rule
    same_fit = close(row["fit"], said["fit"], row["raw_fit"])
    same_engagement = close(row["engagement"], said["engagement"], row["raw_engagement"])
    assert (same_fit, same_engagement) == (True, True), (row, said)
    assert (row["disqualified"], row["fast_tracked"]) == (said["disqualified"], said["fast_tracked"])
    if (row["fit"], row["engagement"]) == (said["fit"], said["engagement"]):
        assert (row["grade"], row["crosses"]) == (said["grade"], said["crosses"])


def compare(case: Case, *, past: bool) -> None:
    spec = spec_of(case.model)
    record_lists(case.domain_lists)
    ids = record_people(case)
    if past:
        forget_attributes(case.t + timedelta(microseconds=1))
    evaluator = Evaluator(spec)
    rows = {
        row["contact_id"]: row
        for row in evaluator.details(
            at=case.t, contact_ids=ids, past=past, known_at=None if past else case.known_at
        )
    }
    short = {
        row.contact_id: row
        for row in evaluator.score(
            at=case.t, contact_ids=ids, past=past, known_at=None if past else case.known_at
        )
    }
    for pk, (person, history) in zip(ids, case.people, strict=True):
        said = oracle.score(
            case.model, person, history, case.domain_lists, case.t, None if past else case.known_at
        )
        assert_same(rows[pk], spec, said)
        assert (short[pk].fit, short[pk].engagement) == (rows[pk]["fit"], rows[pk]["engagement"])
        assert (short[pk].grade, short[pk].crosses) == (rows[pk]["grade"], rows[pk]["crosses"])


@pytest.mark.django_db
@pytest.mark.parametrize("past", [False, True], ids=["as things are", "as things were"])
def test_the_evaluator_agrees_with_the_oracle(past: bool) -> None:
    @EXAMPLES
    @given(case=cases())
    def check(case: Case) -> None:
        with transaction.atomic():
            compare(case, past=past)
            transaction.set_rollback(True)

    check()
    assert not connection.needs_rollback
