"""Whole models as specs, for what must hold of any model: that a file keeps it, that only what differs is different.

Unlike the models of `drawn_models`, which are drawn to be evaluated, these hold every key there is, and texts that a
file could mistake for something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from tests.scoring.pools import PROPERTY_KEYS

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
    value: Any
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
        enabled=draw(st.booleans()),
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
