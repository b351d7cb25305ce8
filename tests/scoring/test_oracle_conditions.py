"""What the oracle takes for a match, by hand."""

from typing import Any

import pytest

from tests.scoring.oracle import holds

RIVALS = {"rivals": ["rival.example", "Other.example"]}


@pytest.mark.parametrize(
    ("stored", "op", "value", "expected"),
    [
        ("VP Sales", "equals", "vp sales", True),
        ("", "equals", "x", False),
        ("", "not_equals", "x", True),
        (None, "not_in", ["x"], True),
        (None, "known", None, False),
        ("", "unknown", None, True),
        (" ", "known", None, True),
        ([], "unknown", None, True),
        ([None, ""], "unknown", None, True),
        ([None, "x"], "known", None, True),
        (False, "known", None, True),
        (0, "known", None, True),
        ("Élan", "contains", "ÉLA", True),
        ("100 percent", "contains", "100%", False),
        ("aXb", "contains", "a_b", False),
        ("a_b", "contains", "A_B", True),
        ("C:\\temp", "contains", "\\T", True),
        ("CTO, EMEA", "has_word", "cto", True),
        ("Director", "has_word", "cto", False),
        ("vp_sales", "has_word", "vp", False),
        ("évp", "has_word", "vp", False),
        ("svp, vp", "has_word", "vp", True),
        ("vpvp vp", "has_word", "vp", True),
        ("c++ dev", "has_word", "c++", True),
        ("c++17", "has_word", "c++", False),
        ("/pricing", "starts_with", "/PRICING", True),
        ("a/pricing", "starts_with", "/pricing", False),
        ("eu.Rival.example", "in_domain_list", "rivals", True),
        ("other.example", "in_domain_list", "rivals", True),
        ("notrival.example", "in_domain_list", "rivals", False),
        ("rival.example", "in_domain_list", ["RIVAL.example"], True),
        ("rival.example", "in_domain_list", [], False),
        ("x", "unknown", None, False),
        ([None, "x"], "unknown", None, False),
        ("400", "gt", 399.5, True),
        ("400", "gt", 400, False),
        ("400", "lt", 400, False),
        (" +4e2 ", "gte", 400, True),
        (".5", "lt", 1, True),
        ("5.", "lte", 5, True),
        ("4oo", "gt", 1, False),
        ("4oo", "lte", 1, False),
        ("1e100", "gt", 1, False),
        ("\u00a07", "gt", 1, False),
        ("٣", "gt", 1, False),
        (None, "lt", 1, False),
        (True, "gt", 0, False),
        (7, "between", [1, 7], True),
        (7.01, "between", [1, 7], False),
        (["x", "9"], "gt", 8, True),
        ("400.0", "equals", 400, True),
        ("400.0", "equals", "400", False),
        ("abc", "equals", 400, False),
        (400, "equals", "400", True),
        (True, "equals", True, True),
        ("TRUE", "equals", True, True),
        (1, "equals", True, False),
        (["Pro", "Basic"], "equals", "pro", True),
        (["Pro", "Basic"], "not_equals", "pro", False),
        (["Pro", "Basic"], "not_equals", "team", True),
        (["Pro", "Basic"], "not_in", ["x", "basic"], False),
        (["Pro", "2"], "in", ["x", 2.0], True),
    ],
)
def test_an_operator_holds(stored: Any, op: str, value: Any, expected: bool) -> None:
    assert holds({"op": op, "value": value}, stored, RIVALS) is expected
