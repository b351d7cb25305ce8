"""Two scoring models as marketers write them: 20 rules, and the 100 that such a model grows to."""

from __future__ import annotations

from typing import Any

from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, RuleSpec

GROUPS = (
    GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=60),
    GroupSpec("Content", Dimension.ENGAGEMENT, max_points=40),
    GroupSpec("E-mail", Dimension.ENGAGEMENT, min_points=-20, max_points=20),
    GroupSpec("Habits", Dimension.ENGAGEMENT),
    GroupSpec("Person", Dimension.FIT, max_points=60),
    GroupSpec("Company", Dimension.FIT, max_points=60),
)
SECTIONS = ("/pricing", "/product", "/docs", "/customers", "/blog", "/integrations", "/security", "/compare")
CAMPAIGNS = ("spring", "summer", "autumn", "winter", "launch", "webinar", "nurture", "partner")
INDUSTRIES = ("Software", "Finance", "Health", "Retail", "Energy", "Media", "Logistics", "Education")
COUNTRIES = ("DE", "FR", "GB", "US", "NL", "SE", "ES", "IT")
TITLES = (
    "VP Sales",
    "Head of Marketing",
    "CTO",
    "Software Engineer",
    "Student",
    "Buyer",
    "Founder",
    "Analyst",
)

HALF_MONTH = DecaySpec(DecayKind.HALF_LIFE, 15)
QUARTER = DecaySpec(DecayKind.LINEAR, 90)
MONTHLY = DecaySpec(DecayKind.STEP, 30, 25)
NEVER = DecaySpec(DecayKind.NONE)


def when(field: str, op: str, value: Any = None) -> ConditionSpec:
    return ConditionSpec(field, Op(op), value)


def kind(name: str) -> ConditionSpec:
    return when("kind", "equals", name)


def views(section: str, points: float, **changes: Any) -> RuleSpec:
    conditions = (kind("page_view"), when("subject", "starts_with", section))
    return RuleSpec(f"Viewed {section} {changes.get('window_days', '')}", "Intent", conditions, points=points,
                    **changes)  # fmt: skip


def fit(name: str, group: str, points: float, *conditions: ConditionSpec) -> RuleSpec:
    return RuleSpec(name, group, conditions, points=points)


TWENTY = (
    views("/pricing", 10, max_points=25, window_days=180, decay=QUARTER),
    views("/product", 4, max_points=20),
    views("/docs", 1, max_points=10, window_days=90),
    views("/customers", 3, max_points=12, decay=HALF_MONTH),
    RuleSpec("Came back", "Habits", (kind("page_view"),), points=8, per=Per.ONCE, at_least=3, window_days=7),
    RuleSpec(
        "Silent",
        "Habits",
        (when("kind", "not_in", ["email_delivered", "call"]),),
        points=-10,
        per=Per.ABSENCE,
        window_days=30,
    ),
    RuleSpec("Opened a mail", "E-mail", (kind("email_open"),), points=1, max_points=5, decay=MONTHLY),
    RuleSpec(
        "Clicked in the spring mails",
        "E-mail",
        (kind("email_click"), when("campaign", "starts_with", "spring")),
        points=4,
        max_points=16,
        decay=MONTHLY,
    ),
    RuleSpec(
        "Unsubscribed", "E-mail", (kind("email_unsubscribe"),), points=-20, per=Per.ONCE, decay=NEVER
    ),
    RuleSpec("Attended a webinar", "Content", (kind("webinar_attended"),), points=20, per=Per.ONCE),
    RuleSpec("Registered for a webinar", "Content", (kind("webinar_registered"),), points=5, max_points=15),
    RuleSpec(
        "Downloaded a guide",
        "Content",
        (kind("content_downloaded"), when("subject", "contains", "guide")),
        points=8,
        max_points=24,
        window_days=365,
    ),
    RuleSpec(
        "Wrote to us",
        "Intent",
        (kind("form_submitted"), when("subject", "in", ["contact", "quote"])),
        points=25,
        per=Per.ONCE,
        decay=QUARTER,
    ),
    RuleSpec("Asked for a demo", "Intent", (kind("demo_requested"),), effect=Effect.FAST_TRACK, window_days=14),
    fit("Decides", "Person", 30, when("job_title", "has_word", "vp")),
    fit("Leads a team", "Person", 20, when("job_title", "contains", "head of")),
    fit("Studies", "Person", -50, when("email_type", "in", ["academic", "disposable"])),
    fit("Fitting size", "Company", 20, when("company.employees", "between", [200, 5000])),
    fit("Fitting industry", "Company", 15, when("company.industry", "in", ["Software", "Finance", "Media"])),
    fit("Many seats", "Company", 10, when("properties.seats", "gte", 50)),
)  # fmt: skip


def _eighty() -> tuple[RuleSpec, ...]:
    decays = (None, HALF_MONTH, QUARTER, MONTHLY, NEVER)
    pages = [
        views(f"{section}/{part}", 2 + part, max_points=10, window_days=30 * (1 + part), decay=decays[part])
        for section in SECTIONS
        for part in range(4)
    ]
    mails = [
        RuleSpec(
            f"{verb} {campaign}",
            "E-mail",
            (kind(name), when("campaign", "starts_with", campaign)),
            points=points,
            max_points=4 * points,
            decay=decays[index % 5],
        )
        for index, campaign in enumerate(CAMPAIGNS)
        for verb, name, points in (("Opened", "email_open", 1), ("Clicked", "email_click", 3))
    ]
    content = [
        RuleSpec(
            f"Downloaded for {campaign}",
            "Content",
            (kind("content_downloaded"), when("campaign", "contains", campaign)),
            points=6,
            per=Per.ONCE,
            window_days=120,
        )
        for campaign in CAMPAIGNS
    ]
    people = [fit(f"Is a {title}", "Person", 5, when("job_title", "has_word", title)) for title in TITLES]
    industries = [
        fit(f"Works in {name}", "Company", 4, when("company.industry", "equals", name)) for name in INDUSTRIES
    ]
    countries = [fit(f"Lives in {code}", "Person", 3, when("country", "equals", code)) for code in COUNTRIES]
    return (*pages, *mails, *content, *people, *industries, *countries)


def model(number: int) -> ModelSpec:
    """The model with that many rules, 20 or 100."""
    rules = TWENTY if number == 20 else (*TWENTY, *_eighty())
    assert len(rules) == number, len(rules)
    return ModelSpec(
        name=f"{number} rules",
        threshold=60,
        min_fit=20,
        min_engagement=20,
        max_fit=100,
        max_engagement=100,
        decay=DecaySpec(DecayKind.HALF_LIFE, 30),
        groups=GROUPS,
        rules=rules,
    )
