"""Who has a bond with a contact already: had them before, owns them or their company, works a colleague of theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from crm.models import Contact
from leads.models import Mql

RECENTLY = timedelta(days=90)
"""How long a closed MQL still says whose company it is."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That somebody should have a contact: by `step` of the routing, `because` of that, in words."""

    user_id: int
    step: str
    because: str


class Claims:
    """What bonds there are, for a batch of contacts. Those that are made on the way are to be `noted`.

    `apart_from` are ids of MQLs that say nothing: those that are about to be handed on. Where a rule says whom account
    owners are given, nobody is theirs without it: `account_owners` is unset then.
    """

    def __init__(
        self,
        contacts: Sequence[Contact],
        *,
        at: datetime,
        apart_from: Collection[int] = (),
        account_owners: bool = True,
    ) -> None:
        self._account_owners = account_owners
        others = Mql.objects.exclude(owner=None).exclude(pk__in=apart_from)
        ids = [contact.pk for contact in contacts]
        earlier = others.filter(contact__in=ids, closed_at__isnull=False)
        self._earlier: dict[int, int] = dict(
            earlier.order_by("contact", "-closed_at", "-pk")
            .distinct("contact")
            .values_list("contact", "owner")
        )
        self._colleagues = _by_company(contacts, others, at)

    def of(self, contact: Contact) -> list[Claim]:
        """Who should have `contact`, the strongest claim first."""
        company = contact.company
        found = [
            Claim(self._earlier.get(contact.pk) or 0, "Returning contact", "Had this contact before"),
            Claim(contact.owner_id or 0, "Contact’s owner", "Owner of the contact"),
        ]
        if company and self._account_owners:
            found.append(Claim(company.owner_id or 0, "Account’s owner", f"Owner of {company.name}"))
        if company:
            colleagues = self._colleagues.get(company.pk, 0)
            found.append(Claim(colleagues, "Same company", f"Works others of {company.name} too"))
        return [claim for claim in found if claim.user_id]

    def note(self, contact: Contact, user_id: int) -> None:
        """Colleagues of `contact` who come later in the batch go to the same rep."""
        if contact.company_id:
            self._colleagues.setdefault(contact.company_id, user_id)


def _by_company(contacts: Sequence[Contact], others: QuerySet[Mql], at: datetime) -> dict[int, int]:
    """Who has an MQL of the same company, open ones before those that were closed, the newest first."""
    companies = {contact.company_id for contact in contacts if contact.company_id}
    if not companies:
        return {}
    recent = others.filter(contact__company__in=companies)
    recent = recent.filter(Q(closed_at=None) | Q(closed_at__gt=at - RECENTLY))
    closed = ExpressionWrapper(Q(closed_at__isnull=False), output_field=BooleanField())
    recent = recent.order_by("contact__company", closed.asc(), "-opened_at", "-pk")
    return dict(recent.distinct("contact__company").values_list("contact__company", "owner"))
