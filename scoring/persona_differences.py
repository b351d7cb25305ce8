"""What changed in one persona: what must come out, who they are, and what they did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring.predicates import number, plain
from scoring.spec import PersonaSpec


def persona_changes(before: PersonaSpec, after: PersonaSpec) -> list[str]:
    """What `after` says otherwise than `before`, save its name. Empty where nothing."""
    return list(_changes(before, after))


def _changes(before: PersonaSpec, after: PersonaSpec) -> Iterator[str]:
    if before.qualifies != after.qualifies:
        yield "must qualify now" if after.qualifies else "must not qualify now"
    was, now = _flat(before.contact), _flat(after.contact)
    for key in [*was, *(key for key in now if key not in was)]:
        # What says its default is not what is left out: the file tells them apart, and so does this.
        if key not in was or key not in now or was[key] != now[key]:
            yield f"{_named(key)} {_said(was, key)} → {_said(now, key)}"
    gone, come = list(before.activities), []
    for activity in after.activities:
        if activity in gone:
            gone.remove(activity)
        else:
            come.append(activity)
    yield from (f"now did: {activity_words(activity)}" for activity in come)
    yield from (f"no longer did: {activity_words(activity)}" for activity in gone)
    if not gone and not come and before.activities != after.activities:
        yield "what they did in another order"


def activity_words(activity: dict[str, Any]) -> str:
    """An activity of a persona: "page view /pricing, 3 times, 2 days ago"."""
    what = " ".join([str(activity["kind"]).replace("_", " "), str(activity.get("subject", ""))]).strip()
    often = activity.get("times", 1)
    ago = activity.get("days_ago", 0)
    said = [what, *([f"{often} times"] if often != 1 else [])]
    said.append("just now" if not ago else "a day ago" if ago == 1 else f"{number(ago)} days ago")
    known = ("kind", "subject", "times", "days_ago")
    said += [f"{_named(key)} {_plain(value)}" for key, value in activity.items() if key not in known]
    return ", ".join(said)


def _flat(said: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys as one, with what they hold: `company.employees`. An empty mapping is kept as it is."""
    flat: dict[str, Any] = {}
    for key, value in said.items():
        flat |= (
            _flat(value, f"{prefix}{key}.")
            if isinstance(value, dict) and value
            else {f"{prefix}{key}": value}
        )
    return flat


def _named(key: str) -> str:
    return key.replace("properties.", "").replace(".", " ").replace("_", " ")


def _said(flat: dict[str, Any], key: str) -> str:
    return _plain(flat[key]) if key in flat else "not said"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value) or "none"
    return "none" if value in (None, {}, "") else plain(value)
