"""A model file gives a model and the model the same file; every fault is named by line, key and mend."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import FieldError, Invalid
from scoring.model_file import read_model, write_model
from scoring.models import DecayKind, Dimension, DomainList, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft, spec_of
from tests.factories import NOW
from tests.scoring.drawn_models import models
from tests.scoring.pools import DOMAIN_LISTS, PROPERTY_KEYS

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
    DomainList.objects.create(name="competitors")
    text = (django_settings.BASE_DIR / "examples" / path).read_text()
    spec = read_model(text)

    version = save_draft(spec, by=None, at=NOW)

    assert spec_of(version) == spec
    assert read_model(write_model(spec)) == spec
    assert write_model(spec_of(version)) == write_model(spec)


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


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60
) | st.sampled_from(
    ("NO", "yes", "on", "null", "~", "1e5", "0x10", "12:30", "2026-01-01", ".inf", "=", "<<", "a: b", "# x",
     " padded ", "two\nlines", "\x85", "'", '"', "\\", "%", "*a", "&a", "!x", "- x", "[a]", "{a}", "@x", "`x",
     "x #y", "\ufeff")
)  # fmt: skip
NAMES = TEXTS.filter(lambda text: text.strip())
NUMBERS = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6)
CENTS = st.integers(-(10**6), 10**6).map(lambda cents: cents / 100)
POSITIVE = st.floats(0.001, 36_500)
SCALARS = TEXTS | NUMBERS | st.booleans()


@st.composite
def decays(draw: st.DrawFn) -> DecaySpec:
    kind = draw(st.sampled_from(DecayKind))
    return DecaySpec(
        kind,
        days=None if kind == DecayKind.NONE else draw(POSITIVE),
        percent=draw(st.floats(0, 100)) if kind == DecayKind.STEP else None,
    )


@st.composite
def conditions(draw: st.DrawFn) -> ConditionSpec:
    field = "properties." + draw(st.sampled_from(PROPERTY_KEYS))
    op = draw(st.sampled_from(Op))
    match op:
        case Op.KNOWN | Op.UNKNOWN:
            value = None
        case Op.IN | Op.NOT_IN:
            value = draw(st.lists(SCALARS, min_size=1, max_size=4))
        case Op.BETWEEN:
            value = sorted(draw(st.lists(NUMBERS, min_size=2, max_size=2)))
        case Op.IN_DOMAIN_LIST:
            value = draw(st.sampled_from(("rivals", ["rival.example", "müller.example"])))
        case Op.GT | Op.GTE | Op.LT | Op.LTE:
            value = draw(NUMBERS)
        case Op.EQUALS | Op.NOT_EQUALS:
            value = draw(SCALARS)
        case _:
            value = draw(TEXTS)
    return ConditionSpec(field, op, value)


@st.composite
def rules(draw: st.DrawFn, name: str) -> RuleSpec:
    per = draw(st.sampled_from(Per))
    gives = draw(st.booleans())
    fit = draw(st.booleans())
    rule = RuleSpec(
        name=name,
        group="Fit" if fit else "Did",
        when=tuple(draw(st.lists(conditions(), min_size=1, max_size=3))),
        effect=Effect.POINTS if gives else draw(st.sampled_from((Effect.DISQUALIFY, Effect.FAST_TRACK))),
        points=draw(NUMBERS) if gives else 0,
    )
    if fit:
        return rule
    absence = per == Per.ABSENCE
    return replace(
        rule,
        per=per,
        at_least=1 if absence else draw(st.integers(1, 1000)),
        max_points=draw(st.none() | POSITIVE) if gives else None,
        window_days=draw(POSITIVE if absence else st.none() | POSITIVE),
        decay=draw(st.none() | decays()) if gives and not absence else None,
    )


PROPERTIES = st.dictionaries(NAMES, st.none() | SCALARS | st.lists(SCALARS, max_size=3), max_size=3)


@st.composite
def personas(draw: st.DrawFn, name: str) -> PersonaSpec:
    contact = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "job_title": TEXTS,
                "opted_out": st.booleans(),
                "created_days_ago": st.floats(0, 36_500),
                "company": st.fixed_dictionaries(
                    {}, optional={"name": TEXTS, "employees": st.integers(0, 10**9)}
                ),
                "properties": PROPERTIES,
            },
        )
    )
    activity = st.fixed_dictionaries(
        {"kind": st.just("page_view")},
        optional={
            "subject": TEXTS,
            "days_ago": st.floats(0, 1000),
            "times": st.integers(1, 9),
            "properties": PROPERTIES,
        },
    )
    return PersonaSpec(name, draw(st.booleans()), contact, tuple(draw(st.lists(activity, max_size=3))))


@st.composite
def specs(draw: st.DrawFn) -> ModelSpec:
    def named(most: int, least: int = 0) -> list[str]:
        return draw(st.lists(NAMES, min_size=least, max_size=most, unique_by=str.casefold))

    return ModelSpec(
        name=draw(NAMES),
        threshold=draw(CENTS),
        min_fit=draw(CENTS),
        max_engagement=draw(st.none() | CENTS.filter(lambda cents: cents > 0)),
        requalify_after_days=draw(st.integers(0, 36_500)),
        restart_engagement_on_recycle=draw(st.booleans()),
        decay=draw(decays()),
        fit_grades=(draw(st.floats(50, 75)), 25.5, 0),
        groups=(
            GroupSpec("Fit", Dimension.FIT, draw(st.none() | st.floats(-100, 0))),
            GroupSpec("Did", Dimension.ENGAGEMENT),
        ),
        rules=tuple(draw(rules(name)) for name in named(4, least=1)),
        personas=tuple(draw(personas(name)) for name in named(2)),
    )


@settings(drawn, max_examples=100)
@given(spec=specs())
def test_any_model_survives_file_and_database(spec: ModelSpec, domain_lists: None) -> None:
    version = save_draft(spec, by=None, at=NOW)

    assert spec_of(version) == spec
    assert read_model(write_model(spec_of(version))) == spec
