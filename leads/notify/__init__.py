"""What to tell whom: in the application at once; by mail, in a digest or to a webhook as each user wants it.

All of it is written in the transaction of what it tells, once for each thing and user, however often it is asked for.
`occasions` knows what there is to tell and to whom, `telling` by which ways it goes, `ways` what each user chose,
`digest` what waits for the daily mail. What leaves the application goes through `leads.outbox`.
"""

from leads.notify.digest import send_digests
from leads.notify.occasions import (
    tell_leads,
    tell_of_breach,
    tell_of_come_back,
    tell_of_due_tasks,
    tell_of_engagement,
    tell_of_moves,
    tell_of_moving,
    tell_of_refusal,
    tell_of_reminder,
    tell_of_reply,
    tell_of_standstill,
    tell_owners,
)
from leads.notify.telling import Told, tell, withdraw

__all__ = [
    "Told",
    "send_digests",
    "tell",
    "tell_leads",
    "tell_of_breach",
    "tell_of_come_back",
    "tell_of_due_tasks",
    "tell_of_engagement",
    "tell_of_moves",
    "tell_of_moving",
    "tell_of_refusal",
    "tell_of_reminder",
    "tell_of_reply",
    "tell_of_standstill",
    "tell_owners",
    "withdraw",
]
