"""YAML by hand: what is written is read back exactly, and read as it looks."""

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.errors import Invalid
from crm.strict_yaml import Block, Part, dump, load

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40) | st.text(
    "ab \n\t:#'\"-\\,[]{}\x85\u2028%?&*!|>@`é😀", max_size=150
)
SCALARS = st.none() | st.booleans() | TEXTS | st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(written=st.dictionaries(TEXTS, VALUES, max_size=4))
@example(written={"title": "\x85"})
@example(written={"words": "two\nlines", "spaces": "  a  " * 40})
def test_what_is_written_is_read_back_exactly(written: dict[str, Any]) -> None:
    assert load(dump(Block(written))).value() == written


@pytest.mark.parametrize("word", ["NO", "yes", "on", "12:30", "2026-01-01", "0x10", "null", "10", "1_000"])
def test_a_text_is_quoted_that_other_readers_take_for_something_else(word: str) -> None:
    assert yaml.safe_load(dump({"word": word})) == {"word": word}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("true", True),
        ("~", None),
        ("", None),
        ("10", 10),
        ("+10", 10),
        ("10.0", 10),
        ("-2.50", -2.5),
        (".5", 0.5),
        ("1e3", 1000),
        ("1e999", "1e999"),
        ("007", "007"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ('"10"', "10"),
        ("'true'", "true"),
        ("[1, a, {b: c}]", [1, "a", {"b": "c"}]),
        ("|\n  two\n  lines", "two\nlines"),
    ],
)
def test_a_value_is_read_as_it_looks(written: str, value: Any) -> None:
    read = load(f"key: {written}").value()["key"]

    assert read == value
    assert type(read) is type(value)


def test_an_alias_stands_for_what_it_names() -> None:
    assert load("one: &cuts [3, 2, 1]\ntwo: *cuts").value() == {"one": [3, 2, 1], "two": [3, 2, 1]}


def test_a_fault_inside_another_is_not_told_twice() -> None:
    top = load("list:\n  - 1\n")
    [item] = top.mapping(("list",))["list"].sequence()
    top.mapping()["list"].fault("is of no use", "remove it")
    item.fault("is not wanted", "remove it")

    [error] = top.document.errors()

    assert (error.field, error.problem) == ("line 1: list", "is of no use")


def test_a_reading_goes_on_after_a_fault_and_tells_them_by_line() -> None:
    top = load("b: x\na: y\n")
    parts: dict[str, Part] = top.mapping(("a", "b"), required=("a", "b", "c"))

    assert (parts["a"].number(), parts["b"].boolean()) == (0, False)

    assert [error.field for error in top.document.errors()] == ["line 1: c", "line 1: b", "line 2: a"]


@pytest.mark.parametrize("text", ["a: !!str 1", "a: *b", "{", "a: \x00"])
def test_what_is_not_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="line 1"):
        load(text)
