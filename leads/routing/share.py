"""Who would get many contacts at once, if each became an MQL now. Nothing is written, no turn is used up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from crm.models import Contact
from leads.models import Mql
from leads.routing.decide import Decider
from leads.routing.desk import open_desk
from scoring.preview.sharing import Share


def share_out(contact_ids: Sequence[int], at: datetime) -> list[Share]:
    """What each rep has and would be given, who is given most first; last, without a name, what nobody could take."""
    people = Contact.objects.select_related("company").in_bulk(contact_ids)
    contacts = [people[pk] for pk in contact_ids if pk in people]
    desk = open_desk(at=at, locked=False)
    decider = Decider(contacts, desk, at=at)
    given: Counter[int | None] = Counter()
    for contact in contacts:
        rep = decider.decide(contact).rep
        given[rep.pk if rep else None] += 1
    owners = Mql.objects.open().exclude(owner=None).values_list("owner", flat=True)
    held = Counter(owners.iterator())
    shares = [
        Share(str(seat.rep.user), held[user_id], given[user_id]) for user_id, seat in desk.seats.items()
    ]
    shares.sort(key=lambda share: (-share.given, share.name))
    return [*shares, Share("", 0, given[None])] if given[None] else shares
