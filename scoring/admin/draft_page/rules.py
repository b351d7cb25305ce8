"""Rules of a draft, each opened, saved, added, copied, switched and deleted in its line."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from crm.errors import Invalid
from scoring import edit
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.condition_rows import Rows, in_short, sent, shown
from scoring.admin.draft_page.draft import GroupPart, RuleLine
from scoring.admin.draft_page.opened import Difference, Opened, add_faults, differing
from scoring.admin.draft_page.rule_form import RuleForm, typed_rule
from scoring.models import Effect, Per
from scoring.spec import RuleSpec

PLACES = {"decay.kind": "decay_kind", "decay.days": "decay_days", "decay.percent": "decay_percent"}
CHANGED = "Somebody else changed this rule meanwhile, and nothing was saved."
GONE = "Somebody else deleted this rule meanwhile. Save it to add it again, or close it to leave it deleted."


def open_rule(asked: Asked, pk: int) -> Opened:
    line = line_of(asked, pk)
    form = RuleForm(
        draft=asked.draft, dimension=dimension_of(asked, line), initial=typed_rule(line.spec, line.group)
    )
    rows = shown(line.spec.when, form.dimension)
    return Opened("rule", pk, line.place, form, rows, line.seen, line.spec.name)


def open_new(asked: Asked, group: int) -> Opened:
    part = group_of(asked, group)
    new = RuleSpec("", part.spec.name, (), effect=Effect.POINTS, points=10, per=Per.OCCURRENCE)
    form = RuleForm(draft=asked.draft, dimension=part.dimension, initial=typed_rule(new, group))
    return Opened("new-rule", group, f"new-rule-{group}", form, shown((), part.dimension), title="A new rule")


def open_deletion(asked: Asked, pk: int) -> Opened:
    line = line_of(asked, pk)
    return Opened("delete-rule", pk, line.place, seen=line.seen, title=line.spec.name)


def save(asked: Asked, pk: int) -> HttpResponse:
    """Save an open rule, or answer with its faults, or with what somebody else made of it."""
    line = asked.draft.lines.get(pk)
    if line is None:
        return _lost(asked)
    form = RuleForm(asked.request.POST, draft=asked.draft, dimension=dimension_of(asked, line))
    rows = sent(asked.request.POST, form.dimension)
    opened = Opened("rule", pk, line.place, form, rows, asked.seen, line.spec.name)
    if form.is_valid() & rows.is_valid():
        try:
            rule = form.rule(rows.conditions())
            edit.change_rule(asked.version, pk, rule, seen=asked.seen, by=asked.by, at=asked.at)
        except edit.Changed:
            return _changed_meanwhile(asked, opened, form, rows)
        except Invalid as error:
            add_faults(form, Invalid(*rows.add_faults(error.errors)), PLACES)
        else:
            return _saved(asked, line, rule)
    return answer.refused(asked, "_rule.html", {"line": line}, opened, 422)


def _saved(asked: Asked, line: RuleLine, rule: RuleSpec) -> HttpResponse:
    asked.reread()
    now = asked.draft.lines[line.pk]
    said = f"Saved “{rule.name}”."
    if now.group == line.group:
        return answer.done(asked, said, line.place, ("_rule.html", {"line": now}))
    said = f"Saved “{rule.name}”, which is in {rule.group} now."
    return answer.done(asked, said, line.place, ("_moved_rule.html", {"line": now}))


def _changed_meanwhile(asked: Asked, opened: Opened, form: RuleForm, rows: Rows) -> HttpResponse:
    """Mine again, beside theirs. Saved once more it replaces theirs, which has been seen by then."""
    asked.reread()
    theirs = asked.draft.lines.get(opened.pk)
    if theirs is None:
        return _lost(asked)
    mine, other = in_short(rows.conditions()), in_short(theirs.spec.when)
    conditions = (Difference("Conditions", other, mine),) if mine != other else ()
    opened.differences = (*differing(form, typed_rule(theirs.spec, theirs.group)), *conditions)
    opened.seen, opened.meanwhile = theirs.seen, CHANGED
    return answer.refused(asked, "_rule.html", {"line": theirs}, opened, 409)


def _lost(asked: Asked) -> HttpResponse:
    """What was typed into a rule that is not there any more, as a new one of its group."""
    chosen = asked.request.POST.get("group", "")
    part = asked.draft.group(int(chosen)) if chosen.isdecimal() else None
    part = part or next(iter(asked.draft.groups), None)
    if part is None:
        raise edit.Changed("this rule and its group", gone=True)
    form = RuleForm(asked.request.POST, draft=asked.draft, dimension=part.dimension)
    rows = sent(asked.request.POST, part.dimension)
    opened = Opened(
        "new-rule", part.pk, f"new-rule-{part.pk}", form, rows, title="A new rule", meanwhile=GONE
    )
    return answer.refused(asked, "_new_rule.html", {"group": part, "again": True}, opened, 409)


def add(asked: Asked, group: int) -> HttpResponse:
    part = group_of(asked, group)
    form = RuleForm(asked.request.POST, draft=asked.draft, dimension=part.dimension)
    rows = sent(asked.request.POST, part.dimension)
    if form.is_valid() & rows.is_valid():
        try:
            rule = form.rule(rows.conditions())
            row = edit.add_rule(asked.version, rule, by=asked.by, at=asked.at)
        except Invalid as error:
            add_faults(form, Invalid(*rows.add_faults(error.errors)), PLACES)
        else:
            asked.reread()
            line = asked.draft.lines[row.pk]
            added: list[tuple[str, dict[str, Any]]] = [("_moved_rule.html", {"line": line})]
            if asked.htmx and asked.htmx.target == f"new-rule-{group}":
                added.append(("_new_rule.html", {"group": part}))
            return answer.done(asked, f"Added “{rule.name}” to {rule.group}.", line.place, *added)
    opened = Opened("new-rule", group, f"new-rule-{group}", form, rows, title="A new rule")
    return answer.refused(asked, "_new_rule.html", {"group": part}, opened, 422)


def duplicate(asked: Asked, pk: int) -> HttpResponse:
    line = line_of(asked, pk)
    copy = edit.duplicate_rule(asked.version, pk, seen=asked.seen, by=asked.by, at=asked.at)
    asked.reread()
    lines = [("_rule.html", {"line": asked.draft.lines[known]}) for known in (pk, copy.pk)]
    said = f"Copied “{line.spec.name}”. The copy scores too: change it, or switch it off."
    return answer.done(asked, said, f"rule-{copy.pk}", *lines)


def switch(asked: Asked, pk: int) -> HttpResponse:
    on = asked.request.POST.get("on") == "yes"
    rule = edit.switch_rule(asked.version, pk, on=on, seen=asked.seen, by=asked.by, at=asked.at)
    asked.reread()
    said = f"“{rule.name}” is on." if on else f"“{rule.name}” is off: it is kept and scores nothing."
    return answer.done(asked, said, f"rule-{pk}", ("_rule.html", {"line": asked.draft.lines[pk]}))


def delete(asked: Asked, pk: int) -> HttpResponse:
    line = line_of(asked, pk)
    try:
        edit.delete_rule(asked.version, pk, seen=asked.seen, by=asked.by, at=asked.at)
    except edit.Changed as error:
        if error.gone:
            raise
        asked.reread()
        again = open_deletion(asked, pk)
        again.meanwhile = (
            "Somebody else changed this rule meanwhile, and it was not deleted. It reads as above now."
        )
        return answer.refused(asked, "_rule.html", {"line": asked.draft.lines[pk]}, again, 409)
    return answer.done(asked, f"Deleted “{line.spec.name}”.", f"group-{line.group}")


def line_of(asked: Asked, pk: int) -> RuleLine:
    if pk not in asked.draft.lines:
        raise Http404
    return asked.draft.lines[pk]


def group_of(asked: Asked, pk: int) -> GroupPart:
    group = asked.draft.group(pk)
    if group is None:
        raise Http404
    return group


def dimension_of(asked: Asked, line: RuleLine) -> Any:
    return group_of(asked, line.group).dimension
