"""What the judgement tells the room above. Sent by the drain, inside its transaction, with `send`."""

from django.dispatch import Signal

scores_changed = Signal()
"""Contacts were evaluated, and what sales should make of them may have changed.

Carries `contact_ids: list[int]`: those whose score changed, and those over the threshold, whose score may be the same
while something else no longer stands in their way. Also `at: datetime`, the moment of the evaluation.
"""
