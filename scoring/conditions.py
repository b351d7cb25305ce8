"""*Field, operator, value* → a Django `Q`. The one meaning of a condition, for scores, segments and routing
alike.

Text compares without case, and every character of a value is only itself. Empty text is unknown. The negative
operators match what is unknown, all others (save `unknown`) do not. A property that holds a list matches when
any of its elements does; the negative operators, when none does. Text that is a number compares as one with >
≥ < ≤ and between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Expression, F, Func, Q

from scoring.markers import Domains
from scoring.models import Op
from scoring.spec import ConditionSpec

Sql = tuple[str, list[Any]]
Test = Callable[[Sql, Op, Any], Sql]
"""Makes the SQL of an operator on a column, with a value."""

NUMBER_COLUMNS = frozenset({"employees", "revenue", "total", "fit", "engagement"})
LOWER_CASE = frozenset(
    {"email", "email_domain", "email_type", "sales_consent", "marketing_consent", "domain", "stage"}
)
"""Columns of contacts and companies that hold nothing but lower case, by a constraint or by how they are derived."""
NEGATIVE = {Op.NOT_EQUALS: Op.EQUALS, Op.NOT_IN: Op.IN, Op.UNKNOWN: Op.KNOWN}
COMPARED = {Op.GT: ">", Op.GTE: ">=", Op.LT: "<", Op.LTE: "<="}
# No text that matches may fail as a double: bounded against overflow, ASCII alone (\\s and \\d are more). The bound on
# digits is one of length, because a regular expression that counts to 200 takes ten times as long.
NUMBER = r"^[ \t\n\r\f\v]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?[ \t\n\r\f\v]*$"
LONGEST_NUMBER = 200
OUTSIDE_A_WORD = "[^[:alnum:]_]"
LABELS = 8
"""How many labels a domain may stand below one in a list and still belong to it."""


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> str:
    """A value as the text that JSON would store for it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reads_as_number(text: Sql) -> Sql:
    sql, params = text
    return f"{sql} ~ %s AND LENGTH({sql}) <= {LONGEST_NUMBER}", [*params, NUMBER, *params]


def _number(text: Sql) -> Sql:
    sql, params = text
    test, held = _reads_as_number(text)
    return f"CASE WHEN {test} THEN ({sql})::float8 END", [*held, *params]


def _equals(text: Sql, value: Any) -> Sql:
    sql, params = text
    same = f"{sql} = LOWER(%s)"
    if not is_number(value):
        return same, [*params, _plain(value)]
    test, held = _reads_as_number(text)
    return (
        f"CASE WHEN {test} THEN ({sql})::float8 = %s::float8 ELSE {same} END",
        [*held, *params, float(value), *params, _plain(value)],
    )


def _one_of(text: Sql, values: list[Any]) -> Sql:
    sql, params = text
    words = [_plain(value) for value in values if not is_number(value)]
    tests = [_equals(text, value) for value in values if is_number(value)]
    if words:
        tests.insert(0, (f"{sql} IN ({', '.join(['LOWER(%s)'] * len(words))})", [*params, *words]))
    return f"({' OR '.join(test for test, _ in tests)})", [param for _, held in tests for param in held]


def _has_word(text: Sql, value: Any) -> Sql:
    sql, params = text
    plain = _plain(value)
    word = re.sub(r"([^\w\s])", r"\\\1", plain)
    # The regular expression is asked only where the word is at all, which is seldom.
    return (
        f"STRPOS({sql}, LOWER(%s)) > 0 AND {sql} ~ LOWER(%s)",
        [*params, plain, *params, f"(^|{OUTSIDE_A_WORD}){word}({OUTSIDE_A_WORD}|$)"],
    )


def _in_domain_list(text: Sql, value: Any) -> Sql:
    sql, params = text
    if isinstance(value, list):
        domains: Any = [str(domain).lower().strip().removeprefix("@") for domain in value]
    else:
        domains = Domains(str(value))
    # The list stands in the statement once, where it is hashed: it may hold tens of thousands.
    above = f"array_to_string((string_to_array({sql}, '.'))[label.number:], '.')"
    labels = f"generate_series(1, {LABELS}) AS label (number)"
    return f"EXISTS (SELECT 1 FROM {labels} WHERE {above} = ANY(%s::text[]))", [*params, domains]


def _text_test(text: Sql, op: Op, value: Any) -> Sql:
    """A positive operator on lower-case text."""
    sql, params = text
    if op in COMPARED:
        number, held = _number(text)
        return f"({number}) {COMPARED[op]} %s::float8", [*held, float(value)]
    match op:
        case Op.EQUALS:
            return _equals(text, value)
        case Op.IN:
            return _one_of(text, _listed(value))
        case Op.CONTAINS:
            return f"STRPOS({sql}, LOWER(%s)) > 0", [*params, _plain(value)]
        case Op.STARTS_WITH:
            # LIKE is a fifth faster than starts_with().
            prefix = re.sub(r"([\\%_])", r"\\\1", _plain(value))
            return f"{sql} LIKE LOWER(%s)", [*params, f"{prefix}%"]
        case Op.HAS_WORD:
            return _has_word(text, value)
        case Op.IN_DOMAIN_LIST:
            return _in_domain_list(text, value)
        case Op.BETWEEN:
            number, held = _number(text)
            return f"({number}) BETWEEN %s::float8 AND %s::float8", [*held, float(value[0]), float(value[1])]
        case Op.KNOWN:
            return f"{sql} <> ''", params
    raise ValueError(f"{op} is not a positive operator on text")


def _number_test(column: Sql, op: Op, value: Any) -> Sql:
    """A positive operator on a numeric column."""
    sql, params = column
    number = f"({sql})::float8"
    if op in COMPARED:
        return f"{number} {COMPARED[op]} %s::float8", [*params, float(value)]
    match op:
        case Op.EQUALS | Op.IN:
            return f"{number} = ANY(%s::float8[])", [*params, [float(one) for one in _listed(value)]]
        case Op.BETWEEN:
            return f"{number} BETWEEN %s::float8 AND %s::float8", [*params, float(value[0]), float(value[1])]
        case Op.KNOWN:
            return f"{sql} IS NOT NULL", params
    raise ValueError(f"{op} does not suit a number")


def _boolean_test(column: Sql, op: Op, value: Any) -> Sql:
    sql, params = column
    match op:
        case Op.EQUALS | Op.IN:
            wanted = [_plain(one).lower() == "true" for one in _listed(value)]
            return f"{sql} = ANY(%s::boolean[])", [*params, wanted]
        case Op.KNOWN:
            return f"{sql} IS NOT NULL", params
    raise ValueError(f"{op} does not suit a yes or no")


def _column_test(column: Sql, op: Op, value: Any) -> Sql:
    sql, params = column
    return _text_test((f"LOWER({sql})", params), op, value)


def _key_test(column: Sql, op: Op, value: Any) -> Sql:
    """On a column that is in lower case already."""
    return _text_test(column, op, value)


def _json_test(place: Sql, op: Op, value: Any) -> Sql:
    sql, params = place
    element, element_params = _text_test(("LOWER(element.value)", []), op, value)
    scalar, scalar_params = _text_test((f"LOWER({sql} #>> '{{}}')", params), op, value)
    elements = f"SELECT 1 FROM jsonb_array_elements_text({sql}) AS element (value) WHERE {element}"
    kinds = [(f"'array' THEN EXISTS ({elements})", [*params, *element_params])]
    if op in COMPARED or op == Op.BETWEEN:
        # What is stored as a number, as most are, need not be read from a text again.
        kinds.insert(0, _stored_number_test(place, op, value))
    cases = " ".join(f"WHEN {case}" for case, _ in kinds)
    held = [param for _, some in kinds for param in some]
    return f"CASE jsonb_typeof({sql}) {cases} ELSE {scalar} END", [*params, *held, *scalar_params]


def _stored_number_test(place: Sql, op: Op, value: Any) -> Sql:
    """The case of a JSON number, compared as exactly as it is stored: a double might not hold it."""
    sql, params = place
    if op == Op.BETWEEN:
        test, bounds = "BETWEEN %s::numeric AND %s::numeric", [float(value[0]), float(value[1])]
    else:
        test, bounds = f"{COMPARED[op]} %s::numeric", [float(value)]
    return f"'number' THEN ({sql})::numeric {test}", [*params, *bounds]


class Holds(Func):
    """Whether what `subject` holds stands the test of `op` and `value`.

    Of what is unknown the positive operators are null, which counts as false wherever a condition stands: in WHERE,
    FILTER and CASE. (Turning it into a false costs a tenth of an evaluation.)
    """

    def __init__(self, subject: Expression | F, op: Op, value: Any, test: Test, key: str = "") -> None:
        super().__init__(subject, output_field=BooleanField())
        self.op, self.value, self.test, self.key = op, value, test, key

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, list[Any]]:
        subject, params = compiler.compile(self.get_source_expressions()[0])
        held = list(params)
        if self.key:
            subject, held = f"({subject} -> %s)", [*held, self.key]
        positive = NEGATIVE.get(self.op, self.op)
        sql, held = self.test((subject, held), positive, self.value)
        return (f"({sql}) IS NOT TRUE" if self.op in NEGATIVE else f"({sql})"), held


def fit_condition(condition: ConditionSpec, *, company: str = "company", contact: str = "") -> Q:
    """A condition on contacts. `company` is the path from a contact's row to its company's; `contact`, that from the
    row that is asked for to the contact's, as `contact__`.
    """
    field, op, value = condition.field, Op(condition.op), condition.value
    company = f"{contact}{company}"
    if field.startswith("company.properties."):
        key = field.removeprefix("company.properties.")
        return Q(Holds(F(f"{company}__properties"), op, value, _json_test, key))
    if field.startswith("properties."):
        key = field.removeprefix("properties.")
        return Q(Holds(F(f"{contact}properties"), op, value, _json_test, key))
    if field.startswith("company."):
        column = field.removeprefix("company.")
        return Q(Holds(F(f"{company}__{column}"), op, value, _test_of(column)))
    return Q(Holds(F(f"{contact}{field}"), op, value, _test_of(field)))


def score_condition(condition: ConditionSpec, *, contact: str = "") -> Q:
    """A condition on what somebody scores by the live version; `contact` as above."""
    column = condition.field.removeprefix("score.")
    return Q(Holds(F(f"{contact}score__{column}"), Op(condition.op), condition.value, _test_of(column)))


def _test_of(column: str) -> Test:
    if column in NUMBER_COLUMNS:
        return _number_test
    return _key_test if column in LOWER_CASE else _column_test


def engagement_condition(condition: ConditionSpec) -> Q:
    """A condition on activities."""
    field, op, value = condition.field, Op(condition.op), condition.value
    if field.startswith("properties."):
        return Q(Holds(F("properties"), op, value, _json_test, field.removeprefix("properties.")))
    if field == "automated":
        return Q(Holds(F("automated"), op, value, _boolean_test))
    # A kind is in lower case by its constraint; the other two have generated lower-case copies for this.
    return Q(Holds(F("kind" if field == "kind" else f"{field}_key"), op, value, _key_test))
