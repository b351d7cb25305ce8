"""What reps write down about a contact: a note is an activity like any other."""

from __future__ import annotations

from datetime import datetime

from crm import record
from crm.errors import FieldError, Forbidden, Invalid
from crm.facts import ActivityFacts
from crm.models import ActivityKind, Contact, User
from leads.models import Rep
from leads.tasks import SOURCE


def add_note(contact: Contact, text: str, *, by: User, at: datetime, once: str) -> None:
    """Put a note on the contact's timeline. A second one with the same `once` changes nothing.

    Raises Forbidden for who is in no team.
    """
    if not Rep.objects.takes_part(by):
        raise Forbidden(FieldError("", "you may read contacts and write no notes", "ask a team lead"))
    [written] = record.append_activities(
        [
            ActivityFacts(
                contact=contact.pk,
                kind=ActivityKind.NOTE,
                occurred_at=at,
                source=SOURCE,
                external_id=f"note-{once}",
                properties={"text": text, "by": str(by)},
            )
        ],
        at=at,
    )
    if written.errors:
        raise Invalid(*written.errors)
