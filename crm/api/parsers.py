"""JSON bodies: UTF-8, of a bounded size, and never an error of ours whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from crm.api.problems import Fault, Refused, pointed

LARGEST_BODY = 5 * 1024 * 1024
DEEPEST = 20
LARGEST_NUMBER = 1e300
MOST_FAULTS = 20


class JsonBody(BaseParser):
    """`application/json`. RFC 8259 leaves no choice of encoding, so none that a client names is heeded."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise Refused(
                Fault("", "the body is larger than 5 MB", "send it in parts"),
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        try:
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8: byte {error.start} does not fit.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        except RecursionError as error:
            raise ParseError(f"The body is nested too deep. Send at most {DEEPEST} levels.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def unstorable(item: Any) -> list[Fault]:
    """What no column can hold, wherever it stands in `item`: NUL, half a character, endless numbers, endless depth."""
    faults: list[Fault] = []
    pending: list[tuple[str, Any, int]] = [("", item, 0)]
    while pending and len(faults) < MOST_FAULTS:
        pointer, value, depth = pending.pop()
        if isinstance(value, str):
            faults += _unstorable_text(value, pointer)
        elif isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            faults.append(Fault(pointer, "is out of range", "send a smaller number"))
        elif isinstance(value, dict | list) and depth >= DEEPEST:
            faults.append(Fault(pointer, "is nested too deep", f"send at most {DEEPEST} levels"))
        elif isinstance(value, dict):
            for name, inner in value.items():
                faults += _unstorable_text(name, pointer + pointed(name))
                pending.append((pointer + pointed(name), inner, depth + 1))
        elif isinstance(value, list):
            pending.extend((f"{pointer}/{index}", inner, depth + 1) for index, inner in enumerate(value))
    return faults


def _unstorable_text(text: str, pointer: str) -> list[Fault]:
    if "\x00" in text:
        return [Fault(pointer, "holds a NUL character", "remove it")]
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return [Fault(pointer, "holds half of a character (a lone surrogate)", "send the whole character")]
    return []
