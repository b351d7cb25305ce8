"""The other people at a contact's company: who else there is worth a call, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from crm.models import Contact, User
from leads.models import Mql

MOST = 6
"""How many are shown beside a contact. The company's page lists the others."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of them, with the newest of their MQLs that the reader may see."""

    contact: Contact
    mql: Mql | None


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The best scored of them, and whether there are others."""

    people: list[Colleague]
    more: bool


def colleagues(contact: Contact, *, user: User) -> Colleagues:
    """Who else is at the company of `contact`, the best score first, in two queries at most."""
    if contact.company_id is None:
        return Colleagues([], more=False)
    others = Contact.objects.filter(company=contact.company_id).exclude(pk=contact.pk).select_related("score")
    best = list(others.order_by(F("score__total").desc(nulls_last=True), "-pk")[: MOST + 1])
    shown = best[:MOST]
    newest = _newest_mqls(shown, user)
    people = [Colleague(each, newest.get(each.pk)) for each in shown]
    return Colleagues(people, more=len(best) > MOST)


def _newest_mqls(people: list[Contact], user: User) -> dict[int, Mql]:
    """By contact: the newest of their MQLs that `user` may see."""
    if not people:
        return {}
    mqls = Mql.objects.visible_to(user).filter(contact__in=[each.pk for each in people])
    newest = mqls.order_by("contact_id", "-opened_at", "-pk").distinct("contact_id").select_related("owner")
    return {mql.contact_id: mql for mql in newest.defer("explanation")}
