"""A rule as a sentence that a marketer reads: "+10 each time they view a page under /pricing, at most 25, halving
every 30 days". The same words stand in the editor, in the history of versions and in the audit trail.

A sentence says all that a rule does save its name, its group and whether it is off.
"""

from __future__ import annotations

from crm.models import Consent
from scoring.deeds import ANYTHING, activity_clause, deed
from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.predicates import COMPARED, amount, listed, number, predicate
from scoring.spec import ConditionSpec, DecaySpec, ModelSpec, RuleSpec

FIELD_WORDS = {
    "email": "the e-mail address",
    "email_domain": "the e-mail domain",
    "email_type": "the e-mail",
    "sales_consent": "their consent to sales",
    "marketing_consent": "their consent to marketing",
    "company.name": "the company’s name",
    "company.domain": "the company’s domain",
    "company.industry": "the industry",
    "company.employees": "the number of employees",
    "company.revenue": "the company’s revenue",
    "company.country": "the company’s country",
    "stage": "their stage",
    "score.total": "their score",
    "score.fit": "their fit",
    "score.engagement": "their engagement",
    "score.grade": "their grade",
    "activity.kind": "the kind of what they did",
    "activity.subject": "the subject of what they did",
    "activity.campaign": "the campaign of what they did",
    "activity.days_ago": "the number of days since they did it",
    "activity.count": "how often they did it",
}
AMOUNTS = frozenset({"company.employees", "company.revenue"})
CONSENT = {
    ("sales_consent", Consent.ALLOWED.value): "they allow contact by sales",
    ("sales_consent", Consent.OPTED_OUT.value): "they opted out of contact by sales",
    ("marketing_consent", Consent.ALLOWED.value): "they allow marketing",
    ("marketing_consent", Consent.OPTED_OUT.value): "they opted out of marketing",
}


def rule_sentence(rule: RuleSpec, spec: ModelSpec) -> str:
    """What `rule` of `spec` does. Its group must be one of the model's."""
    if spec.dimension_of(rule) == Dimension.FIT:
        joint = "while" if rule.effect == Effect.DISQUALIFY else "when"
        return (
            f"{_effect(rule)} {joint} {' and '.join(_fit_clause(one) for one in rule.when) or 'they exist'}"
        )
    if rule.per == Per.ABSENCE:
        return f"{_effect(rule)} when they {_not_done(rule)}"
    done = f"{deed(rule.when)}{_times(rule)}"
    return ", ".join([f"{_effect(rule)} {_joined(rule)} {done}", *_limits(rule, spec)])


def condition_words(condition: ConditionSpec, dimension: Dimension) -> str:
    """One condition for itself: "the job title contains “vp”", "the subject starts with “/pricing”"."""
    return _fit_clause(condition) if dimension == Dimension.FIT else activity_clause(condition)


def field_words(field: str) -> str:
    """A fit field as people call it: "the job title", "their product interest"."""
    if field in FIELD_WORDS:
        return FIELD_WORDS[field]
    if field.startswith("company.properties."):
        return f"the company’s {_spaced(field.removeprefix('company.properties.'))}"
    if field.startswith("properties."):
        return f"their {_spaced(field.removeprefix('properties.'))}"
    if field.startswith("activity.properties."):
        return f"the {_spaced(field.removeprefix('activity.properties.'))} of what they did"
    if field.startswith("utm_"):
        return f"the UTM {_spaced(field.removeprefix('utm_'))}"
    return f"the {_spaced(field)}"


def points_words(points: float) -> str:
    """ "+10", "−2.5"."""
    return number(points) if points < 0 else f"+{number(points)}"


def days_words(days: float) -> str:
    """ "day", "30 days": what follows "every" and "last"."""
    return "day" if days == 1 else f"{number(days)} days"


def a_while(days: float | None) -> str:
    """ "a day", "30 days": what follows "for" and "over"."""
    return "a day" if days == 1 else days_words(days or 0)


def decay_words(decay: DecaySpec) -> str:
    """How points fade: "halving every 30 days"; "" where they do not."""
    if decay.kind == DecayKind.HALF_LIFE:
        return f"halving every {days_words(decay.days or 0)}"
    if decay.kind == DecayKind.LINEAR:
        return f"fading to nothing over {a_while(decay.days)}"
    if decay.kind == DecayKind.STEP:
        return f"losing {number(decay.percent or 0)} % every {days_words(decay.days or 0)}"
    return ""


def _spaced(key: str) -> str:
    return key.replace("_", " ").strip()


def _effect(rule: RuleSpec) -> str:
    if rule.effect == Effect.DISQUALIFY:
        return "Never an MQL"
    return "An MQL at once" if rule.effect == Effect.FAST_TRACK else points_words(rule.points)


def _joined(rule: RuleSpec) -> str:
    """What joins the effect of an engagement rule to what they do."""
    if rule.effect == Effect.DISQUALIFY:
        return f"for {a_while(rule.window_days)} after they" if _lasts(rule) else "once they"
    if rule.effect == Effect.FAST_TRACK:
        return "when they"
    return "once, when they" if rule.per == Per.ONCE else "each time they"


def _fit_clause(condition: ConditionSpec) -> str:
    field, op, value = condition.field, condition.op, condition.value
    if op == Op.EQUALS and (field, str(value).lower()) in CONSENT:
        return CONSENT[field, str(value).lower()]
    if field == "email_type" and op in (Op.EQUALS, Op.IN, Op.NOT_EQUALS, Op.NOT_IN):
        kinds = [str(one).lower() for one in (value if isinstance(value, list) else [value])]
        return f"the e-mail is {'not ' if op in (Op.NOT_EQUALS, Op.NOT_IN) else ''}{listed(kinds)}"
    if field in AMOUNTS and op in (*COMPARED, Op.BETWEEN, Op.EQUALS, Op.IN):
        return _amount_clause(condition)
    return f"{field_words(field)} {predicate(op, value)}"


def _amount_clause(condition: ConditionSpec) -> str:
    """How many there are, the thousands apart: "the company has at least 5,000 employees"."""
    op, value = condition.op, condition.value
    amounts = [amount(one) for one in (value if isinstance(value, list) else [value])]
    if op == Op.BETWEEN:
        how_many = f"between {listed(amounts, 'and')}"
    else:
        how_many = f"{COMPARED[op]} {amounts[0]}" if op in COMPARED else listed(amounts)
    if condition.field == "company.employees":
        return f"the company has {how_many.replace('less than', 'fewer than')} employees"
    return f"{field_words(condition.field)} is {how_many}"


def _lasts(rule: RuleSpec) -> bool:
    """Whether a rule's window is how long a single deed keeps somebody from being an MQL."""
    return rule.effect == Effect.DISQUALIFY and rule.at_least == 1 and rule.window_days is not None


def _times(rule: RuleSpec) -> str:
    """How often and how lately it must have happened to count."""
    if _lasts(rule):
        return ""
    lately = "" if rule.window_days is None else f" in the last {days_words(rule.window_days)}"
    if rule.at_least == 1:
        return lately
    often = f"at least {rule.at_least} times{lately}"
    # Said of a deed that counts each time, the number is a condition; said of one that counts once, it is the deed.
    counts_each_time = rule.effect == Effect.POINTS and rule.per == Per.OCCURRENCE
    return f", if {often}" if counts_each_time else f" {often}"


def _not_done(rule: RuleSpec) -> str:
    done, lately = deed(rule.when), f"for {a_while(rule.window_days)}"
    if done.startswith(ANYTHING):
        return f"did nothing {lately}{done.removeprefix(ANYTHING)}"
    return f"did not {done} {lately}"


def _limits(rule: RuleSpec, spec: ModelSpec) -> list[str]:
    if rule.effect != Effect.POINTS:
        return []
    limits = []
    if rule.max_points is not None:
        limits.append(f"at most {number(-rule.max_points if rule.points < 0 else rule.max_points)}")
    if fades := decay_words(rule.decay or spec.decay):
        limits.append(fades)
    elif rule.decay is not None and spec.decay.kind != DecayKind.NONE:
        limits.append("without fading")
    return limits
