"""A model file gives a model and the model the same file; every fault is named by line, key and mend."""

from typing import Any

import pytest
import yaml
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings

from crm.errors import FieldError, Invalid
from scoring.model_file import read_file, read_model, write_model
from scoring.model_import import import_model
from scoring.model_lists import lists_of
from scoring.models import DecayKind, Dimension, DomainList, Op
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft, spec_of
from tests.factories import NOW
from tests.scoring.drawn_models import models
from tests.scoring.drawn_specs import specs
from tests.scoring.pools import DOMAIN_LISTS

pytestmark = pytest.mark.django_db

DESIGN = """\
name: Default
threshold: 60
min_fit: 20
min_engagement: 20
max_fit: 100            # optional
max_engagement: 100     # optional
requalify_after_days: 30
restart_engagement_on_recycle: true
decay: {kind: half_life, days: 30}
grades: {fit: [75, 50, 25], engagement: [75, 50, 25]}
groups:
  - {name: Intent, dimension: engagement, max_points: 60}
  - {name: ICP, dimension: fit}
rules:
  - name: Pricing page viewed
    group: Intent
    effect: points
    points: 10
    per: occurrence
    at_least: 1
    max_points: 25
    window_days: 180
    decay: {kind: linear, days: 90}
    when:
      - {field: kind, op: equals, value: page_view}
      - {field: subject, op: starts_with, value: /pricing}
  - name: Vice president
    group: ICP
    effect: points
    points: 30
    when: [{field: job_title, op: contains, value: vp}]
personas:
  - name: VP who keeps reading the prices
    qualifies: true
    contact: {job_title: VP Sales, email: vp@acme.example, company: {employees: 400}}
    activities: [{kind: page_view, subject: /pricing, days_ago: 0, times: 3},
                 {kind: webinar_attended, subject: Spring, days_ago: 1}]
"""
SHORT = """\
name: Short
threshold: 60
groups:
  - {name: Intent, dimension: engagement}
  - {name: ICP, dimension: fit}
rules:
  - name: Pricing
    group: Intent
    points: 10
    when: [{field: kind, op: equals, value: page_view}]
  - name: Title
    group: ICP
    points: 10
    when: [{field: job_title, op: contains, value: vp}]
"""


def errors_in(text: str) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as refused:
        read_model(text)
    return refused.value.errors


def test_the_file_of_the_documentation_gives_the_model_it_describes() -> None:
    spec = read_model(DESIGN)

    assert spec == ModelSpec(
        name="Default",
        threshold=60,
        min_fit=20,
        min_engagement=20,
        max_fit=100,
        max_engagement=100,
        requalify_after_days=30,
        restart_engagement_on_recycle=True,
        decay=DecaySpec(DecayKind.HALF_LIFE, days=30),
        groups=(GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=60), GroupSpec("ICP", Dimension.FIT)),
        rules=(
            RuleSpec(
                name="Pricing page viewed",
                group="Intent",
                points=10,
                max_points=25,
                window_days=180,
                decay=DecaySpec(DecayKind.LINEAR, days=90),
                when=(
                    ConditionSpec("kind", Op.EQUALS, "page_view"),
                    ConditionSpec("subject", Op.STARTS_WITH, "/pricing"),
                ),
            ),
            RuleSpec("Vice president", "ICP", (ConditionSpec("job_title", Op.CONTAINS, "vp"),), points=30),
        ),
        personas=(
            PersonaSpec(
                "VP who keeps reading the prices",
                True,
                {"job_title": "VP Sales", "email": "vp@acme.example", "company": {"employees": 400}},
                (
                    {"kind": "page_view", "subject": "/pricing", "days_ago": 0, "times": 3},
                    {"kind": "webinar_attended", "subject": "Spring", "days_ago": 1},
                ),
            ),
        ),
    )


# --- there and back

# The fixture only adds rows that every example reads.
drawn = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def test_a_written_model_keeps_the_order_and_writes_numbers_as_short_as_they_are() -> None:
    written = write_model(read_model(DESIGN))

    assert (
        written
        == """\
name: Default
threshold: 60
min_fit: 20
min_engagement: 20
max_fit: 100
max_engagement: 100
requalify_after_days: 30
restart_engagement_on_recycle: true
decay: {kind: half_life, days: 30}
grades: {fit: [75, 50, 25], engagement: [75, 50, 25]}
groups:
  - {name: Intent, dimension: engagement, max_points: 60}
  - {name: ICP, dimension: fit}
rules:
  - name: Pricing page viewed
    group: Intent
    points: 10
    max_points: 25
    window_days: 180
    decay: {kind: linear, days: 90}
    when:
      - {field: kind, op: equals, value: page_view}
      - {field: subject, op: starts_with, value: /pricing}
  - name: Vice president
    group: ICP
    points: 30
    when: [{field: job_title, op: contains, value: vp}]
personas:
  - name: VP who keeps reading the prices
    qualifies: true
    contact: {email: vp@acme.example, job_title: VP Sales, company: {employees: 400}}
    activities:
      - {kind: page_view, subject: /pricing, days_ago: 0, times: 3}
      - {kind: webinar_attended, subject: Spring, days_ago: 1}
"""
    )


@pytest.mark.parametrize("path", ["model.yaml", "models/xeducation.yaml", "models/olist.yaml"])
def test_an_example_survives_file_and_database(path: str) -> None:
    file = read_file((django_settings.BASE_DIR / "examples" / path).read_text())

    version = import_model(file, by=None, at=NOW).draft

    assert spec_of(version) == file.model
    assert lists_of(file.model) == file.lists
    assert read_file(write_model(file.model, file.lists)) == file
    assert write_model(spec_of(version)) == write_model(file.model)


@settings(drawn, max_examples=50)
@given(model=models())
def test_a_drawn_model_survives_file_and_database(model: dict[str, Any], domain_lists: None) -> None:
    spec = read_model(yaml.safe_dump(model, allow_unicode=True))

    version = save_draft(spec, by=None, at=NOW)

    assert spec_of(version) == spec
    assert read_model(write_model(spec_of(version))) == spec


@pytest.fixture
def domain_lists() -> None:
    DomainList.objects.bulk_create(DomainList(name=name) for name in DOMAIN_LISTS)


@settings(drawn, max_examples=100)
@given(spec=specs())
def test_any_model_survives_file_and_database(spec: ModelSpec, domain_lists: None) -> None:
    version = save_draft(spec, by=None, at=NOW)

    assert spec_of(version) == spec
    assert read_model(write_model(spec_of(version))) == spec
