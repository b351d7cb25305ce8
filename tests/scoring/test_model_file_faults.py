"""A fault in a model file is named by its line, its key and its mend, and all of them at once."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.errors import Invalid
from scoring.model_file import read_model, write_model
from tests.scoring.sound_file import SOUND, changed, errors_in

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("written", ["decay: none", "decay: {kind: none}"])
def test_no_decay_is_said_as_a_word_or_as_a_kind(written: str) -> None:
    rule = read_model(changed("    points: 10", f"    points: 10\n    {written}")).rules[0]

    assert rule.decay is not None
    assert rule.decay.kind == "none"


# --- the whole file


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
