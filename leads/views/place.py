"""Where a call is logged or a mail is written from: an MQL's pane in the inbox, or the page of a contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, retarget, trigger_client_event

from crm.models import Contact
from leads.models import Mql
from leads.views.detail import mql_context, readable
from leads.views.requests import PageRequest, page_of

OF_THE_FORM = ("task", "outcome", "template")
"""What an address says for a form alone, and the page behind it does not know."""


@dataclass(frozen=True, slots=True)
class Place:
    """A contact, and the MQL whose pane is open; None on the contact's own page."""

    request: PageRequest
    contact: Contact
    mql: Mql | None

    @property
    def sent(self) -> QueryDict | None:
        return self.request.POST if self.request.method == "POST" else None

    @property
    def page(self) -> str:
        """The page to come back to: the MQL beside the same queue as now, or the contact."""
        return self.address("")

    def address(self, what: str, **query: str) -> str:
        """The address of a form about this: `call`, `next`, `mail`, or "" for the page itself."""
        noun, pk = ("mql", self.mql.pk) if self.mql else ("contact", self.contact.pk)
        kept = self._query_of_the_page()
        for name, value in query.items():
            kept[name] = value
        path = reverse(f"{noun}-{what}" if what else noun, args=[pk])
        return f"{path}?{kept.urlencode()}" if kept else path

    def _query_of_the_page(self) -> QueryDict:
        kept = self.request.GET.copy()
        for name in OF_THE_FORM:
            kept.pop(name, None)
        return kept

    def workable_mql(self) -> Mql | None:
        """The MQL that this counts for: the one that is shown, else the contact's open one that the user may work."""
        if self.mql:
            return self.mql
        return Mql.objects.open().changeable_by(self.request.user).filter(contact=self.contact).first()

    def dialog(self, form: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A form, alone for the dialog and else as a page."""
        name = f"leads/_{form}.html" if self.request.htmx else f"leads/{form}.html"
        return render(self.request, name, context, status=status)

    def done(self, said: str) -> HttpResponse:
        """The page as it stands now, with a word about what was done; the list beside an MQL is told to look again."""
        messages.success(self.request, said)
        if not self.request.htmx:
            return redirect(self.page)
        if self.mql is None:
            return HttpResponseClientRedirect(self.page)
        # The pane's links keep the query of the page that it stands on, and nothing of the form's.
        self.request.GET = QueryDict(self._query_of_the_page().urlencode())
        shown = get_object_or_404(readable(self.request.user), pk=self.mql.pk)
        context = {**mql_context(self.request, shown), "fragment": True, "decided": True}
        response = retarget(render(self.request, "leads/_mql.html", context), "#mql-pane")
        response["HX-Reswap"] = "innerHTML"
        return trigger_client_event(response, "mql-changed", after="settle")


def of_mql(request: PageRequest, pk: int) -> Place:
    """The pane of an MQL that the user may read; 404 where they may not."""
    mql = get_object_or_404(readable(request.user), pk=pk)
    return Place(request, mql.contact, mql)


def of_contact(request: PageRequest, pk: int) -> Place:
    return Place(request, get_object_or_404(Contact.objects.select_related("company"), pk=pk), None)


def back(request: PageRequest, said: str, *, default: str) -> HttpResponse:
    """After a form that stands on many pages: the page that it names, or the pane that htmx sent it from."""
    pk = request.POST.get("mql", "")
    if request.htmx and pk.isdecimal():
        shown = readable(request.user).filter(pk=int(pk)).first()
        if shown:
            return Place(request, shown.contact, shown).done(said)
    messages.success(request, said)
    return redirect(page_of(request, default))
