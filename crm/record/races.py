"""Races with other writers: lost ones leave nothing behind, and are run again."""

from django.db import IntegrityError, OperationalError
from psycopg import errors as postgres

LOST = (postgres.DeadlockDetected, postgres.SerializationFailure, postgres.UniqueViolation)


def is_lost_race(error: IntegrityError | OperationalError) -> bool:
    """Whether `error` came of another writer being faster, so that the same transaction may succeed now."""
    return isinstance(error.__cause__, LOST)
