"""Rules and conditions as sentences. Nothing here needs a database."""

from typing import Any

import pytest

from crm.models import ActivityKind
from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.spec import ConditionSpec, DecaySpec, ModelSpec, RuleSpec
from scoring.words import condition_words, rule_sentence
from tests.scoring.conftest import ICP, INTENT, condition

HALVING = DecaySpec(DecayKind.HALF_LIFE, 30)
STEADY = ModelSpec(name="Steady", threshold=60, groups=(INTENT, ICP))
FADING = ModelSpec(name="Fading", threshold=60, decay=HALVING, groups=(INTENT, ICP))
PRICING = (condition("kind", "equals", "page_view"), condition("subject", "starts_with", "/pricing"))
DEMO = (condition("kind", "equals", "demo_requested"),)
ANYTHING = (condition("kind", "known"),)


def deed_rule(when: tuple[ConditionSpec, ...] = PRICING, points: float = 10, **what: Any) -> RuleSpec:
    return RuleSpec("A rule", "Intent", when, points=points, **what)


def fit_rule(*when: ConditionSpec, points: float = 30, **what: Any) -> RuleSpec:
    return RuleSpec("A rule", "ICP", when, points=points, **what)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (deed_rule(), "+10 each time they view a page under /pricing"),
        (
            deed_rule(max_points=25, decay=HALVING),
            "+10 each time they view a page under /pricing, at most 25, halving every 30 days",
        ),
        (
            deed_rule(points=-5, max_points=20),
            "−5 each time they view a page under /pricing, at most −20",
        ),
        (deed_rule(points=2.5), "+2.5 each time they view a page under /pricing"),
        (deed_rule(per=Per.ONCE), "+10 once, when they view a page under /pricing"),
        (deed_rule(window_days=90), "+10 each time they view a page under /pricing in the last 90 days"),
        (deed_rule(window_days=1), "+10 each time they view a page under /pricing in the last day"),
        (deed_rule(at_least=3), "+10 each time they view a page under /pricing, if at least 3 times"),
        (
            deed_rule(at_least=3, window_days=7, max_points=30),
            "+10 each time they view a page under /pricing, if at least 3 times in the last 7 days, at most 30",
        ),
        (
            deed_rule(per=Per.ONCE, at_least=3, window_days=7),
            "+10 once, when they view a page under /pricing at least 3 times in the last 7 days",
        ),
        (deed_rule(DEMO, 0, effect=Effect.FAST_TRACK), "An MQL at once when they request a demo"),
        (
            deed_rule(DEMO, 0, effect=Effect.FAST_TRACK, window_days=30),
            "An MQL at once when they request a demo in the last 30 days",
        ),
        (
            deed_rule((condition("kind", "equals", "email_unsubscribe"),), 0, effect=Effect.DISQUALIFY),
            "Never an MQL once they unsubscribe",
        ),
        (
            deed_rule(DEMO, 0, effect=Effect.DISQUALIFY, window_days=90),
            "Never an MQL for 90 days after they request a demo",
        ),
        (
            deed_rule(DEMO, 0, effect=Effect.DISQUALIFY, window_days=90, at_least=3),
            "Never an MQL once they request a demo at least 3 times in the last 90 days",
        ),
        (
            deed_rule(ANYTHING, -10, per=Per.ABSENCE, window_days=30),
            "−10 when they did nothing for 30 days",
        ),
        (
            deed_rule(points=-10, per=Per.ABSENCE, window_days=1),
            "−10 when they did not view a page under /pricing for a day",
        ),
        (
            deed_rule((condition("kind", "not_in", ["call", "email_sent"]),), -10, per=Per.ABSENCE, window_days=30),
            "−10 when they did nothing for 30 days (not counting call and e-mail sent)",
        ),
        (
            deed_rule(ANYTHING, 0, effect=Effect.DISQUALIFY, per=Per.ABSENCE, window_days=365),
            "Never an MQL when they did nothing for 365 days",
        ),
        (fit_rule(condition("email_type", "equals", "academic"), points=-50), "−50 when the e-mail is academic"),
        (
            fit_rule(condition("email_domain", "in_domain_list", "Competitors"), points=0, effect=Effect.DISQUALIFY),
            "Never an MQL while the e-mail domain is in the list Competitors",
        ),
        (
            fit_rule(condition("properties.plan", "equals", "pro"), points=0, effect=Effect.FAST_TRACK),
            "An MQL at once when their plan is “pro”",
        ),
        (
            fit_rule(condition("job_title", "has_word", "vp"), condition("company.employees", "gte", 5000)),
            "+30 when the job title has the word “vp” and the company has at least 5,000 employees",
        ),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(rule: RuleSpec, sentence: str) -> None:
    assert rule_sentence(rule, STEADY) == sentence


@pytest.mark.parametrize(
    ("rule", "fades"),
    [
        (deed_rule(), ", halving every 30 days"),
        (deed_rule(decay=DecaySpec(DecayKind.HALF_LIFE, 1)), ", halving every day"),
        (deed_rule(decay=DecaySpec(DecayKind.LINEAR, 60)), ", fading to nothing over 60 days"),
        (deed_rule(decay=DecaySpec(DecayKind.LINEAR, 1)), ", fading to nothing over a day"),
        (deed_rule(decay=DecaySpec(DecayKind.STEP, 7, 25)), ", losing 25 % every 7 days"),
        (deed_rule(decay=DecaySpec()), ", without fading"),
    ],
)
def test_a_rule_says_how_it_fades_be_it_by_the_model_or_by_itself(rule: RuleSpec, fades: str) -> None:
    assert rule_sentence(rule, FADING) == f"+10 each time they view a page under /pricing{fades}"


@pytest.mark.parametrize(
    "rule",
    [
        deed_rule(ANYTHING, -10, per=Per.ABSENCE, window_days=30),
        deed_rule(DEMO, 0, effect=Effect.FAST_TRACK),
        fit_rule(condition("email_type", "equals", "academic")),
    ],
)
def test_what_does_not_fade_says_nothing_of_the_models_decay(rule: RuleSpec) -> None:
    assert rule_sentence(rule, FADING) == rule_sentence(rule, STEADY)


@pytest.mark.parametrize(
    ("when", "done"),
    [
        ([("kind", "equals", "form_submitted")], "submit a form"),
        ([("kind", "equals", "Form_Submitted")], "submit a form"),
        ([("kind", "in", ["page_view"])], "view a page"),
        ([("kind", "equals", "page_view"), ("subject", "equals", "/pricing")], "view the page /pricing"),
        ([("kind", "equals", "page_view"), ("subject", "equals", "Home")], "view the page “Home”"),
        ([("kind", "equals", "page_view"), ("subject", "in", ["/a", "/b"])], "view the page /a or /b"),
        ([("kind", "equals", "page_view"), ("subject", "not_equals", "/jobs")], "view a page other than /jobs"),
        (
            [("kind", "equals", "page_view"), ("subject", "contains", "/compare")],
            "view a page whose address contains “/compare”",
        ),
        (
            [
                ("kind", "equals", "page_view"),
                ("subject", "starts_with", "/docs"),
                ("subject", "contains", "api"),
            ],
            "view a page under /docs and whose address contains “api”",
        ),
        ([("kind", "equals", "form_submitted"), ("subject", "equals", "Contact")], "submit the form “Contact”"),
        (
            [("kind", "equals", "email_click"), ("subject", "starts_with", "Spring")],
            "click a link in an e-mail whose subject starts with “Spring”",
        ),
        (
            [("kind", "equals", "webinar_attended"), ("campaign", "equals", "Spring")],
            "attend a webinar in the campaign “Spring”",
        ),
        (
            [("kind", "equals", "roi_calculator"), ("properties.seats", "gte", 50)],
            "use the ROI calculator where seats is at least 50",
        ),
        (
            [("kind", "equals", "chat"), ("automated", "equals", False), ("campaign", "unknown", None)],
            "have a chat where a person did it and the campaign is unknown",
        ),
        ([("kind", "equals", "chat"), ("automated", "equals", True)], "have a chat where a machine did it"),
        ([("kind", "equals", "chat"), ("automated", "not_equals", True)], "have a chat where a person did it"),
        ([("kind", "equals", "quote_signed")], "do “quote signed”"),
        (
            [("kind", "equals", "quote_signed"), ("subject", "known", None)],
            "do “quote signed” where the subject is known",
        ),
        (
            [("kind", "in", ["page_view", "form_submitted", "quote_signed"])],
            "view a page, submit a form or do “quote signed”",
        ),
        (
            [("kind", "in", ["page_view", "form_submitted"]), ("subject", "starts_with", "/demo")],
            "view a page or submit a form where the subject starts with “/demo”",
        ),
        ([("kind", "not_equals", "roi_calculator")], "do anything (not counting ROI calculator used)"),
        ([("kind", "starts_with", "email_")], "do something where the kind starts with “email_”"),
        ([("subject", "starts_with", "/pricing")], "do anything where the subject starts with “/pricing”"),
        (
            [("kind", "equals", "chat"), ("kind", "not_equals", "call")],
            "have a chat where the kind is not call",
        ),
    ],
)  # fmt: skip
def test_what_they_do_has_a_verb(when: list[tuple[str, str, Any]], done: str) -> None:
    conditions = tuple(condition(*one) for one in when)

    assert rule_sentence(deed_rule(conditions), STEADY) == f"+10 each time they {done}"


@pytest.mark.parametrize("kind", ActivityKind.values)
def test_every_known_kind_reads_as_a_deed(kind: str) -> None:
    sentence = rule_sentence(deed_rule((condition("kind", "equals", kind),)), STEADY)

    assert "do “" not in sentence
    assert "_" not in sentence


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (condition("job_title", "equals", "VP"), "the job title is “VP”"),
        (condition("job_title", "not_equals", "VP"), "the job title is not “VP”"),
        (condition("job_title", "in", ["CEO", "CTO", "COO"]), "the job title is “CEO”, “CTO” or “COO”"),
        (condition("job_title", "not_in", ["CEO", "CTO"]), "the job title is not “CEO” or “CTO”"),
        (condition("job_title", "contains", "vp"), "the job title contains “vp”"),
        (condition("job_title", "has_word", "cto"), "the job title has the word “cto”"),
        (condition("job_title", "starts_with", "head"), "the job title starts with “head”"),
        (condition("job_title", "known"), "the job title is known"),
        (condition("job_title", "unknown"), "the job title is unknown"),
        (condition("country", "in", list("abcdefgh")), "the country is “a”, “b”, “c”, “d”, “e” or 3 others"),
        (condition("email_domain", "in_domain_list", "rivals"), "the e-mail domain is in the list rivals"),
        (
            condition("company.domain", "in_domain_list", ["a.example", "b.example"]),
            "the company’s domain belongs to a.example or b.example",
        ),
        (condition("email_type", "in", ["free", "disposable"]), "the e-mail is free or disposable"),
        (condition("email_type", "not_equals", "academic"), "the e-mail is not academic"),
        (condition("company.employees", "between", [50, 4999]), "the company has between 50 and 4,999 employees"),
        (condition("company.employees", "lt", 20), "the company has fewer than 20 employees"),
        (condition("company.employees", "unknown"), "the number of employees is unknown"),
        (condition("company.revenue", "gt", 1000000), "the company’s revenue is more than 1,000,000"),
        (condition("utm_campaign", "equals", "spring"), "the UTM campaign is “spring”"),
        (condition("sales_consent", "equals", "opted_out"), "they opted out of contact by sales"),
        (condition("marketing_consent", "equals", "allowed"), "they allow marketing"),
        (condition("marketing_consent", "unknown"), "their consent to marketing is unknown"),
        (condition("properties.product_interest", "equals", "CRM"), "their product interest is “CRM”"),
        (condition("properties.seats", "equals", 5), "their seats is 5"),
        (condition("properties.seats", "equals", "5"), "their seats is “5”"),
        (condition("properties.trial", "equals", True), "their trial is true"),
        (condition("properties.seats", "lte", -2.5), "their seats is at most −2.5"),
        (condition("company.properties.tier", "equals", "A"), "the company’s tier is “A”"),
        (condition("score.total", "gte", 40), "their score is at least 40"),
        (condition("activity.properties.seats_used", "gte", 5), "the seats used of what they did is at least 5"),
    ],
)  # fmt: skip
def test_a_condition_on_who_they_are_reads_for_itself(asked: ConditionSpec, words: str) -> None:
    assert condition_words(asked, Dimension.FIT) == words


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (condition("kind", "equals", "page_view"), "the kind is page view"),
        (condition("kind", "not_in", ["call", "quote_signed"]), "the kind is not call or “quote signed”"),
        (condition("subject", "starts_with", "/pricing"), "the subject starts with “/pricing”"),
        (condition("properties.seats", "between", [1, 2.5]), "seats is between 1 and 2.5"),
    ],
)
def test_a_condition_on_what_they_do_reads_for_itself(asked: ConditionSpec, words: str) -> None:
    assert condition_words(asked, Dimension.ENGAGEMENT) == words


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("dimension", Dimension)
def test_every_operator_has_words_without_blanks_at_the_ends(op: Op, dimension: Dimension) -> None:
    value = {Op.BETWEEN: [1, 2], Op.IN: ["a"], Op.NOT_IN: ["a"]}.get(op, 1)

    words = condition_words(ConditionSpec("properties.some_key", op, value), dimension)

    assert words == words.strip()
    assert "some key " in words
    assert "  " not in words
