"""Models for the tests of the judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scoring.models import DecayKind, Dimension, Op, Per, ScoringVersion
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, RuleSpec
from scoring.versions import save_draft
from tests.factories import NOW

INTENT = GroupSpec("Intent", Dimension.ENGAGEMENT)
ICP = GroupSpec("ICP", Dimension.FIT)


def condition(field: str, op: str, value: Any = None) -> ConditionSpec:
    return ConditionSpec(field, Op(op), value)


WORKED_EXAMPLE = ModelSpec(
    name="Worked example",
    threshold=60,
    min_fit=20,
    min_engagement=20,
    decay=DecaySpec(DecayKind.HALF_LIFE, 30),
    groups=(INTENT, ICP),
    rules=(
        RuleSpec(
            "Pricing page viewed",
            "Intent",
            (condition("kind", "equals", "page_view"), condition("subject", "starts_with", "/pricing")),
            points=10,
            max_points=25,
        ),
        RuleSpec(
            "Webinar attended",
            "Intent",
            (condition("kind", "equals", "webinar_attended"),),
            points=20,
            per=Per.ONCE,
        ),
        RuleSpec("Vice president", "ICP", (condition("job_title", "contains", "vp"),), points=30),
        RuleSpec("Academic", "ICP", (condition("email_type", "equals", "academic"),), points=-50),
    ),
)

Publish = Callable[[ModelSpec], ScoringVersion]


def publish_as_is(spec: ModelSpec) -> ScoringVersion:
    """Make `spec` live without asking its personas, which some tests do not have."""
    version = save_draft(spec, by=None, at=NOW)
    ScoringVersion.objects.filter(status="published").update(status="retired", retired_at=NOW)
    ScoringVersion.objects.filter(pk=version.pk).update(status="published", published_at=NOW)
    version.refresh_from_db()
    return version


@pytest.fixture
def worked_example(db: None) -> ScoringVersion:
    return publish_as_is(WORKED_EXAMPLE)
