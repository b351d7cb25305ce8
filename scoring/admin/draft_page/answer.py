"""What an edit is answered with: for htmx the part alone, otherwise the page, with that part open where need be."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django_htmx.http import reswap, retarget, trigger_client_event

from crm.models import ActivityKind
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.changes import changes_of
from scoring.admin.draft_page.opened import Opened

HERE = "admin/scoring/draft"
CHANGED = "draft:changed"
"""The event by which the page learns that figures and warnings are others now."""


def page(asked: Asked, opened: Opened | None = None, *, status: int = 200) -> HttpResponse:
    """The whole page of a version."""
    context = {
        **asked.pages.admin_site.each_context(asked.request),
        "title": str(asked.version),
        "opts": asked.pages.model._meta,
        "original": asked.version,
        "is_fullwidth": "1",
        "actions_detail": asked.pages.actions_of(asked.request, asked.version),
        "kinds": ActivityKind.values,
        **changes_of(asked),
        **_context(asked, opened),
    }
    return TemplateResponse(asked.request, f"{HERE}/page.html", context, status=status)


def part(asked: Asked, template: str, context: dict[str, Any], opened: Opened | None = None) -> HttpResponse:
    """One part of the page, for htmx to put in its place."""
    html = _render(asked, template, {**_context(asked, opened), **context})
    return HttpResponse(html)


def refused(
    asked: Asked, template: str, context: dict[str, Any], opened: Opened, status: int
) -> HttpResponse:
    """The part again with what is wrong with it (422), or with what somebody else did meanwhile (409)."""
    if not asked.htmx:
        return page(asked, opened, status=status)
    response = part(asked, template, context, opened)
    response.status_code = status
    return retarget(response, f"#{asked.htmx.target}")


def done(asked: Asked, said: str, place: str, *parts: tuple[str, dict[str, Any]]) -> HttpResponse:
    """After something was written: those parts as they are now, and a word to whoever wrote it.

    `place` is where a browser without htmx is led to.
    """
    if not asked.htmx:
        messages.success(asked.request, said)
        return HttpResponseRedirect(f"{asked.address}#{place}")
    asked.reread()
    context = _context(asked, None)
    html = [_render(asked, template, {**context, **given}) for template, given in parts]
    html.append(_render(asked, "_afterwards.html", {**context, "said": said}))
    return trigger_client_event(HttpResponse("".join(html)), CHANGED, after="settle")


def _context(asked: Asked, opened: Opened | None) -> dict[str, Any]:
    return {
        "asked": asked,
        "version": asked.version,
        "draft": asked.draft,
        "may_edit": asked.may_edit,
        "opened": opened,
    }


def _render(asked: Asked, template: str, context: dict[str, Any]) -> str:
    return render_to_string(f"{HERE}/{template}", context, request=asked.request)


def order_changed(asked: Asked, seen: str, sent: dict[str, str], mine: str, theirs: str) -> HttpResponse:
    """A notice that somebody else changed the order: theirs, mine, and the way to either. `sent` is sent again."""
    context = {**_context(asked, None), "seen": seen, "sent": sent, "mine": mine, "theirs": theirs}
    response = HttpResponse(_render(asked, "_order_changed.html", context), status=409)
    return reswap(retarget(response, "#order-changed"), "outerHTML")
