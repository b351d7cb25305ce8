"""How long work tells how far it is."""

from collections.abc import Callable

Report = Callable[[int, int], None]
"""Called with how much is done and how much there is. It may raise what stops the work, which is to be let pass."""


def told_to_nobody(done: int, total: int) -> None:
    """A report of what nobody waits for."""
