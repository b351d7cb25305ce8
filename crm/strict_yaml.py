"""YAML that people write by hand, read strictly, with every fault named by line, key and mend; and written back.

Only true and false are booleans (a country called `NO` stays text), numbers are written with digits, and text may go
without quotes. Tags, merge keys and repeated keys are refused: each has hidden a mistake. Aliases are followed as far
as a file of honest size goes. What the keys of a file mean is for its reader to say: `Part` gives out values of the
type that is asked for, notes what is wrong, and goes on with a harmless stand-in, so that one reading finds all faults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from django.db.models import TextChoices

from crm.errors import FieldError, Invalid

Path = tuple[str | int, ...]
Choice = TypeVar("Choice", bound=TextChoices)

MOST_CHARACTERS = 500_000
MOST_LEVELS = 20
MOST_PARTS = 200_000
"""What aliases may make of a file: a few lines of them can stand for billions of parts."""
MOST_TOLD = 100
"""Faults of one document that are told: whoever has more starts with these."""
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
UNPLAIN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Line breaks and control characters, which survive as escapes alone."""
EXACT = 2**53
"""Whole numbers up to here are the same as integer and as double."""
MOST_DIGITS = 400
STRING = "tag:yaml.org,2002:str"
_OTHERS = yaml.resolver.Resolver()
"""What readers of YAML 1.1 take a plain scalar for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at `path` (keys and positions from the top of a document), and what mends it."""

    path: Path
    problem: str
    mend: str


@dataclass(slots=True)
class Document:
    """The faults that a reading found, and the line on which each path stands."""

    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    parts: int = 0

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it where it was left out."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def errors(self) -> list[FieldError]:
        """The faults by line. Of several at one place or inside it only the first is told: it caused the others."""
        told: list[Fault] = []
        for fault in self.faults:
            if not any(fault.path[: len(other.path)] == other.path for other in told):
                told.append(fault)
            if len(told) == MOST_TOLD:
                break
        told.sort(key=lambda fault: self.line(fault.path))
        return [
            FieldError(
                ": ".join(filter(None, (f"line {self.line(f.path)}", shown(f.path)))), f.problem, f.mend
            )
            for f in told
        ]


def shown(path: Path) -> str:
    """`("rules", 2, "points")` as rules[2].points"""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


class _Loader(yaml.SafeLoader):
    """Composes nodes without giving plain scalars a type of their own."""

    yaml_implicit_resolvers: dict[str, Any] = {}
    level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None):
            raise _refused(event, f"the tag {event.tag} is not used here", "leave it out")
        self.level += 1
        if self.level > MOST_LEVELS:
            raise _refused(event, "is nested too deeply", f"use at most {MOST_LEVELS} levels")
        node: yaml.Node | None = super().compose_node(parent, index)
        self.level -= 1
        return node


def _refused(event: yaml.Event, problem: str, mend: str) -> Invalid:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return Invalid(FieldError(f"line {line}", problem, mend))


def load(text: str) -> Part:
    """The top of the one document in `text`. Raises Invalid where it is not YAML or uses what is refused here."""
    if len(text) > MOST_CHARACTERS:
        raise Invalid(
            FieldError("", f"the file has {len(text)} characters", f"keep it below {MOST_CHARACTERS}")
        )
    loader = None
    try:
        loader = _Loader(text.removeprefix("\ufeff"))
        node = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Invalid(
            FieldError(f"line {line}", f"the character U+{error.character:04X} is not allowed", "remove it")
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise Invalid(
            FieldError(f"line {line}", f"is not YAML: {problem}", "mend the indentation, quotes or brackets")
        ) from error
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise Invalid(FieldError("line 1", "the file is empty", "write the keys it needs"))
    return Part(node, (), Document())


class Part:
    """One node of a document, and where it stands."""

    def __init__(self, node: yaml.Node, path: Path, document: Document) -> None:
        self.node = node
        self.path = path
        self.document = document
        document.lines.setdefault(path, node.start_mark.line + 1)
        document.parts += 1
        if document.parts > MOST_PARTS or len(path) > MOST_LEVELS:
            raise Invalid(
                FieldError(f"line {document.line(path)}", "is more than one can read", "shorten the file")
            )

    def fault(self, problem: str, mend: str, *below: str | int) -> None:
        """Note that something is wrong here, or at the path `below` it."""
        self.document.faults.append(Fault((*self.path, *below), problem, mend))

    def mapping(
        self, known: Collection[str] | None = None, *, required: Collection[str] = ()
    ) -> dict[str, Part]:
        """Keys with their parts. Keys that are repeated, not `known`, or missing though `required` are faults."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault(
                f"is {self._kind()} and not a mapping", "write keys with their values, as in `name: value`"
            )
            return {}
        parts: dict[str, Part] = {}
        for key_node, value_node in self.node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault("has a key that is no text", "write a word before the colon")
                continue
            key = key_node.value
            self.document.lines.setdefault((*self.path, key), key_node.start_mark.line + 1)
            if key in parts:
                line = key_node.start_mark.line + 1
                self.fault(f"is there twice, again on line {line}", "keep one of them", key)
            elif known is not None and key not in known:
                self.fault("is not a key here", f"use one of {', '.join(known)}", key)
            elif UNSTORABLE.search(key):
                self.fault("has a key with a character that cannot be stored", "remove it")
            else:
                parts[key] = Part(value_node, (*self.path, key), self.document)
        for key in required:
            if key not in parts and not self._is_faulty(key):
                self.fault("is missing", f"add `{key}: …`", key)
        return parts

    def sequence(self) -> list[Part]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault(
                f"is {self._kind()} and not a list", "write [one, another], or a line with a dash for each"
            )
            return []
        return [Part(node, (*self.path, index), self.document) for index, node in enumerate(self.node.value)]

    def text(self) -> str:
        """The text as it is written, whether or not in quotes: `404` is a text where one is asked for."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fault(f"is {self._kind()} and not a text", "write one text")
            return ""
        if self._plain() in NULLS:
            self.fault("is empty", "write a text")
        elif UNSTORABLE.search(self.node.value):
            self.fault("holds a character that cannot be stored", "remove it")
            return ""
        return str(self.node.value)

    def number(self) -> float | int:
        """A finite number: an int where it is whole."""
        plain = self._plain()
        value = number_in(plain) if plain is not None else None
        if value is None:
            self.fault(f"is {self._kind()} and not a number", "write digits alone, as in 10 or 2.5")
            return 0
        return value

    def whole_number(self) -> int:
        value = self.number()
        if isinstance(value, float):
            self.fault(f"is {value} and not a whole number", "write digits alone, as in 10")
            return 0
        return value

    def boolean(self) -> bool:
        plain = self._plain()
        if plain not in BOOLEANS:
            self.fault(f"is {self._kind()} and neither true nor false", "write true or false")
            return False
        return BOOLEANS[plain]

    def choice(self, choices: type[Choice]) -> Choice:
        value = self.text()
        if value not in {choice.value for choice in choices}:
            self.fault(f"is “{value[:40]}”, which is not known", f"use one of {', '.join(choices)}")
            return next(iter(choices))
        return choices(value)

    def is_scalar(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def is_word(self, word: str) -> bool:
        """Whether this bare word stands here."""
        return self._plain() == word

    def value(self, shape: Mapping[str, Any] | None = None) -> Any:
        """Whatever stands here, as JSON would hold it. Keys that `shape` gives as `str` are read as text."""
        if isinstance(self.node, yaml.MappingNode):
            return {key: part._shaped((shape or {}).get(key)) for key, part in self.mapping().items()}
        if isinstance(self.node, yaml.SequenceNode):
            return [part.value() for part in self.sequence()]
        plain = self._plain()
        if plain is None:
            return self.text()
        if plain in NULLS:
            return None
        if plain in BOOLEANS:
            return BOOLEANS[plain]
        number = number_in(plain)
        return self.text() if number is None else number

    def _shaped(self, shape: Any) -> Any:
        if shape is str:
            return self.text()
        return self.value(shape if isinstance(shape, Mapping) else None)

    def _plain(self) -> str | None:
        """What stands here without quotes, or None where there is something else."""
        if isinstance(self.node, yaml.ScalarNode) and self.node.style is None:
            return str(self.node.value)
        return None

    def _is_faulty(self, key: str) -> bool:
        return any(fault.path == (*self.path, key) for fault in self.document.faults)

    def _kind(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "a mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        plain = self._plain()
        if plain is None or not (plain in NULLS or plain in BOOLEANS or NUMBER.fullmatch(plain)):
            return f"the text “{str(self.node.value)[:40]}”"
        return "empty" if plain in NULLS else plain[:40]


def number_in(text: str) -> float | int | None:
    """The number that `text` spells, an int where it is whole; None where it spells none or one beyond all bounds."""
    if not NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
        return None
    value = float(text)
    if not math.isfinite(value):
        return None
    return int(text) if WHOLE.fullmatch(text) else shortest(value)


def shortest(value: float) -> float | int:
    """10.0 as 10: a whole number that a double holds exactly is an int, so that one number has one spelling."""
    return int(value) if abs(value) <= EXACT and value == int(value) else value


def means_text(text: str) -> bool:
    """Whether `text`, written without quotes, would be read as text here."""
    return not (text in NULLS or text in BOOLEANS or NUMBER.fullmatch(text))


class _Dumper(yaml.SafeDumper):
    """Writes plain scalars as they are: `_scalar` has decided which need quotes. Lists stand in from their key."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def dump(value: Block | Any, *, width: int = 110) -> str:
    """`value` as YAML that `load` reads back exactly: every mapping and list on one line, save those in a `Block`."""
    text: str = yaml.serialize(_node(value), Dumper=_Dumper, allow_unicode=True, width=width)
    return text


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping or list to be written with a line for each of its parts."""

    content: dict[str, Any] | list[Any]


def _node(value: Block | Any) -> yaml.Node:
    content = value.content if isinstance(value, Block) else value
    flow = not isinstance(value, Block)
    if isinstance(content, dict):
        pairs = [(_scalar(key), _node(inner)) for key, inner in content.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)
    if isinstance(content, list | tuple):
        return yaml.SequenceNode(
            "tag:yaml.org,2002:seq", [_node(inner) for inner in content], flow_style=flow
        )
    return _scalar(content)


def _scalar(value: Any) -> yaml.ScalarNode:
    style = None
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = repr(shortest(value))
    else:
        text = str(value)
        # Other readers take `NO` for false and 12:30 for a number, so that such words are quoted for them.
        resolved = _OTHERS.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        style = None if means_text(text) and resolved == STRING else "'"
        if UNPLAIN.search(text):
            style = '"'
    return yaml.ScalarNode(STRING, text, style=style)
