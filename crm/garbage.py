"""Python's search for garbage in cycles, held back while something makes very many objects that have none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 200_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Search only after every 200,000 new objects. The usual 700 cost an import or a demo a fifth of its time."""
    usual = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
