"""The addresses of the page's parts, below the admin's own of versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path

from scoring import edit
from scoring.admin.draft_page import answer, figures, groups, moves, personas, rules, settings
from scoring.admin.draft_page.asked import Asked, VersionPages, for_editors, for_readers
from scoring.admin.draft_page.changes import changes_of
from scoring.admin.draft_page.opened import Opened


@dataclass(frozen=True, slots=True)
class Part:
    """What is done at one kind of place: it opens with `open`, is written with `save`, and drawn by `template`."""

    save: Callable[[Asked, int], HttpResponse]
    open: Callable[[Asked, int], Opened] | None = None
    template: str = ""


PARTS = {
    "settings": Part(settings.save, settings.open_settings, "_settings.html"),
    "group": Part(groups.save, groups.open_group, "_group_head.html"),
    "new-group": Part(groups.add, groups.open_new, "_new_group.html"),
    "delete-group": Part(groups.delete, groups.open_deletion, "_group_head.html"),
    "rule": Part(rules.save, rules.open_rule, "_rule.html"),
    "new-rule": Part(rules.add, rules.open_new, "_new_rule.html"),
    "delete-rule": Part(rules.delete, rules.open_deletion, "_rule.html"),
    "duplicate-rule": Part(rules.duplicate),
    "switch-rule": Part(rules.switch),
    "persona": Part(personas.save, personas.open_persona, "_persona.html"),
    "new-persona": Part(personas.add, personas.open_new, "_new_persona.html"),
    "delete-persona": Part(personas.delete, personas.open_deletion, "_persona.html"),
    "duplicate-persona": Part(personas.duplicate),
}


def opened_by(asked: Asked, said: str) -> Opened | None:
    """The part that the page's own address asks to have open, such as `rule-12`."""
    kind, _, pk = said.rpartition("-")
    found = PARTS.get(kind)
    if not asked.may_edit or found is None or found.open is None or not pk.isdecimal():
        return None
    try:
        return found.open(asked, int(pk))
    except Http404:
        return None


def _at_part(asked: Asked, kind: str, pk: int) -> HttpResponse:
    """One part: opened or closed when asked for, written when sent to."""
    found = PARTS.get(kind)
    if found is None:
        raise Http404
    if asked.request.method == "POST":
        return found.save(asked, pk)
    if found.open is None:
        return HttpResponseNotAllowed(["POST"])
    edit.refuse_all_but_drafts(asked.version)
    opened = found.open(asked, pk)
    if not asked.htmx:
        return HttpResponseRedirect(f"{asked.address}?open={kind}-{pk}#{opened.place}")
    line = asked.draft.persona(pk) if kind.endswith("persona") else asked.draft.lines.get(pk)
    context = {"line": line, "group": asked.draft.group(pk)}
    return answer.part(asked, found.template, context, None if "closed" in asked.request.GET else opened)


def _unsaved(asked: Asked, kind: str, pk: int) -> HttpResponse:
    """What a rule or persona does as its form stands."""
    if asked.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if kind in ("persona", "new-persona"):
        return personas.of_unsaved(asked)
    return figures.of_unsaved(asked, kind, pk)


def _changes(asked: Asked) -> HttpResponse:
    return answer.part(asked, "_changes.html", changes_of(asked))


def _move(asked: Asked) -> HttpResponse:
    return moves.move(asked) if asked.request.method == "POST" else HttpResponseNotAllowed(["POST"])


def urls(pages: VersionPages) -> list[URLPattern]:
    return [
        path("<int:version>/order/", for_editors(pages, _move), name="scoring_draft_order"),
        path("<int:version>/figures/", for_readers(pages, figures.figures), name="scoring_draft_figures"),
        path("<int:version>/changes/", for_readers(pages, _changes), name="scoring_draft_changes"),
        path("<int:version>/results/", for_readers(pages, personas.results), name="scoring_draft_results"),
        path(
            "<int:version>/<slug:kind>/<int:pk>/unsaved/",
            for_editors(pages, _unsaved),
            name="scoring_draft_unsaved",
        ),
        path("<int:version>/<slug:kind>/<int:pk>/", for_editors(pages, _at_part), name="scoring_draft_part"),
    ]
