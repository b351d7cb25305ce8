"""Groups and rules put in another order: dragged to a place, or moved one on by a button or key."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django_htmx.http import HttpResponseClientRefresh

from crm.errors import FieldError, Invalid
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.order import (
    Order,
    OrderChanged,
    Place,
    group_one_on,
    move_group,
    move_rule,
    rule_one_on,
)

STEPS = {"up": -1, "down": 1}


def move(asked: Asked) -> HttpResponse:
    """Move what `moved` names (`rule-12`) to before `before` in `group`, or what `up` or `down` names one on."""
    sent = asked.request.POST
    step = next((step for step in STEPS if step in sent), "")
    kind, _, number = sent.get(step or "moved", "").partition("-")
    if kind not in ("rule", "group") or not number.isdecimal():
        raise Invalid(FieldError("", "what was to be moved is no rule or group", "reload the page"))
    pk = int(number)
    to = _one_on(asked.draft.order, kind, pk, STEPS[step]) if step else _place(sent)
    if to is None:
        return HttpResponseRedirect(f"{asked.address}#{kind}-{pk}")
    act = move_rule if kind == "rule" else move_group
    try:
        act(asked.version, pk, to, seen=asked.seen, by=asked.by, at=asked.at)
    except OrderChanged as error:
        return _changed_meanwhile(asked, error, kind, pk, to)
    if asked.htmx and "again" in asked.request.POST:
        return HttpResponseClientRefresh()
    asked.reread()
    return answer.done(asked, _where(asked, kind, pk), f"{kind}-{pk}")


def _one_on(order: Order, kind: str, pk: int, by: int) -> Place | None:
    return rule_one_on(order, pk, by) if kind == "rule" else group_one_on(order, pk, by)


def _place(sent: QueryDict) -> Place:
    return Place(_id(sent.get("before")), _id(sent.get("group")))


def _id(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() else None


def _where(asked: Asked, kind: str, pk: int) -> str:
    """Where something stands now, as it is read out."""
    draft = asked.draft
    if kind == "rule" and pk in draft.lines:
        line = draft.lines[pk]
        inside = draft.order.rules[line.group]
        return f"“{line.spec.name}” is number {inside.index(pk) + 1} of {len(inside)} in {line.spec.group}."
    if group := draft.group(pk):
        place = draft.order.groups.index(pk) + 1
        return f"“{group.spec.name}” is group {place} of {len(draft.groups)}."
    return "Moved."


def _changed_meanwhile(asked: Asked, error: OrderChanged, kind: str, pk: int, to: Place) -> HttpResponse:
    if not asked.htmx:
        messages.error(asked.request, f"{error.in_words} This is the order now.")
        return HttpResponseRedirect(f"{asked.address}#rules")
    names = ("moved", "up", "down", "before", "group")
    mine = {name: asked.request.POST[name] for name in names if name in asked.request.POST}
    return answer.order_changed(asked, error.order.seen, mine, *_beside(asked, kind, pk, to))


def _beside(asked: Asked, kind: str, pk: int, to: Place) -> tuple[str, str]:
    """What was to be moved where, and how it stands there now, in words."""
    asked.reread()
    draft = asked.draft
    named = {group.pk: group.spec.name for group in draft.groups}
    row = list(draft.order.groups)
    where = ""
    if kind == "rule":
        row = list(draft.order.rules.get(to.group or 0, ()))
        where = f" in {named.get(to.group or 0, 'a group that is gone')}"
        named = {line.pk: line.spec.name for line in draft.lines.values()}
    before = f"before “{named[to.before]}”" if to.before in named else "to the end"
    mine = f"“{named.get(pk, 'what is gone now')}” {before}{where}"
    return mine, ", ".join(named[one] for one in row)
