"""What the facts tell the rooms above. Sent by the code that writes, inside its transaction, with `send`:
a receiver that fails takes the facts back with it.
"""

from django.dispatch import Signal

facts_changed = Signal()
"""Facts were written or corrected.

Carries `contact_ids: list[int]` (the contacts they are about), `company_ids: list[int]` (companies whose attributes
changed; whoever needs their people looks them up) and `at: datetime`. `sender` is the function that wrote.
"""
