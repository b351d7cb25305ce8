"""What routing would do with a contact now, for whoever edits the rules. Nothing is written, no turn is used up."""

from __future__ import annotations

from datetime import datetime

from crm.models import Contact
from leads.models import Mql
from leads.routing.decide import Decider, Decision
from leads.routing.desk import open_desk


def try_on(contact: Contact, *, at: datetime) -> Decision:
    """Who would get `contact` at `at`, and why, as if its MQL opened then."""
    open_now = Mql.objects.open().filter(contact=contact).values_list("pk", flat=True)
    decider = Decider([contact], open_desk(at=at, locked=False), at=at, apart_from=list(open_now))
    return decider.decide(contact)
