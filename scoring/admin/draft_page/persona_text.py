"""The details of a persona that have no field of their own, as lines that people write: `utm_campaign = spring`.

A line gives what a model file would say at that place: `company.revenue` is inside the company, `properties.plan`
among the properties. Values are read by the type that the place wants; a property takes text, a number, true, false or
a list in brackets, and text that looks like one of these stands in quotes.
"""

from __future__ import annotations

import json
from typing import Any

from crm.strict_yaml import number_in

Keys = dict[str, Any]
"""The keys of a part with the type of each, as in `scoring.persona_check`."""


def lines_of(part: dict[str, Any], keys: Keys, *, without: frozenset[str] = frozenset()) -> str:
    """What `part` says, a line for each detail that is not among `without`."""
    flat = _flat(part, keys, "")
    return "\n".join(f"{path} = {_written(value, kind)}" for path, value, kind in flat if path not in without)


def details_in(text: str, keys: Keys) -> dict[str, Any]:
    """The part of a persona that the lines of `text` say. Raises ValueError at the first that is no detail."""
    part: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        path, equals, value = (each.strip() for each in line.partition("="))
        if not equals or not path:
            raise ValueError(f"“{line[:60]}” says nothing: write a name, =, and a value")
        put(part, path, value, keys)
    return part


def put(part: dict[str, Any], path: str, value: str, keys: Keys) -> None:
    """Set one detail of `part`. Raises ValueError where there is no such place."""
    name, _, rest = path.partition(".")
    if name not in keys or bool(rest) != isinstance(_inside(keys[name]), dict):
        raise ValueError(f"“{path[:60]}” is no detail: use one of {', '.join(_places(keys))}")
    wanted = keys[name]
    if isinstance(wanted, dict):
        put(part.setdefault(name, {}), rest, value, wanted)
    elif wanted is dict:
        part.setdefault(name, {})[rest] = _property(value)
    else:
        part[name] = _read(value, wanted)


def value_at(part: dict[str, Any], path: str) -> str:
    """What `part` says at `path`, as people write it; "" where it says nothing."""
    name, _, rest = path.partition(".")
    value = part.get(name)
    if rest:
        return value_at(value, rest) if isinstance(value, dict) else ""
    return "" if value is None else _plain(value)


def _inside(wanted: Any) -> Any:
    return {} if wanted is dict else wanted


def _places(keys: Keys) -> list[str]:
    return [f"{name}.…" if isinstance(_inside(wanted), dict) else name for name, wanted in keys.items()]


def _flat(part: dict[str, Any], keys: Keys, before: str) -> list[tuple[str, Any, Any]]:
    found = []
    for name, value in part.items():
        wanted = keys.get(name)
        if isinstance(wanted, dict) and isinstance(value, dict):
            found += _flat(value, wanted, f"{before}{name}.")
        elif wanted is dict and isinstance(value, dict):
            found += [(f"{before}{name}.{key}", one, dict) for key, one in value.items()]
        else:
            found.append((f"{before}{name}", value, wanted))
    return found


def _written(value: Any, wanted: Any) -> str:
    if wanted is dict and isinstance(value, str) and _property(value) == value and value == value.strip():
        return value
    return json.dumps(value, ensure_ascii=False) if wanted is dict else _plain(value)


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _read(text: str, wanted: Any) -> Any:
    """`text` as what is wanted, or as it is: whether that is right is for the check of personas to say."""
    if wanted is bool:
        return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    number = number_in(text) if wanted in (int, float) else None
    return text if number is None else number


def _property(text: str) -> Any:
    number = number_in(text)
    if number is not None:
        return number
    if text in ("true", "false") or text.startswith(('"', "[")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValueError(f"“{text[:60]}” begins like a list or a quotation and is none") from error
    return text
