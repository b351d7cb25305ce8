"""Random valid scoring models: every effect, operator, decay, window and cap, optional keys given or not."""

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.scoring.oracle import Facts
from tests.scoring.pools import (
    CAMPAIGNS,
    COUNTRIES,
    DAYS,
    DOMAIN_LISTS,
    DOMAINS_TO_NAME,
    EMAIL_TYPES,
    FRAGMENTS,
    KINDS,
    NUMBER_COLUMNS,
    NUMBERS,
    PROPERTY_KEYS,
    SPELLED_NUMBERS,
    SUBJECTS,
    TEXT_COLUMNS,
    TEXTS,
    mostly,
)

# --- conditions


def condition(field: str, op: str, value: SearchStrategy[Any] | None = None) -> SearchStrategy[Facts]:
    if value is None:
        return st.just({"field": field, "op": op})
    return value.map(lambda drawn: {"field": field, "op": op, "value": drawn})


def alone(values: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    return st.tuples(values).map(list)


def several(values: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=3)


@cache
def either_known_or_not(field: str) -> SearchStrategy[Facts]:
    return st.one_of(condition(field, "known"), condition(field, "unknown"))


def equality_of(field: str, values: SearchStrategy[Any]) -> SearchStrategy[Facts]:
    return st.one_of(
        condition(field, "equals", values),
        condition(field, "not_equals", values),
        condition(field, "in", several(values)),
        condition(field, "not_in", several(values)),
    )


def parts_of(field: str, fragments: SearchStrategy[str]) -> SearchStrategy[Facts]:
    return st.one_of([condition(field, op, fragments) for op in ("contains", "has_word", "starts_with")])


@cache
def size_of(field: str) -> SearchStrategy[Facts]:
    numbers = st.sampled_from(NUMBERS)
    return st.one_of(
        *[condition(field, op, numbers) for op in ("gt", "gte", "lt", "lte")],
        condition(field, "between", st.tuples(numbers, numbers).map(sorted)),
    )


@cache
def membership_of(field: str) -> SearchStrategy[Facts]:
    return condition(
        field,
        "in_domain_list",
        st.one_of(st.sampled_from(sorted(DOMAIN_LISTS)), several(st.sampled_from(DOMAINS_TO_NAME))),
    )


@cache
def about_text(field: str, texts: tuple[str, ...], fragments: tuple[str, ...]) -> SearchStrategy[Facts]:
    return st.one_of(
        equality_of(field, st.sampled_from([text for text in texts if text])),
        parts_of(field, st.sampled_from(fragments)),
        either_known_or_not(field),
    )


@cache
def about_spelled_number(field: str) -> SearchStrategy[Facts]:
    return st.one_of(
        about_number(field),
        equality_of(field, st.sampled_from(SPELLED_NUMBERS)),
        parts_of(field, st.sampled_from(("4", "400", ".", "e"))),
    )


@cache
def about_number(field: str) -> SearchStrategy[Facts]:
    return st.one_of(size_of(field), equality_of(field, st.sampled_from(NUMBERS)), either_known_or_not(field))


@cache
def about_property(prefix: str) -> SearchStrategy[Facts]:
    values = st.one_of(
        st.sampled_from([text for text in TEXTS if text]),
        st.sampled_from(NUMBERS),
        st.booleans(),
        st.sampled_from(SPELLED_NUMBERS),
    )
    return st.sampled_from(PROPERTY_KEYS).flatmap(
        lambda key: st.one_of(
            equality_of(f"{prefix}{key}", values),
            parts_of(f"{prefix}{key}", st.sampled_from(FRAGMENTS)),
            size_of(f"{prefix}{key}"),
            membership_of(f"{prefix}{key}"),
            either_known_or_not(f"{prefix}{key}"),
        )
    )


def one_equally(strategies: list[SearchStrategy[Facts]]) -> SearchStrategy[Facts]:
    """One of these, each as likely as the next, however many branches it has."""
    return st.sampled_from(strategies).flatmap(lambda strategy: strategy)


@cache
def fit_conditions() -> SearchStrategy[Facts]:
    texts = (*TEXT_COLUMNS, "company.name", "company.industry")
    return one_equally(
        [
            st.sampled_from(texts).flatmap(lambda column: about_text(column, TEXTS, FRAGMENTS)),
            st.sampled_from(("country", "company.country")).flatmap(
                lambda column: about_text(column, COUNTRIES, ("d", "c", "'", "ô", "FR"))
            ),
            about_text("email_type", EMAIL_TYPES, ("free", "ac")),
            parts_of("email", st.sampled_from(("ada", "VP", "_", "+x", "%", "@acme", "o'neil"))),
            st.one_of(
                membership_of("email_domain"), equality_of("email_domain", st.sampled_from(DOMAINS_TO_NAME))
            ),
            st.one_of(membership_of("company.domain"), either_known_or_not("company.domain")),
            st.sampled_from(NUMBER_COLUMNS).flatmap(about_spelled_number),
            about_number("company.employees"),
            about_number("company.revenue"),
            about_property("properties."),
            about_property("properties."),
            about_property("company.properties."),
        ]
    )


@cache
def engagement_conditions() -> SearchStrategy[Facts]:
    page_view = condition("kind", "equals", st.just("page_view"))
    pages = condition("subject", "starts_with", st.sampled_from(("/", "/pric", "/PRICING", "/a_", "/50%")))
    return one_equally(
        [
            page_view,
            page_view,
            pages,
            about_text("kind", KINDS, ("page_view", "view", "_", "PAGE")),
            about_text("subject", SUBJECTS, ("pric", "%", "_", "sale", "“", "/50%")),
            about_number("subject"),
            about_text("campaign", CAMPAIGNS, ("spring", "_24", "SPRING")),
            st.sampled_from(("equals", "not_equals")).flatmap(
                lambda op: condition("automated", op, st.booleans())
            ),
            about_property("properties."),
        ]
    )


# --- models


@cache
def decays() -> SearchStrategy[Facts]:
    days = st.sampled_from(DAYS)
    return st.one_of(
        st.just({"kind": "none"}),
        st.fixed_dictionaries({"kind": st.just("half_life"), "days": days}),
        st.fixed_dictionaries({"kind": st.just("linear"), "days": days}),
        st.fixed_dictionaries(
            {
                "kind": st.just("step"),
                "percent": st.sampled_from((10, 25, 50, 100)),
                "days": st.sampled_from((1, 7, 30)),
            }
        ),
    )


@st.composite
def groups(draw: DrawFn, name: str) -> Facts:
    held_to = {
        "min_points": draw(st.sampled_from((None, None, -20, -2.5, 0))),
        "max_points": draw(st.sampled_from((None, None, 0, 7.5, 30))),
    }
    dimension = draw(st.sampled_from(("fit", "engagement", "engagement")))
    return {"name": name, "dimension": dimension} | said(held_to)


@st.composite
def rules(draw: DrawFn, name: str, group: Facts) -> Facts:
    effect = draw(st.sampled_from(("points",) * 6 + ("disqualify", "fast_track")))
    rule: Facts = {"name": name, "group": group["name"], "effect": effect}
    if effect == "points":
        rule["points"] = draw(st.sampled_from((10, 10, 20, 2.5, 0.25, 0.1, 0.05, -0.25, -10, -50)))
    if group["dimension"] == "fit":
        return rule | {"when": draw(mostly(alone(fit_conditions()), several(fit_conditions())))}

    rule["when"] = draw(mostly(alone(engagement_conditions()), several(engagement_conditions())))
    per = draw(st.sampled_from((None, "occurrence", "occurrence", "once", "absence")))
    window_days = draw(st.sampled_from(DAYS if per == "absence" else (None, None, *DAYS)))
    rule |= said({"per": per, "window_days": window_days})
    if per != "absence":
        rule |= said({"at_least": draw(st.sampled_from((None, None, 1, 2, 3)))})
    if effect == "points":
        rule |= said({"max_points": draw(st.sampled_from((None, None, 0.3, 15, 25)))})
    if effect == "points" and per != "absence":
        rule |= said({"decay": draw(st.one_of(st.none(), decays()))})
    return rule


@st.composite
def models(draw: DrawFn) -> Facts:
    """A model as the dict of its YAML file: 1 to 4 groups, 1 to 8 rules, optional keys given or left out."""
    drawn_groups = [draw(groups(f"Group {letter}")) for letter in "ABCD"[: draw(st.integers(1, 4))]]
    drawn_rules = [
        draw(rules(f"Rule {number}", draw(st.sampled_from(drawn_groups))))
        for number in range(1, draw(st.integers(1, 8)) + 1)
    ]
    cuts = st.sampled_from(([75, 50, 25], [20, 10, 0], [10, 2.5, -10]))
    return {
        "name": "Drawn",
        "threshold": draw(st.sampled_from((0, 2.5, 10, 20, 60))),
        "min_fit": draw(st.sampled_from((0, 0, 10))),
        "min_engagement": draw(st.sampled_from((0, 0, 2.5, 10))),
        "requalify_after_days": 30,
        "restart_engagement_on_recycle": draw(st.booleans()),
        "decay": draw(decays()),
        "grades": {"fit": draw(cuts), "engagement": draw(cuts)},
        "groups": drawn_groups,
        "rules": drawn_rules,
    } | said(
        {
            "max_fit": draw(st.sampled_from((None, 5, 15, 100))),
            "max_engagement": draw(st.sampled_from((None, 5, 15, 100))),
        }
    )


def said(keys: Facts) -> Facts:
    """Optional keys that were given: a file leaves the others out."""
    return {key: value for key, value in keys.items() if value is not None}
