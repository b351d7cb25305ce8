"""The contacts that rows of activities are about, found by what such rows call them."""

from __future__ import annotations

from collections.abc import Iterable

from crm.contact_import.cells import Unreadable
from crm.email_domains import company_domain
from crm.facts import normal_email
from crm.models import Activity, Contact

COLUMNS = {
    "email": "email",
    "external_id": "external_id",
    "company_external_id": "company__external_id",
    "company_domain": "company__domain",
}
"""The column of a contact that each kind of reference is compared with. A campaign is one of its activities'."""


def normal_reference(kind: str, text: str) -> str:
    """`text` as it is recorded. Raises Unreadable where it can be no such reference."""
    if "\x00" in text:
        raise Unreadable("holds a NUL character", "remove it")
    match kind:
        case "email":
            try:
                return normal_email(text)
            except ValueError as error:
                raise Unreadable(str(error), "give one address, as in ada@acme.example") from error
        case "company_domain":
            return company_domain(text)
        case "campaign":
            return text.lower()
    return text


def find_contacts(kind: str, references: Iterable[str]) -> dict[str, list[int]]:
    """The ids of the contacts that each reference means: many where it is a company's or a campaign's."""
    asked = set(references) - {""}
    if not asked:
        return {}
    found: dict[str, list[int]] = {}
    for reference, contact_id in _campaign_members(asked) if kind == "campaign" else _contacts(kind, asked):
        found.setdefault(reference, []).append(contact_id)
    return found


def _campaign_members(campaigns: set[str]) -> Iterable[tuple[str, int]]:
    members = Activity.objects.filter(campaign_key__in=campaigns).order_by("contact_id")
    return members.values_list("campaign_key", "contact_id").distinct()


def _contacts(kind: str, references: set[str]) -> Iterable[tuple[str, int]]:
    column = COLUMNS[kind]
    # Excluding "" lets the partial indexes serve a list too long for the planner to see that it holds no "".
    people = Contact.objects.filter(**{f"{column}__in": references}).exclude(**{column: ""}).order_by("pk")
    return people.values_list(column, "pk")
