"""Personas of a draft: made-up people who must, or must not, become an MQL; edited and tried in their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse

from crm.errors import Invalid
from scoring import edit
from scoring.admin.draft_page import answer, persona_form
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.draft import PersonaLine
from scoring.admin.draft_page.opened import Difference, Opened
from scoring.model_check import faults_of
from scoring.personas import PersonaResult, check_personas
from scoring.publish import held_against
from scoring.spec import PersonaSpec
from scoring.words import points_words

CHANGED = "Somebody else changed this persona meanwhile, and nothing was saved."
GONE = (
    "Somebody else deleted this persona meanwhile. Save it to add it again, or close it to leave it deleted."
)


@dataclass(frozen=True, slots=True)
class Tried:
    line: PersonaLine
    result: PersonaResult


def open_persona(asked: Asked, pk: int) -> Opened:
    line = line_of(asked, pk)
    form, rows = persona_form.shown(line.spec)
    return Opened("persona", pk, line.place, form, rows, line.seen, line.spec.name)


def open_new(asked: Asked, pk: int) -> Opened:
    form, rows = persona_form.shown(PersonaSpec("", True))
    return Opened("new-persona", pk, "new-persona", form, rows, title="A new persona")


def open_deletion(asked: Asked, pk: int) -> Opened:
    line = line_of(asked, pk)
    return Opened("delete-persona", pk, line.place, seen=line.seen, title=line.spec.name)


def save(asked: Asked, pk: int) -> HttpResponse:
    line = asked.draft.persona(pk)
    form, rows = persona_form.sent(asked.request.POST)
    opened = Opened("persona", pk, f"persona-{pk}", form, rows, asked.seen, line.spec.name if line else "")
    if form.is_valid() & rows.is_valid():
        said = persona_form.persona(form, rows)
        try:
            edit.change_persona(asked.version, pk, said, seen=asked.seen, by=asked.by, at=asked.at)
        except edit.Changed:
            return _changed_meanwhile(asked, opened, said)
        except Invalid as error:
            persona_form.add_faults(form, rows, error.errors)
        else:
            asked.reread()
            saved = ("_persona.html", {"line": line_of(asked, pk)})
            return answer.done(asked, f"Saved “{said.name}”.", opened.place, saved)
    return answer.refused(asked, "_persona.html", {"line": line}, opened, 422)


def _changed_meanwhile(asked: Asked, opened: Opened, mine: PersonaSpec) -> HttpResponse:
    asked.reread()
    theirs = asked.draft.persona(opened.pk)
    if theirs is None:
        opened = replace(opened, kind="new-persona", pk=0, place="new-persona", meanwhile=GONE)
        return answer.refused(asked, "_new_persona.html", {"again": True}, opened, 409)
    opened.seen, opened.meanwhile = theirs.seen, CHANGED
    pairs = zip(_in_lines(theirs.spec), _in_lines(mine), strict=True)
    opened.differences = tuple(
        Difference(label, other, own) for (label, other), (_, own) in pairs if other != own
    )
    return answer.refused(asked, "_persona.html", {"line": theirs}, opened, 409)


def _in_lines(persona: PersonaSpec) -> list[tuple[str, str]]:
    """A persona in the words of its form, to hold two beside each other."""
    form, rows = persona_form.shown(persona)
    told = [(str(field.label), str(field.value() or "")) for field in form]
    did = "; ".join(" ".join(filter(None, row.initial.values())) for row in rows if row.initial)
    return [*told, ("What they did", did)]


def add(asked: Asked, pk: int) -> HttpResponse:
    form, rows = persona_form.sent(asked.request.POST)
    if form.is_valid() & rows.is_valid():
        said = persona_form.persona(form, rows)
        try:
            row = edit.add_persona(asked.version, said, by=asked.by, at=asked.at)
        except Invalid as error:
            persona_form.add_faults(form, rows, error.errors)
        else:
            asked.reread()
            line = ("_added_persona.html", {"line": line_of(asked, row.pk)})
            parts: list[tuple[str, dict[str, Any]]] = [line]
            if asked.htmx and asked.htmx.target == "new-persona":
                parts.append(("_new_persona.html", {}))
            return answer.done(asked, f"Added “{said.name}”.", f"persona-{row.pk}", *parts)
    opened = Opened("new-persona", pk, "new-persona", form, rows, title="A new persona")
    return answer.refused(asked, "_new_persona.html", {}, opened, 422)


def duplicate(asked: Asked, pk: int) -> HttpResponse:
    line = line_of(asked, pk)
    name = edit.free_name(line.spec.name, [one.spec.name for one in asked.draft.personas], longest=200)
    row = edit.add_persona(asked.version, replace(line.spec, name=name), by=asked.by, at=asked.at)
    asked.reread()
    lines = [("_persona.html", {"line": line_of(asked, known)}) for known in (pk, row.pk)]
    return answer.done(asked, f"Copied “{line.spec.name}”.", f"persona-{row.pk}", *lines)


def delete(asked: Asked, pk: int) -> HttpResponse:
    line = line_of(asked, pk)
    try:
        edit.delete_persona(asked.version, pk, seen=asked.seen, by=asked.by, at=asked.at)
    except edit.Changed as error:
        if error.gone:
            raise
        asked.reread()
        again = open_deletion(asked, pk)
        again.meanwhile = "Somebody else changed this persona meanwhile, and it was not deleted."
        return answer.refused(asked, "_persona.html", {"line": line_of(asked, pk)}, again, 409)
    return answer.done(asked, f"Deleted “{line.spec.name}”.", "personas")


def results(asked: Asked) -> HttpResponse:
    """What each persona that the page shows comes to, into its place there."""
    draft = asked.draft
    shown = asked.request.GET.getlist("persona")
    former = held_against(asked.version)
    sound = not faults_of(draft.spec)
    against = former if former and not faults_of(former) else None
    tried = check_personas(draft.spec, at=asked.at, against=against) if sound else []
    by_line = [
        Tried(line, result)
        for line, result in zip(draft.personas, tried, strict=False)
        if str(line.pk) in shown
    ]
    return answer.part(asked, "_results.html", {"results": by_line, "sound": sound})


def of_unsaved(asked: Asked) -> HttpResponse:
    """What a persona comes to as its form stands."""
    form, rows = persona_form.sent(asked.request.POST)
    form.fields["name"].required = False
    result = None
    if form.is_valid() & rows.is_valid():
        spec = replace(asked.draft.spec, personas=(replace(persona_form.persona(form, rows), name="Tried"),))
        result = None if faults_of(spec) else check_personas(spec, at=asked.at)[0]
    return answer.part(
        asked, "_tried.html", {"result": result, "points": _points(result), "spec": asked.draft.spec}
    )


def _points(result: PersonaResult | None) -> list[tuple[str, str]]:
    """The rules that gave a persona something, with what they gave, and what the limits took."""
    if result is None:
        return []
    given = [
        (reason.rule, points_words(round(float(reason.points), 2))) for reason in result.explanation.reasons
    ]
    held = [
        (f"Limit of {cap.where}", points_words(round(float(cap.points), 2)))
        for cap in result.explanation.caps
    ]
    return given + held


def line_of(asked: Asked, pk: int) -> PersonaLine:
    line = asked.draft.persona(pk)
    if line is None:
        raise Http404
    return line
