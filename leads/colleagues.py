"""The other people at a contact's company: who else there is worth a call, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from crm.models import Contact, User
from leads.models import Mql

MOST = 6
"""How many are shown beside a contact. The company's page lists the others."""

OF_CONTACT = ("first_name", "last_name", "email", "job_title", "stage", "score__total", "score__grade")
OF_MQL = (
    "contact",
    "opened_at",
    "closed_at",
    "verdict",
    "owner__username",
    "owner__first_name",
    "owner__last_name",
)
"""What is shown of each, which is all that is read: a detail has many panels, and each must be cheap."""


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
    others = Contact.objects.filter(company=contact.company_id).exclude(pk=contact.pk)
    best_first = others.order_by(F("score__total").desc(nulls_last=True), "-pk")
    best = list(best_first.select_related("score").only(*OF_CONTACT)[: MOST + 1])
    shown = best[:MOST]
    newest = _newest_mqls(shown, user)
    people = [Colleague(each, newest.get(each.pk)) for each in shown]
    return Colleagues(people, more=len(best) > MOST)


def _newest_mqls(people: list[Contact], user: User) -> dict[int, Mql]:
    """By contact: the newest of their MQLs that `user` may see."""
    if not people:
        return {}
    mqls = Mql.objects.visible_to(user).filter(contact__in=[each.pk for each in people])
    newest = mqls.order_by("contact_id", "-opened_at", "-pk").distinct("contact_id")
    shown = newest.select_related("owner").only(*OF_MQL)
    return {mql.contact_id: mql for mql in shown}
