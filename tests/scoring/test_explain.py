"""Explanations add up, and say what else stands in the way."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from crm import record
from scoring.evaluate import Evaluator
from scoring.explain import Explanation, explain, explain_with
from scoring.models import ScoringVersion
from tests.factories import NOW, make_activity, make_contact
from tests.scoring.strategies import Case, cases
from tests.scoring.test_evaluate_property import record_lists, record_people, spec_of

pytestmark = pytest.mark.django_db


def sums(explanation: Explanation) -> dict[str, Decimal]:
    lines = [*explanation.reasons, *explanation.caps]
    return {
        dimension: sum((line.points for line in lines if line.dimension == dimension), Decimal(0)).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        for dimension in ("fit", "engagement")
    }


def test_reasons_and_caps_sum_to_the_score_to_the_cent() -> None:
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases())
    def check(case: Case) -> None:
        with transaction.atomic():
            record_lists(case.domain_lists)
            ids = record_people(case)
            found = explain_with(Evaluator(spec_of(case.model)), ids, at=case.t)
            transaction.set_rollback(True)

        assert sorted(found) == sorted(ids)
        assert [sums(one) for one in found.values()] == [
            {"fit": one.fit, "engagement": one.engagement} for one in found.values()
        ]

    check()


def test_a_rule_that_gave_nothing_is_not_listed(worked_example: ScoringVersion) -> None:
    contact = make_contact(job_title="VP")

    found = explain([contact.pk], at=NOW)[contact.pk]

    assert [reason.rule for reason in found.reasons] == ["Vice president"]


def test_what_stands_in_the_way_is_said_in_fixed_words(worked_example: ScoringVersion) -> None:
    contact = make_contact(job_title="VP", sales_consent="opted_out")
    make_activity(contact, "webinar_attended", days_ago=20)
    record.move_stage([contact.pk], "nurture", by=None, at=NOW - timedelta(days=10))

    found = explain([contact.pk], at=NOW)[contact.pk]

    assert found.blocked_by == ["opted_out", "recently_recycled", "no_new_engagement"]
    assert not found.qualifies


def test_a_rep_s_own_call_is_no_new_engagement(worked_example: ScoringVersion) -> None:
    contact = make_contact(job_title="VP")
    record.move_stage([contact.pk], "nurture", by=None, at=NOW - timedelta(days=40))
    make_activity(contact, "call", days_ago=2)

    assert explain([contact.pk], at=NOW)[contact.pk].blocked_by == ["no_new_engagement"]


def test_the_command_prints_a_table_that_adds_up(worked_example: ScoringVersion) -> None:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    for days in (0, 0, 30, 60):
        make_activity(contact, subject="/pricing", days_ago=days)
    out = StringIO()

    call_command("explain", "VP@acme.example", "--as-of", NOW.isoformat(), stdout=out)

    lines = [line.split() for line in out.getvalue().splitlines() if line.strip()]
    figures = {tuple(line[:-1]): line[-1] for line in lines}
    assert figures["Fit",] == "30.00"
    assert figures["Engagement",] == "25.00"
    assert figures["held:", "rule", "Pricing", "page", "viewed"] == "-2.50"
    assert "Total" in out.getvalue()
    assert "55.00" in out.getvalue()


def test_the_command_gives_the_shape_that_the_documentation_promises(worked_example: ScoringVersion) -> None:
    contact = make_contact("vp@acme.example", job_title="VP Sales")
    make_activity(contact, subject="/pricing")
    out = StringIO()

    call_command("explain", contact.email, "--json", "--as-of", "2026-03-02T09:00:00Z", stdout=out)

    assert json.loads(out.getvalue()) == {
        "email": "vp@acme.example", "as_of": "2026-03-02T09:00:00Z", "version": worked_example.number,
        "fit": 30.0, "engagement": 10.0, "total": 40.0, "grade": "C4",
        "disqualified": False, "fast_tracked": False, "qualifies": False, "blocked_by": [],
        "reasons": [
            {"rule": "Pricing page viewed", "group": "Intent", "dimension": "engagement", "effect": "points",
             "points": 10.0, "matches": 1, "newest": "2026-03-02T09:00:00Z"},
            {"rule": "Vice president", "group": "ICP", "dimension": "fit", "effect": "points",
             "points": 30.0, "matches": 1, "newest": None},
        ],
        "caps": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody@acme.example"], "no contact has the address"),
        (["vp@acme.example", "--as-of", "yesterday"], "is not a moment"),
        (["vp@acme.example", "--as-of", "2026-03-01T09:00:00"], "no time zone"),
        (["vp@acme.example", "--version", "99"], "there is no version 99"),
    ],
)
def test_a_wrong_question_gets_a_clear_answer(
    worked_example: ScoringVersion, arguments: list[str], said: str
) -> None:
    make_contact("vp@acme.example")

    with pytest.raises(CommandError, match=said):
        call_command("explain", *arguments)
