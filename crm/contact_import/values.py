"""How a map's values are made of a row: each is bound to a file's headings once, into a function of the cells."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.contact_import import cells as read
from crm.contact_import.cells import Unreadable
from crm.contact_import.spec import IN_BRACES, NOW, Condition, ImportMap, Value, ValueType
from crm.strict_yaml import Fault, Path

MOST_HEADINGS_TOLD = 40
MOST_STRANGERS = 1000

Cells = Sequence[str]
Maker = Callable[[Cells], Any]
Text = Callable[[Cells], str]
Check = Callable[[Cells], bool]


@dataclass(slots=True)
class Binding:
    """A map on its way to be bound to the headings of one file.

    `users` are the ids of those who can own a record, by user name and by e-mail, in lower case; names that are none
    of theirs are counted in `strangers`. Faults go to the map's document.
    """

    map: ImportMap
    headings: Sequence[str]
    users: Mapping[str, int]
    at: datetime
    used: set[int] = field(default_factory=set)
    strangers: Counter[str] = field(default_factory=Counter)

    def fault(self, path: Path, problem: str, mend: str) -> None:
        self.map.document.faults.append(Fault(path, problem, mend))

    def index(self, column: str, path: Path) -> int:
        """Where the column of that heading is, without case. A fault where there is none, or more than one."""
        wanted = read.cell_text(column).casefold()
        found = [index for index, heading in enumerate(self.headings) if heading.casefold() == wanted]
        if len(found) == 1:
            self.used.add(found[0])
            return found[0]
        if found:
            places = " and ".join(str(index + 1) for index in found)
            self.fault(path, f"names “{column}”, the heading of columns {places}", "rename one in the file")
        else:
            self.fault(path, f"names the column “{column}”, which is not in the file", self._advice(column))
        return 0

    def owner(self, name: str) -> int | None:
        """The user of that name or address. A name that is nobody's here leaves the record without an owner."""
        user = self.users.get(name.lower())
        if user is None and (name in self.strangers or len(self.strangers) < MOST_STRANGERS):
            self.strangers[name] += 1
        return user

    def _advice(self, column: str) -> str:
        close = difflib.get_close_matches(column, self.headings, n=1, cutoff=0.75)
        if close:
            return f"did you mean “{close[0]}”?"
        told = [f"“{heading}”" for heading in self.headings if heading][:MOST_HEADINGS_TOLD]
        return f"use one of {', '.join(told)}"


def bind(value: Value, to: Binding, *, longest: int | None = None) -> Maker:
    """The function that makes `value` of a row's cells: "" or None where they say nothing.

    A text longer than `longest` is cut where the map says so. The function raises `Unreadable`.
    """
    if value.constant:
        return _constant(value, to)
    text = _translated(_text(value, to), value)
    return _typed(text, value, to, longest)


def bind_all(conditions: Sequence[Condition], to: Binding) -> Check:
    """Whether a row's cells fulfil every condition."""
    checks = [_check(condition, to) for condition in conditions]
    if len(checks) < 2:
        return checks[0] if checks else lambda _: True
    return lambda cells: all(check(cells) for check in checks)


def _constant(value: Value, to: Binding) -> Maker:
    if value.type == ValueType.MOMENT and value.constant == NOW:
        return lambda _: to.at
    make = _typed(lambda _: value.constant, value, to, None)
    try:
        made = make(())
    except Unreadable as fault:
        to.fault(value.path, fault.problem, fault.mend)
        made = None
    return lambda _: made


def _text(value: Value, to: Binding) -> Text:
    if value.template:
        return _template(value, to)
    makers = [_cell(to.index(column, value.path), to.map.unknown) for column in value.columns]
    if len(makers) == 1:
        return makers[0]
    return lambda cells: next(filter(None, (make(cells) for make in makers)), "")


def _cell(index: int, unknown: frozenset[str]) -> Text:
    cell_text = read.cell_text
    if not unknown:
        return lambda cells: cell_text(cells[index])

    def known(cells: Cells) -> str:
        text = cell_text(cells[index])
        return "" if text.casefold() in unknown else text

    return known


def _template(value: Value, to: Binding) -> Text:
    """A text with columns in it. It says nothing where one of them does not."""
    literals = IN_BRACES.split(value.template)[::2]
    columns = IN_BRACES.findall(value.template)
    makers = [_cell(to.index(column, value.path), to.map.unknown) for column in columns]
    is_address = value.is_address

    def filled(cells: Cells) -> str:
        texts = [make(cells) for make in makers]
        if is_address:
            texts = [read.address_part(text) for text in texts]
        if not all(texts):
            return ""
        pairs = zip(literals, [*texts, ""], strict=True)
        return "".join(literal + text for literal, text in pairs)

    return filled


def _translated(make: Text, value: Value) -> Text:
    table, otherwise = value.translations, value.otherwise
    if not table and otherwise is None:
        return make

    def translated(cells: Cells) -> str:
        text = make(cells)
        meant = table.get(text.casefold())
        if meant is not None:
            return meant
        return otherwise if text and otherwise is not None else text

    return translated


def _typed(make: Text, value: Value, to: Binding, longest: int | None) -> Maker:
    decimals, dates, zone, factor = to.map.decimals, to.map.dates, to.map.time_zone, value.factor
    read_as: Callable[[str], Any]
    match value.type:
        case ValueType.TEXT:
            return _cut(make, value.cut_at, longest) if value.cut_at and longest else make
        case ValueType.MOMENT:
            read_as = lambda text: read.moment(text, dates, zone)  # noqa: E731
        case ValueType.BOOLEAN:
            read_as = read.truth
        case ValueType.LIST:
            read_as = lambda text: read.items(text, value.separator)  # noqa: E731
        case ValueType.USER:
            read_as = to.owner
        case ValueType.WHOLE_NUMBER:
            read_as = lambda text: read.whole(read.number(text, decimals, factor), text)  # noqa: E731
        case ValueType.NUMBER:
            read_as = lambda text: read.number(text, decimals, factor)  # noqa: E731

    def typed(cells: Cells) -> Any:
        text = make(cells)
        return read_as(text) if text else None

    return typed


def _cut(make: Text, sign: str, longest: int) -> Text:
    def cut(cells: Cells) -> str:
        text = make(cells)
        return text if len(text) <= longest else text.partition(sign)[0]

    return cut


def _check(condition: Condition, to: Binding) -> Check:
    """An empty cell is unknown: it equals and matches nothing."""
    make = _cell(to.index(condition.column, condition.path), to.map.unknown)
    known, equals, not_equals = condition.known, condition.equals, condition.not_equals
    matches, not_matches = condition.matches, condition.not_matches

    def holds(cells: Cells) -> bool:
        text = make(cells)
        folded = text.casefold()
        return (
            (known is None or known == bool(text))
            and (equals is None or bool(text and folded in equals))
            and (not_equals is None or folded not in not_equals)
            and (matches is None or bool(text and matches.search(text)))
            and (not_matches is None or not not_matches.search(text))
        )

    return holds
