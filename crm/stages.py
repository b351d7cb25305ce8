"""Which lifecycle stage may follow which.

Forward by any number of steps; out to a side track from anywhere but the customer; back from *nurture* as an MQL or
further; back from *disqualified* only to *nurture*, by a person who reconsiders. Everything else is refused.
"""

from crm.models import Stage

LADDER = (Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)

MAY_BECOME_MQL = frozenset({Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.NURTURE})
"""Stages of a contact that an MQL may be opened for. An MQL stage without an open MQL came from another system."""


def may_follow(current: str, wanted: str) -> bool:
    """Whether a contact at `current` may be moved to `wanted`. Staying is no move."""
    if current == Stage.DISQUALIFIED:
        return wanted == Stage.NURTURE
    if current == Stage.CUSTOMER:
        return False
    if wanted in (Stage.NURTURE, Stage.DISQUALIFIED):
        return True
    floor = LADDER.index(Stage.LEAD) if current == Stage.NURTURE else LADDER.index(Stage(current))
    return LADDER.index(Stage(wanted)) > floor
