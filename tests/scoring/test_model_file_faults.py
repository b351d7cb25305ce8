"""A fault in a model file is named by its line, its key and its mend, and all of them at once."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.errors import FieldError, Invalid
from scoring.model_file import read_model, write_model
from scoring.models import DomainList, Op

pytestmark = pytest.mark.django_db

SOUND = """\
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
    points: 30
    when: [{field: job_title, op: contains, value: vp}]
personas:
  - name: Ada
    qualifies: false
    contact: {email: ada@acme.example}
    activities: [{kind: page_view}]
"""


def errors_in(text: str) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as refused:
        read_model(text)
    return refused.value.errors


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)


def test_a_short_file_is_sound() -> None:
    assert len(read_model(SOUND).rules) == 2


# --- YAML


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "empty"),
        ("# nothing but words\n", 1, "empty"),
        ("name: x\nthreshold: [1, 2\n", 3, "not YAML"),
        ("name: x\n\tthreshold: 1\n", 2, "not YAML"),
        ("name: a: b\n", 1, "not YAML"),
        ("name: 'x\n", 2, "not YAML"),
        ("name: x\n---\nname: y\n", 2, "not YAML"),
        ("name: x\nthreshold: *other\n", 2, "not YAML"),
        ("name: x\nthreshold: !!python/object:os.system 1\n", 2, "tag"),
        ("name: x\n\nthreshold: \x07\n", 3, "U+0007"),
        ("name: " + "[" * 30 + "]" * 30, 1, "nested"),
        ("- name: x\n", 1, "not a mapping"),
        ("just words\n", 1, "not a mapping"),
    ],
)
def test_what_is_not_a_mapping_in_yaml_is_named_by_line(text: str, line: int, problem: str) -> None:
    [error] = errors_in(text)

    assert error.field.split(":")[0] == f"line {line}"
    assert problem in error.problem
    assert error.mend


def test_aliases_that_multiply_are_refused_before_they_do() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    errors = errors_in(
        SOUND.replace("contact: {email: ada@acme.example}", "contact: {properties: {a: *a11}}").replace(
            "name: Short", "name: Short\n" + "\n".join(lines)
        )
    )

    assert any("more than one can read" in error.problem for error in errors)


def test_an_alias_of_itself_is_refused() -> None:
    [error] = errors_in(changed("contact: {email: ada@acme.example}", "contact: &a {properties: *a}"))

    assert "more than one can read" in error.problem


def test_a_file_that_is_too_long_is_refused() -> None:
    [error] = errors_in(SOUND + "#" * 500_000)

    assert "characters" in error.problem


def test_thousands_of_faults_are_cut_short() -> None:
    errors = errors_in(SOUND + "".join(f"key{number}: 1\n" for number in range(20_000)))

    assert len(errors) == 100


PIECES = st.sampled_from(
    ("{", "}", "[", "]", ": ", "- ", "\n", "  ", "'", '"', "~", "*a", "&a ", "!x ", "|", "> ", "#", "NO", "\t", "1e400",
     "9" * 50, "é", "\u2028", "-1", "0.5", "<<: {a: 1}", "?", "%", "@", "when", "value: ", "decay: {kind: step}",
     "[[[[", "properties: {a: [1, {b: 2}]}", "op: between", "op: in_domain_list", "kind: none", "true", "null")
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 12), PIECES), min_size=1, max_size=4)
)
def test_no_text_gives_anything_but_a_model_or_its_faults(edits: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for place, length, piece in edits:
        text = text[:place] + piece + text[place + length :]

    with suppress(Invalid):
        spec = read_model(text)

        assert read_model(write_model(spec)) == spec


# --- keys and types


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "problem"),
    [
        ("name: Short", "name: Short\ntitle: Short", 2, "title", "is not a key here"),
        ("threshold: 60\n", "", 1, "threshold", "is missing"),
        ("threshold: 60", "threshold: sixty", 2, "threshold", "“sixty” and not a number"),
        ("threshold: 60", 'threshold: "60"', 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: .inf", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: .nan", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: 1e999", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: 1_000", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: 0x1F", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: 1:30", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: true", 2, "threshold", "not a number"),
        ("threshold: 60", "threshold: [60]", 2, "threshold", "a list and not a number"),
        ("threshold: 60", "threshold:", 2, "threshold", "empty and not a number"),
        ("threshold: 60", "threshold: 60.005", 2, "threshold", "two decimals"),
        ("threshold: 60", "threshold: 1e7", 2, "threshold", "is 1e+07"),
        ("threshold: 60", "threshold: 60\nmax_fit: -1", 3, "max_fit", "is -1"),
        ("threshold: 60", "threshold: 60\nthreshold: 50", 2, "threshold", "twice, again on line 3"),
        ("threshold: 60", "threshold: 60\n<<: {min_fit: 2}", 3, "<<", "is not a key here"),
        ("threshold: 60", "threshold: 60\nrequalify_after_days: 1.5", 3, "requalify_after_days", "whole number"),
        ("threshold: 60", "threshold: 60\nrequalify_after_days: -1", 3, "requalify_after_days", "is -1"),
        ("threshold: 60", "threshold: 60\nrestart_engagement_on_recycle: yes", 3, "restart_engagement_on_recycle",
         "“yes” and neither true nor false"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: half_life}", 3, "decay.days", "is missing"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: half_life, days: 0}", 3, "decay.days", "is 0"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: half_life, days: 9, percent: 9}", 3, "decay.percent",
         "not wanted"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: step, days: 7}", 3, "decay.percent", "is missing"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: step, days: 7, percent: 101}", 3, "decay.percent", "is 101"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: none, days: 7}", 3, "decay.days", "not wanted"),
        ("threshold: 60", "threshold: 60\ndecay: {kind: sudden}", 3, "decay.kind", "“sudden”"),
        ("threshold: 60", "threshold: 60\ndecay: fast", 3, "decay", "not a mapping"),
        ("threshold: 60", "threshold: 60\ngrades: {fit: [75, 50, 25]}", 3, "grades.engagement", "is missing"),
        ("threshold: 60", "threshold: 60\ngrades: {fit: [75, 50], engagement: [75, 50, 25]}", 3, "grades.fit",
         "three numbers"),
        ("threshold: 60", "threshold: 60\ngrades: {fit: [25, 50, 75], engagement: [75, 50, 25]}", 3, "grades.fit",
         "does not descend"),
        ("threshold: 60", "threshold: 60\ngrades: {fit: [75, 75, 25], engagement: [75, 50, 25]}", 3, "grades.fit",
         "does not descend"),
        ("dimension: engagement", "dimension: fitness", 4, "groups[0].dimension", "“fitness”"),
        ("dimension: engagement", "dimension: engagement, max_points: 5, min_points: 6", 4, "groups[0].min_points",
         "above max_points"),
        ("name: Intent, ", "", 4, "groups[0].name", "is missing"),
        ("  - {name: ICP, dim", "  - {name: intent, dimension: fit}\n  - {name: ICP, dim", 5, "groups[1].name",
         "the name of another"),
        ("    points: 10\n", "", 7, "rules[0].points", "is missing"),
        ("    points: 10", "    points: ten", 9, "rules[0].points", "not a number"),
        ("    points: 10", "    points: 10\n    effect: pointz", 10, "rules[0].effect", "“pointz”"),
        ("    points: 10", "    points: 10\n    effect: disqualify", 9, "rules[0].points", "gives no points"),
        ("    points: 10", "    effect: fast_track\n    max_points: 5", 10, "rules[0].max_points", "gives no points"),
        ("    points: 10", "    points: 10\n    per: year", 10, "rules[0].per", "“year”"),
        ("    points: 10", "    points: 10\n    at_least: 0", 10, "rules[0].at_least", "is 0"),
        ("    points: 10", "    points: 10\n    at_least: 1.5", 10, "rules[0].at_least", "whole number"),
        ("    points: 10", "    points: 10\n    max_points: 0", 10, "rules[0].max_points", "is 0"),
        ("    points: 10", "    points: 10\n    max_points: -5", 10, "rules[0].max_points", "is -5"),
        ("    points: 10", "    points: 10\n    window_days: 0", 10, "rules[0].window_days", "is 0"),
        ("    points: 10", "    points: 10\n    window_days: 1e9", 10, "rules[0].window_days", "is 1e+09"),
        ("    points: 10", "    points: 10\n    decay: {kind: linear}", 10, "rules[0].decay.days", "is missing"),
        ("    points: 10", "    points: -10\n    per: absence", 7, "rules[0].window_days", "is missing"),
        ("    points: 10", "    points: -10\n    per: absence\n    window_days: 30\n    at_least: 2", 12,
         "rules[0].at_least", "not wanted"),
        ("    points: 10", "    points: -10\n    per: absence\n    window_days: 30\n    decay: none", 12,
         "rules[0].decay", "not wanted"),
        ("    points: 30", "    points: 30\n    per: once", 14, "rules[1].per", "not for fit rules"),
        ("    points: 30", "    points: 30\n    per: occurrence", 14, "rules[1].per", "not for fit rules"),
        ("    points: 30", "    points: 30\n    at_least: 1", 14, "rules[1].at_least", "not for fit rules"),
        ("    points: 30", "    points: 30\n    max_points: 40", 14, "rules[1].max_points", "not for fit rules"),
        ("    points: 30", "    points: 30\n    window_days: 40", 14, "rules[1].window_days", "not for fit rules"),
        ("    points: 30", "    points: 30\n    decay: none", 14, "rules[1].decay", "not for fit rules"),
        ("group: Intent", "group: Intents", 8, "rules[0].group", "is no group of this model"),
        ("name: Title", "name: Pricing", 11, "rules[1].name", "the name of another"),
        ("name: Title", f"name: {'x' * 201}", 11, "rules[1].name", "201 characters"),
        ("name: Title", 'name: " "', 11, "rules[1].name", "is empty"),
        ("name: Title", 'name: "a\\0b"', 11, "rules[1].name", "cannot be stored"),
        ("    when: [{field: kind, op: equals, value: page_view}]\n", "", 7, "rules[0].when", "is missing"),
        ("[{field: kind, op: equals, value: page_view}]", "[]", 10, "rules[0].when", "match everything"),
        ("[{field: kind, op: equals, value: page_view}]", "{field: kind, op: equals, value: page_view}", 10,
         "rules[0].when", "not a list"),
        ("op: equals", "op: like", 10, "rules[0].when[0].op", "“like”"),
        ("op: equals", "operator: equals, op: equals", 10, "rules[0].when[0].operator", "is not a key here"),
        ("name: Ada", "name: Ada\n    qualifies: maybe", 17, "personas[0].qualifies", "twice"),
        ("qualifies: false", "qualifies: maybe", 17, "personas[0].qualifies", "neither true nor false"),
        ("    qualifies: false\n", "", 16, "personas[0].qualifies", "is missing"),
        ("email: ada@acme.example", "mail: ada@acme.example", 18, "personas[0].contact.mail", "is not a key here"),
        ("email: ada@acme.example", "email: nobody", 18, "personas[0].contact.email", "is not an e-mail address"),
        ("email: ada@acme.example", "stage: friend", 18, "personas[0].contact.stage", "“friend”"),
        ("email: ada@acme.example", "opted_out: no", 18, "personas[0].contact.opted_out", "not true or false"),
        ("email: ada@acme.example", "created_days_ago: -1", 18, "personas[0].contact.created_days_ago", "is -1"),
        ("email: ada@acme.example", "company: {employees: many}", 18, "personas[0].contact.company.employees",
         "not a whole number"),
        ("email: ada@acme.example", "company: Acme", 18, "personas[0].contact.company", "not a mapping"),
        ("email: ada@acme.example", "properties: {a: {b: 1}}", 18, "personas[0].contact.properties.a", "is nested"),
        ("{email: ada@acme.example}", "5", 18, "personas[0].contact", "not a mapping"),
        ("[{kind: page_view}]", "[{subject: x}]", 19, "personas[0].activities[0].kind", "is missing"),
        ("[{kind: page_view}]", "[{kind: Page view}]", 19, "personas[0].activities[0].kind", "is no kind"),
        ("[{kind: page_view}]", "[{kind: page_view, times: 0}]", 19, "personas[0].activities[0].times", "is 0"),
        ("[{kind: page_view}]", "[{kind: page_view, days_ago: soon}]", 19, "personas[0].activities[0].days_ago",
         "not a number"),
        ("[{kind: page_view}]", "[{kind: a, times: 3000}, {kind: b, times: 3000}]", 19, "personas[0].activities",
         "more than 5000"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_line_key_and_mend(old: str, new: str, line: int, key: str, problem: str) -> None:
    [error] = errors_in(changed(old, new))

    assert error.field == f"line {line}: {key}"
    assert problem in error.problem
    assert error.mend


# --- conditions


def condition(text: str, *, engagement: bool = False) -> str:
    old = (
        "{field: kind, op: equals, value: page_view}"
        if engagement
        else "{field: job_title, op: contains, value: vp}"
    )
    return changed(old, text)


@pytest.mark.parametrize(
    ("text", "key", "problem", "mend"),
    [
        ("{field: jobtitle, op: known}", "field", "is no field of fit rules", "job_title"),
        ("{field: shoe_number, op: known}", "field", "is no field of fit rules", "properties.KEY"),
        ("{field: properties., op: known}", "field", "is no field", ""),
        ("{field: subject, op: known}", "field", "is a field of engagement rules", "engagement"),
        ("{field: automated, op: equals, value: true}", "field", "is a field of engagement rules", ""),
        ("{field: job_title, op: in_domain_list, value: [a.example]}", "op", "does not suit", "contains"),
        ("{field: company.employees, op: contains, value: 4}", "op", "holds a number", "between"),
        ("{field: email_domain, op: gt, value: 4}", "op", "holds a domain", "in_domain_list"),
        ("{field: job_title, op: equals}", "value", "is missing", "unknown"),
        ("{field: job_title, op: equals, value: }", "value", "is missing", "unknown"),
        ('{field: job_title, op: equals, value: ""}', "value", "empty text", "unknown"),
        ('{field: job_title, op: contains, value: ""}', "value", "empty text", ""),
        ("{field: job_title, op: equals, value: [vp]}", "value", "a list and not a text", ""),
        ("{field: job_title, op: equals, value: {a: b}}", "value", "a mapping and not a text", ""),
        ("{field: job_title, op: equals, value: true}", "value", "holds text", '"true"'),
        ("{field: job_title, op: contains, value: [vp]}", "value", "a list and not a text", ""),
        (f"{{field: job_title, op: contains, value: {'x' * 451}}}", "value", "451 characters", "450"),
        ("{field: job_title, op: in, value: vp}", "value", "not a list", "op: equals"),
        ("{field: job_title, op: in, value: []}", "value", "an empty list", ""),
        ('{field: job_title, op: in, value: [vp, ""]}', "value[1]", "empty text", ""),
        ("{field: job_title, op: in, value: [vp, ~]}", "value[1]", "not a text", ""),
        ("{field: job_title, op: not_in, value: [[vp]]}", "value[0]", "a list and not a text", ""),
        ("{field: job_title, op: known, value: true}", "value", "takes no value", "remove"),
        ("{field: job_title, op: unknown, value: }", "value", "takes no value", "remove"),
        ("{field: company.employees, op: gte, value: many}", "value", "not a number", "digits"),
        ('{field: company.employees, op: gte, value: "50"}', "value", "not a number", "quotes"),
        ("{field: company.employees, op: equals, value: many}", "value", "not a number", ""),
        ("{field: company.employees, op: gt, value: 1e16}", "value", "beyond all bounds", ""),
        ("{field: company.employees, op: between, value: 50}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [50]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [50, 60, 70]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [a, b]}", "value", "two numbers", ""),
        ("{field: company.employees, op: between, value: [500, 50]}", "value", "higher number first", "turn"),
        ("{field: email_type, op: equals, value: freemail}", "value", "is no email_type", "business, free"),
        ("{field: email_type, op: in, value: [free, school]}", "value[1]", "is no email_type", ""),
        (
            "{field: marketing_consent, op: equals, value: no}",
            "value",
            "is no marketing_consent",
            "opted_out",
        ),
        (
            "{field: email_domain, op: in_domain_list, value: rivals}",
            "value",
            "is no domain list",
            "partners",
        ),
        ("{field: email_domain, op: in_domain_list, value: []}", "value", "an empty list", ""),
        (
            "{field: email_domain, op: in_domain_list, value: [https://acme.com/x]}",
            "value[0]",
            "not how",
            "acme.com",
        ),
        (
            "{field: email_domain, op: in_domain_list, value: [xn--mller-kva.de]}",
            "value[0]",
            "not how",
            "müller.de",
        ),
        ("{field: email_domain, op: in_domain_list, value: [7]}", "value[0]", "not a domain", ""),
    ],
)
def test_a_condition_that_can_never_mean_anything_is_refused(
    text: str, key: str, problem: str, mend: str
) -> None:
    DomainList.objects.create(name="partners")

    [error] = errors_in(condition(text))

    assert error.field == f"line 14: rules[1].when[0].{key}"
    assert problem in error.problem
    assert mend in error.mend


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("{field: job_title, op: known}", "field", "is a field of fit rules"),
        ("{field: company.properties.plan, op: known}", "field", "is a field of fit rules"),
        ("{field: kind, op: equals, value: Page view}", "value", "is no kind"),
        ("{field: kind, op: in, value: [page_view, page-view]}", "value[1]", "is no kind"),
        ("{field: automated, op: equals, value: yes}", "value", "the text “yes”"),
        ("{field: automated, op: contains, value: true}", "op", "holds true or false"),
    ],
)
def test_a_condition_on_activities_is_held_to_their_fields(text: str, key: str, problem: str) -> None:
    [error] = errors_in(condition(text, engagement=True))

    assert error.field == f"line 10: rules[0].when[0].{key}"
    assert problem in error.problem


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("{field: country, op: equals, value: NO}", Op.EQUALS, "NO"),
        (
            "{field: country, op: in, value: [NO, yes, on, off, y, n]}",
            Op.IN,
            ["NO", "yes", "on", "off", "y", "n"],
        ),
        ("{field: job_title, op: contains, value: 007}", Op.CONTAINS, "007"),
        ("{field: job_title, op: contains, value: 404}", Op.CONTAINS, "404"),
        ("{field: job_title, op: has_word, value: true}", Op.HAS_WORD, "true"),
        ("{field: utm_term, op: equals, value: 2026-01-01}", Op.EQUALS, "2026-01-01"),
        ("{field: utm_term, op: equals, value: 12:30}", Op.EQUALS, "12:30"),
        ("{field: utm_term, op: equals, value: 42}", Op.EQUALS, 42),
        ('{field: utm_term, op: equals, value: "42"}', Op.EQUALS, "42"),
        ("{field: utm_term, op: gte, value: 2.50}", Op.GTE, 2.5),
        ("{field: properties.vip, op: equals, value: true}", Op.EQUALS, True),
        ('{field: properties.vip, op: equals, value: "true"}', Op.EQUALS, "true"),
        ("{field: properties.size, op: between, value: [1, 1e3]}", Op.BETWEEN, [1, 1000]),
        ("{field: properties.mail, op: in_domain_list, value: partners}", Op.IN_DOMAIN_LIST, "partners"),
        (
            "{field: company.domain, op: in_domain_list, value: [Acme.example]}",
            Op.IN_DOMAIN_LIST,
            ["Acme.example"],
        ),
        ("{field: job_title, op: unknown}", Op.UNKNOWN, None),
        ("{field: job_title, op: contains, value: '%_\\'}", Op.CONTAINS, "%_\\"),
    ],
)
def test_a_value_is_read_as_it_looks_and_only_true_and_false_are_booleans(
    text: str, op: Op, value: object
) -> None:
    DomainList.objects.create(name="partners")

    [held] = read_model(condition(text)).rules[1].when

    assert held.op == op
    assert held.value == value
    assert type(held.value) is type(value)


@pytest.mark.parametrize(
    ("short", "field"),
    [("employees", "company.employees"), ("revenue", "company.revenue"), ("industry", "company.industry")],
)
def test_what_only_a_company_has_may_be_named_shortly(short: str, field: str) -> None:
    [held] = read_model(condition(f"{{field: {short}, op: known}}")).rules[1].when

    assert held.field == field


@pytest.mark.parametrize("written", ["decay: none", "decay: {kind: none}"])
def test_no_decay_is_said_as_a_word_or_as_a_kind(written: str) -> None:
    rule = read_model(changed("    points: 10", f"    points: 10\n    {written}")).rules[0]

    assert rule.decay is not None
    assert rule.decay.kind == "none"


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = changed("group: Intent", "group: Nowhere").replace("op: contains", "op: gt").replace("60", "many")

    fields = [error.field for error in errors_in(text)]

    assert fields == ["line 2: threshold", "line 8: rules[0].group", "line 14: rules[1].when[0].value"]


def test_a_model_of_more_than_300_rules_is_refused() -> None:
    rule = "  - {name: R%d, group: ICP, points: 1, when: [{field: job_title, op: known}]}\n"
    rules = "".join(rule % number for number in range(301))

    errors = errors_in(changed("personas:\n", rules + "personas:\n"))

    assert [error.field for error in errors] == ["line 6: rules"]
    assert "holds 303" in errors[0].problem


def test_a_model_of_very_many_conditions_is_refused_though_no_rule_has_too_many() -> None:
    condition = "{field: properties.plan, op: contains, value: x}"
    rule = f"  - {{name: R%d, group: ICP, points: 1, when: [{', '.join([condition] * 30)}]}}\n"
    rules = "".join(rule % number for number in range(51))

    errors = errors_in(changed("personas:\n", rules + "personas:\n"))

    assert [error.field for error in errors] == ["line 6: rules"]
    assert "1532 conditions" in errors[0].problem
