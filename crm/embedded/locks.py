"""Locks on files, which the system frees when their holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def lock(path: Path, mode: int) -> int:
    """Open and lock a file; raises BlockingIOError when `mode` has LOCK_NB and somebody else holds it.

    The lock lives as long as the returned number is open, here or in a child that inherits it.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, mode)
    except BlockingIOError:
        os.close(number)
        raise
    return number


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a file's lock alone, waiting for it."""
    number = lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(number)
