"""What the judgement tells the room above, with `send`, inside the transaction that it is about."""

from django.dispatch import Signal

scores_changed = Signal()
"""Contacts were evaluated, and what sales should make of them may have changed.

Carries `contact_ids: list[int]`: those whose score changed, and those over the threshold, whose score may be the same
while something else no longer stands in their way. Also `at: datetime`, the moment of the evaluation.
"""

publication_refused = Signal()
"""A planned publication was due and was refused: its version is still a draft.

Carries `publication_id: int` and `at: datetime`.
"""

everyone_evaluated = Signal()
"""All who were there when a version went live have been evaluated under it.

Carries `publication_id: int` and `at: datetime`.
"""
