"""Telephone numbers under which somebody else answered."""

from __future__ import annotations

from crm.models import Contact

WRONG_NUMBER = "wrong_phone"
"""The property of a contact that names a number under which they are not to be reached. Rules may ask for it."""


def is_wrong_number(contact: Contact) -> bool:
    """Whether somebody called the contact's present number and reached somebody else."""
    return bool(contact.phone) and contact.properties.get(WRONG_NUMBER) == contact.phone
