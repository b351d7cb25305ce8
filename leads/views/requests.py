"""Requests of pages: who asks, whether htmx wants a fragment only, and where a form leads back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from crm.models import User


class PageRequest(HttpRequest):
    """A request as views find it behind `login_required` and the middleware of htmx. For the type checker alone."""

    user: User
    htmx: HtmxDetails


def asks_for(request: PageRequest, place: str) -> bool:
    """Whether htmx wants only what goes into the element with the id `place`.

    Going back in the browser asks for the whole page again, whatever was swapped in meanwhile.
    """
    return bool(request.htmx) and not request.htmx.history_restore_request and request.htmx.target == place


def page_of(request: HttpRequest, default: str) -> str:
    """The page that a form stood on, as the form says itself; `default` when that is none of ours."""
    page = request.POST.get("next", "")
    return page if url_has_allowed_host_and_scheme(page, None) else default
